"""Words and figures as pages write them; nothing here knows Flask."""
