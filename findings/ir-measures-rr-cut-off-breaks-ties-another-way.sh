#!/usr/bin/env bash
# ir_measures 0.4.3: one ranking has RR .5 and RR@10 1.0, though only two documents were returned.
#
# A cut-off below which nothing stands should change nothing. But RR and P@1 come from pytrec_eval,
# which puts documents of equal score by descending id, and RR@10 from another program inside,
# which puts them by ascending id. So with ties (scores that are rounded, or BM25 on short texts)
# measures of one call belong to two rankings: the first hit is of use by RR@10 and not by P@1. Whoever
# has an order should hand over scores that differ, such as the negative rank.
#
# Seen:
#   relevant a: P@1 0.0 RR 0.5 RR@10 1.0
#   relevant b: P@1 1.0 RR 1.0 RR@10 0.5
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ir_measures==0.4.3 pytrec_eval-terrier==0.5.11
seen=$("$folder/venv/bin/python" - <<'PY'
import ir_measures
from ir_measures import RR, P

for relevant in ("a", "b"):
    judged, ranked = {"1": {relevant: 1}}, {"1": {"a": 1.0, "b": 1.0}}
    found = ir_measures.calc_aggregate([P @ 1, RR, RR @ 10], judged, ranked)
    print(f"relevant {relevant}:", *(f"{one} {found[one]:.1f}" for one in (P @ 1, RR, RR @ 10)))
PY
)
echo "$seen"
[ "$seen" = "relevant a: P@1 0.0 RR 0.5 RR@10 1.0
relevant b: P@1 1.0 RR 1.0 RR@10 0.5" ] || { echo "The behaviour has changed." >&2; exit 1; }
