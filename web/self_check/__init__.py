"""The readiness self-check."""
