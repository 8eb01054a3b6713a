"""Tools to fill in, tick off and look things up in."""
