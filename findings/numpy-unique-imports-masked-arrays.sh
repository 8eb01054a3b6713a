#!/usr/bin/env bash
# numpy 2.4.6: the first np.unique of a process imports numpy.ma in the middle of its work.
#
# "import numpy" no longer imports masked arrays. np.unique looks whether it was given one, and
# imports the package of masked arrays for that, also where it was given a plain array. So do
# np.union1d and np.intersect1d, which ask it; np.isin and np.intersect1d of unique values do not.
# A server that imports numpy, forks and then answers pays for it in the first answer of each
# worker, and each worker has its own copy of the modules. np.sort with a mask of neighbours that
# differ gives the same without it.
#
# Seen:
#   after import numpy: False
#   after isin and intersect1d of unique values: False
#   after the first unique: True
#   the same by sorting: True
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6

seen=$("$folder/venv/bin/python" - <<'PY'
import sys

import numpy as np


def is_imported():
    return "numpy.ma" in sys.modules


values = np.array([3, 1, 2, 3])
print("after import numpy:", is_imported())
np.isin(values, [3])
np.intersect1d([1, 2], [2, 3], assume_unique=True)
print("after isin and intersect1d of unique values:", is_imported())
unique = np.unique(values)
print("after the first unique:", is_imported())
ordered = np.sort(values)
differs = np.append(True, ordered[1:] != ordered[:-1])
print("the same by sorting:", ordered[differs].tolist() == unique.tolist())
PY
)
echo "$seen"
[ "$seen" = "after import numpy: False
after isin and intersect1d of unique values: False
after the first unique: True
the same by sorting: True" ] || { echo "The behaviour has changed." >&2; exit 1; }
