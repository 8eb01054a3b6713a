"""Role models for a firm: its profile, how cases suit it, and why."""
