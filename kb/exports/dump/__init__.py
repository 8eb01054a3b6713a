"""All that a compendium holds as tables in files, for spreadsheets and for programs."""
