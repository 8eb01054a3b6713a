"""What stands elsewhere to drafts of cases: files of text, documents, rows of spreadsheets.

foreign     what is read: stories with their cells, and what is told of what is not taken
files       what a file is by its content, its text in whatever encoding, what is too large
markdown    a Markdown file with front-matter in YAML, TOML or JSON, or without
docx        a document of a word processor
tables      rows of CSV and XLSX, streamed
cells       what a cell means: words of the vocabulary, countries, years, days, numbers
mapping     which column becomes which field
suggesting  a first mapping, by names and values
drafts      stories to files, with ids of their own, never over what is there
"""
