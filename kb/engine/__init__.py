"""Candidates and counts under a filter; the seam that each engine implements."""
