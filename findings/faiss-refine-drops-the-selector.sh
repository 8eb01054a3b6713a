#!/usr/bin/env bash
# faiss-cpu 1.15.1: an index that refines takes a selector of ids, and answers as if it had none.
#
# IndexRefineSearchParameters inherits "sel" from SearchParameters, so it can be given where k_factor
# is given. Neither the index below nor the refining step looks at it: rows that were not selected come
# back, with exact distances and without a word. Other indexes that know no selector raise an
# error (IndexPQ, IndexLSH, IndexNSG). The selector has to stand in base_index_params, which is a
# second object of the kind of the index below.
#
# Seen:
#   sel beside k_factor: 5 of 5 outside the selection
#   sel in base_index_params: 0 of 5 outside the selection
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check faiss-cpu==1.15.1 numpy==2.4.6
seen=$("$folder/venv/bin/python" - <<'PY'
import faiss
import numpy as np

vectors = np.random.default_rng(0).standard_normal((2000, 32)).astype("float32")
faiss.normalize_L2(vectors)
index = faiss.index_factory(32, "SQ8,RFlat", faiss.METRIC_INNER_PRODUCT)
index.train(vectors)
index.add(vectors)
selected = faiss.IDSelectorRange(1000, 1100)
ways = {
    "sel beside k_factor": faiss.IndexRefineSearchParameters(k_factor=4, sel=selected),
    "sel in base_index_params": faiss.IndexRefineSearchParameters(
        k_factor=4, base_index_params=faiss.SearchParameters(sel=selected)
    ),
}
for way, params in ways.items():
    _, (rows,) = index.search(vectors[:1], 5, params=params)
    outside = sum(not 1000 <= row < 1100 for row in rows.tolist())
    print(f"{way}: {outside} of {len(rows)} outside the selection")
PY
)
echo "$seen"
[ "$seen" = "sel beside k_factor: 5 of 5 outside the selection
sel in base_index_params: 0 of 5 outside the selection" ] || { echo "The behaviour has changed." >&2; exit 1; }
