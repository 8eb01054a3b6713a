"""Files under ``cases/`` to checked records: read, find every problem, say where it is."""
