"""Pieces that pages share: cards, filters, plots, Markdown, the frame."""
