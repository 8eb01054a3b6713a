"""The compendium of business networks: cases, checks, retrieval.

In wings, from the top; imports go down only (contracts in pyproject.toml):

    cli                    the command ``kb``, one module for each group of commands
    exports                answers as files
    answers                every answer as data: one serialisation for all who ask
    quality                judged data, measures, calibration
    guidance · results     role models for a firm; what networks reported, cases side by side
    build                  content to a snapshot that is served
    search                 a query to its answer
    snapshots · content    one built, checked state and which is served; files to checked records
    engine · encoders      candidates and counts under a filter; text to vectors
    text · citations       languages, spelling, translation, passages; how a case is cited
    model                  the records that every wing hands to the next
    settings               one row for each setting
    errors                 what can go wrong
"""

__version__ = "0.1.0"
