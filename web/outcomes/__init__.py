"""What networks reported, as a page and as a file."""
