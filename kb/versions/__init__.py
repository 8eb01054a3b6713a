"""The versions of cases, which outlast every snapshot."""
