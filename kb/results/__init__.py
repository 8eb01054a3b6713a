"""What networks reported: outcomes side by side, cases side by side."""
