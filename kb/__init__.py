"""The compendium of business networks: cases, checks, retrieval.

Rooms, from the ground floor up (imports go down only; tests/test_architecture.py
holds the table):

    errors · digest              what can go wrong, one tree; SHA-256 of files
    documents · settings         frozen records; the table of settings
    yaml_source · countries      YAML with line numbers; ISO 3166
    language                     words, and whether they are English
    taxonomy · bibliography      the vocabulary; the sources
    fields · load · front_matter · body · passages
                                 files to cases; cases to passages
    encode · export · query_encoder · multilingual
                                 text to vectors: at build time, and in a web worker
    validate                     every problem in the content
    index · lexical · facets     vectors (FAISS); words (BM25); filters and counts
    spelling · mentions · reasons · order
                                 slips of typing; facets named in a query; why a hit, and
                                 in which place
    fusion · relevance           evidence to one score; the published figures
    retrieve                     query to evidence
    snapshot · current           one built, checked state of ``index/``; which is served
    query · search · live        a request, its answer; following ``index/current``
    judged · collection · measure · evaluate · calibrate
                                 how good search is, and what it is tuned by
    incremental · assemble · build
                                 what can be used again; the parts; content to snapshot
    new_case · console · cli_quality · cli
                                 a case to fill in; the ``kb`` command
"""

__version__ = "0.1.0"
