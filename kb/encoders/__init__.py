"""Text to vectors: at build time, and in a web worker."""
