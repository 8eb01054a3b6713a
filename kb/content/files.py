"""The names of the files that belong beside the cases."""

from __future__ import annotations

from pathlib import Path

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
WANTED_FILE = "wanted.yaml"
SITE_FILE = "site.yaml"
CODEBOOK_FILE = "codebook.md"
POLICY_FILE = "editorial-policy.md"
COLLECTIONS_FILE = "collections.yaml"

#: Where the judged data of collections are: in a folder for each, named by its id.
COLLECTIONS_FOLDER = "collections"
#: What is judged, and what was derived from it. Of the whole compendium they stand beside the
#: cases, of a collection in its folder.
JUDGED_FILES = (QUERIES_FILE, PROFILES_FILE, CALIBRATION_FILE, RELEVANCE_FILE)
#: The folder of the tools, each of them a file in YAML.
TOOLS_FOLDER = "tools"
#: The folder of the packs, likewise, and the course that is made of them.
PACKS_FOLDER = "packs"
COURSE_FILE = "course.yaml"
#: What links in a pack and in the course start from, as those of a case in that folder do.
LINKS_OF_PACKS = f"{PACKS_FOLDER}/pack"

#: All of them, and a README.
EXPECTED = {
    *(TAXONOMY_FILE, SOURCES_FILE, SELF_CHECK_FILE, SITE_FILE),
    *(PEOPLE_FILE, WANTED_FILE, CODEBOOK_FILE, POLICY_FILE, COLLECTIONS_FILE, COURSE_FILE),
    "README.md",
    *JUDGED_FILES,
    *(GLOSSARY_FILE, FORMS_FILE, PHRASES_FILE),
}


def judged_folder(cases: Path, collection: str = "") -> Path:
    """Where the judged data of a collection are; of everything where none is named."""
    return cases / COLLECTIONS_FOLDER / collection if collection else cases
