"""Role models for a firm: the form and the answer."""
