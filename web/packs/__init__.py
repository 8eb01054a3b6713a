"""Reading lists: the page of one, how one is made, and how it is kept as a file."""
