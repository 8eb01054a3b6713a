"""What machines ask for: the API and its description, health, sitemap."""
