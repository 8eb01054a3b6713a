"""The names of the files that belong beside the cases."""

from __future__ import annotations

TAXONOMY_FILE = "taxonomy.yaml"
SOURCES_FILE = "sources.bib"
QUERIES_FILE = "queries.jsonl"
CALIBRATION_FILE = "calibration.json"
RELEVANCE_FILE = "relevance.json"
PROFILES_FILE = "profiles.jsonl"
GLOSSARY_FILE = "glossary.yaml"
FORMS_FILE = "glossary-forms.json"
PHRASES_FILE = "phrases.yaml"
SELF_CHECK_FILE = "self-check.yaml"
PEOPLE_FILE = "people.yaml"
SITE_FILE = "site.yaml"
CODEBOOK_FILE = "codebook.md"

#: All of them, and a README.
EXPECTED = {
    *(TAXONOMY_FILE, SOURCES_FILE, SELF_CHECK_FILE, SITE_FILE),
    *(PEOPLE_FILE, CODEBOOK_FILE, "README.md"),
    *(QUERIES_FILE, PROFILES_FILE, CALIBRATION_FILE, RELEVANCE_FILE),
    *(GLOSSARY_FILE, FORMS_FILE, PHRASES_FILE),
}
