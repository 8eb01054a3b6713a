"""The compendium of business networks: cases, checks, retrieval.

Rooms, from the ground floor up (imports go down only; tests/test_architecture.py
holds the table):

    errors · digest              what can go wrong, one tree; SHA-256 of files
    documents · settings         frozen records; the table of settings
    yaml_source · countries      YAML with line numbers; ISO 3166
    language · word_table · reading · glossary
                                 words, and whether they are English; other languages in
                                 English, in a web worker and as people write them
    taxonomy · bibliography      the vocabulary; the sources
    fields · load · front_matter · body · passages
                                 files to cases; cases to passages
    self_check · hints           the questions of the self-check; texts that profiles are
                                 compared with
    encode · export · query_encoder · multilingual
                                 text to vectors: at build time, and in a web worker
    validate                     every problem in the content
    quantities · outcomes · comparison · spreadsheet
                                 figures that may be compared; what networks reported; cases
                                 side by side; rows as CSV
    index · lexical · facets     vectors (FAISS); words (BM25); filters and counts
    spelling · mentions · reasons · order
                                 slips of typing; facets named in a query; why a hit, and
                                 in which place
    case_index · fusion · relevance
                                 the best text of each case; evidence to one score; the
                                 published figures
    retrieve · hint_table        query to evidence; how near a text is to the hints
    snapshot · corpus_index · current
                                 one built, checked state of ``index/``; its indexes as the
                                 retriever takes them; which is served
    query · search · live        a request, its answer; following ``index/current``
    profile · likeness · suitability · hearing · role_models
                                 what a firm says of itself; where a case is like it; how well
                                 cases suit it, by named parts; what its words name; the answer
    judged · collection · measure · evaluate · calibrate
                                 how good search is, and what it is tuned by
    judged_profiles · evaluate_profiles
                                 how good role models are
    incremental · assemble · build
                                 what can be used again; the parts; content to snapshot
    new_case · console · cli_quality · cli_outcomes · cli_role_models · cli
                                 a case to fill in; the ``kb`` command
"""

__version__ = "0.1.0"
