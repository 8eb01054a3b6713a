#!/usr/bin/env bash
# faiss-cpu 1.15.1: range_search of IVF with RaBitQ by fast scan returns every row, at distances that search does not know.
#
# search() of the index gives squared distances near the true ones. range_search() of the same index, for the
# same query, compares the radius with other numbers, some of them below zero, which no squared
# distance is: every row is within any usual radius by L2. IVF8,RaBitQ, the same codes without
# fast scan, tells the same distances in both.
#
# Seen, 3000 rows, radius between the tenth and the eleventh distance that search gives:
#   IVF8,RaBitQ: 10 rows in range, least distance that of search
#   IVF8,RaBitQfs: 3000 rows in range, least distance below zero
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check faiss-cpu==1.15.1 numpy==2.4.6
seen=$("$folder/venv/bin/python" 2>/dev/null - <<'PY'
import faiss
import numpy as np

faiss.omp_set_num_threads(1)
random = np.random.default_rng(0)
vectors = random.standard_normal((3000, 64)).astype("float32")
asked = random.standard_normal((1, 64)).astype("float32")
for name in ("IVF8,RaBitQ", "IVF8,RaBitQfs"):
    index = faiss.index_factory(64, name, faiss.METRIC_L2)
    index.train(vectors)
    index.add(vectors)
    index.nprobe = 8
    (near,), _ = index.search(asked, 11)
    _, within, rows = index.range_search(asked, float(near[9] + near[10]) / 2)
    least = "below zero" if within.min() < 0 else "that of search" if within.min() == near[0] else within.min()
    print(f"{name}: {len(rows)} rows in range, least distance {least}")
PY
)
echo "$seen"
[ "$seen" = "IVF8,RaBitQ: 10 rows in range, least distance that of search
IVF8,RaBitQfs: 3000 rows in range, least distance below zero" ] || { echo "The behaviour has changed." >&2; exit 1; }
