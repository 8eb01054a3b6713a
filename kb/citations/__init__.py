"""How a case or a source is cited."""
