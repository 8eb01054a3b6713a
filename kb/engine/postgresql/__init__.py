"""The engine that is a database server: PostgreSQL with pgvector, for more than one machine."""
