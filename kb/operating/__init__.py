"""What an operator does beside building and serving: look after, update, keep and bring back."""
