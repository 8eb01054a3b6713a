"""Other search libraries over the same passages, each run in an environment of its own."""
