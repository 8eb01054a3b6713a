"""The compendium of business networks: cases, checks, retrieval.

Rooms, from the ground floor up (imports go down only; tests/test_architecture.py
holds the table):

    errors · digest              what can go wrong, one tree; SHA-256 of files
    documents · settings         frozen records; the table of settings
    yaml_source · countries      YAML with line numbers; ISO 3166
    taxonomy · bibliography      the vocabulary; the sources
    fields · load · front_matter · body · passages
                                 files to cases; cases to passages
    encode · export · query_encoder
                                 text to vectors: at build time, and in a web worker
    validate                     every problem in the content
    index · facets               vectors (FAISS); filters and counts
    snapshot                     one built, checked state of ``index/``
    query · search · live        a request, its answer; following ``index/current``
    incremental · build          what can be used again; content to snapshot
    new_case · cli               a case to fill in; the ``kb`` command
"""

__version__ = "0.1.0"
