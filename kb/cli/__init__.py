"""The command ``kb``: one module for each group of commands."""
