"""Files under ``cases/`` to checked records: read, find every problem, say where it is.

front_matter                     the fields of a case, and what each may hold
check                            the rules of ``kb check``: among fields, on texts, across files
known                            what a field may refer to: a term, a document, a source
taxonomy, glossary, self_check,  the other files, each with its fields and its rules
phrases, site, people, packs,
bibliography
corpus                           reads them all, but for what has not changed
readings, case_json              one file read by itself, in a form that travels
remembered, side_by_side         keeps that for the next run; reads in several processes
links                            asks whether the addresses of the sources still answer
schema                           typed records; an error's place to file and line
load, yaml_source                bytes to front-matter and body, and values with their lines
json_schema, new_case            what editors are told; a case to fill in
questions                        what is asked of a new case
placeholders                     what stands in a draft where nothing is written yet
"""
