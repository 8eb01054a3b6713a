"""A query to its answer over one snapshot."""
