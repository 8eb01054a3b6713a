"""Sessions and the course: what is taught with the cases, and how."""
