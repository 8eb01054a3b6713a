"""Running the site: the server, what stands between it and its readers, and how it is watched."""
