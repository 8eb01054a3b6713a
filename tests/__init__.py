"""Tests, in the same tree as what they test."""

import os

# Before anything loads OpenMP: its threads sleep while they wait for one another. Two
# processes whose threads wait by spinning, as they do by default, take five times as long
# for the same sums on two cores.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
