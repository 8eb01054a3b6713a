"""The compendium for assistants: the Model Context Protocol as data, and its tools."""
