"""One built, checked state of the compendium, and which of them is served."""
