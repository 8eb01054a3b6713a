"""Content to a snapshot that is served: plan, encode what is new, write, open, switch."""
