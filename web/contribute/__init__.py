"""Contributing in the browser: tell a story, or write a case; nothing is kept on the server."""
