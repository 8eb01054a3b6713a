"""Where the updates of an index are told: a line each, oldest first; the last ``KEPT`` of them.

What writes it builds; what keeps it in a backup must run where nothing that builds is installed.
"""

HISTORY = "updates.jsonl"
#: So many updates are remembered: a year of nights, and some.
KEPT = 400
