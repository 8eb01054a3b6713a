"""How a server takes memory from the system and gives it back, in real processes."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from web.serving.memory import ARENAS

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told")

#: How many stores of memory eight threads take from that ask at the same time.
STORES = """
import ctypes, sys, threading
from web.serving.memory import share_arenas

libc = ctypes.CDLL(None)
if sys.argv[1] == "shared":
    share_arenas()
all_there = threading.Barrier(8)

def take():
    all_there.wait()
    libc.malloc(5000)
    all_there.wait()

threads = [threading.Thread(target=take) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


def test_threads_take_memory_from_one_store():
    """What threads take comes from one store, where it came from more."""
    environ = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    stores = {}
    for how in ("shared", "as it is"):
        done = subprocess.run([sys.executable, "-c", STORES, how], cwd=ROOT, env=environ,
                              capture_output=True, text=True, check=True)  # fmt: skip
        stores[how] = done.stdout.count("<heap nr=")

    assert stores["shared"] == ARENAS
    assert stores["as it is"] > ARENAS


#: How much a process gives back: 20 MB in small pieces, of which every hundredth stays in use.
FREE = """
import ctypes, sys, time
from pathlib import Path
from web.serving import memory

def held():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    own = ("Private_Dirty:", "Swap:")
    return sum(int(line.split()[1]) for line in lines if line.startswith(own))

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
before = held()
memory.EVERY, memory.WORKED = 0.05, 0.01
pieces = [libc.malloc(10_000) for _ in range(2_000)]
for piece in pieces:
    ctypes.memset(piece, 1, 10_000)
for number, piece in enumerate(pieces):
    if number % 100:
        libc.free(piece)
if sys.argv[1] == "kept":
    memory.keep_giving_back()
end = time.monotonic() + (60 if sys.argv[1] == "kept" else 1)
while held() - before > 5_000 and time.monotonic() < end:
    time.sleep(0.02)
print(held() - before)
"""


def test_a_process_gives_back_what_it_does_not_use():
    """Memory that lies free between what is used goes back to the system, and not by itself."""
    found = {}
    for how in ("kept", "as it is"):
        command = [sys.executable, "-c", FREE, how]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found[how] = int(done.stdout)

    assert found["kept"] < 5_000
    assert found["as it is"] > 15_000
