#!/usr/bin/env bash
# numpy 2.4.6: partition takes many times as long as a whole sort where most values are equal.
#
# np.partition puts the k-th value where a sort would, which is less work than to sort. Of
# 100,000 numbers of which 90 in a hundred are 0 (a score that few rows have), the 1,000th best
# from above takes some twenty times as long as np.sort of the same array, and so does
# np.argpartition. Of different numbers partition is the quicker one, as it should be. So it is
# with and without AVX-512.
#
# Seen:
#   different numbers: partition is quicker than sort
#   nine of ten are 0: partition takes more than five times as long as sort
#   nine of ten are 0: argpartition takes more than five times as long as sort
#   the values are the same
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6

seen=$("$folder/venv/bin/python" - <<'PY'
import time

import numpy as np

N, K = 100_000, 99_000
rng = np.random.default_rng(0)
different = rng.random(N)
mostly_zero = np.where(rng.random(N) < 0.9, 0.0, different)


def taken(do):
    """The least time of the processor, of eleven."""
    times = []
    for _ in range(11):
        begin = time.thread_time_ns()
        do()
        times.append(time.thread_time_ns() - begin)
    return min(times)


if taken(lambda: np.partition(different, K)) < taken(lambda: np.sort(different)):
    print("different numbers: partition is quicker than sort")
sort = taken(lambda: np.sort(mostly_zero))
for name in ("partition", "argpartition"):
    if taken(lambda: getattr(np, name)(mostly_zero, K)) > 5 * sort:
        print(f"nine of ten are 0: {name} takes more than five times as long as sort")
if np.partition(mostly_zero, K)[K] == np.sort(mostly_zero)[K]:
    print("the values are the same")
PY
)
echo "$seen"
[ "$seen" = "different numbers: partition is quicker than sort
nine of ten are 0: partition takes more than five times as long as sort
nine of ten are 0: argpartition takes more than five times as long as sort
the values are the same" ] || { echo "The behaviour has changed." >&2; exit 1; }
