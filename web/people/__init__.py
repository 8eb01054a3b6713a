"""People and organisations that the sources name."""
