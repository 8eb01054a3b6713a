"""Words and sentences: languages, spelling, translation, passages."""
