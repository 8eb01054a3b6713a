"""How long a spreadsheet takes to become drafts, and how much memory.

    python benchmarks/importing.py [ROWS] [--json FILE]

The spreadsheet is made up (``tests/kb/importing/fictional.py``): every title in it says so. The
command is the one that editors give, ``kb import``, with the compendium of this repository. It is
timed from its start to its end; the memory is that of the largest of its processes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent


def measure(rows: int) -> dict[str, float]:
    """Seconds by the clock and of the processor, megabytes, and what is left of files."""
    with tempfile.TemporaryDirectory(prefix="importing-") as temporary:
        sheet, drafts = Path(temporary) / "projects.xlsx", Path(temporary) / "drafts"
        settings = os.environ | {"PYTHONPATH": str(ROOT), "KB_CASES": str(ROOT / "cases")}

        def run(*arguments: str) -> None:
            command = [sys.executable, "-m", *arguments]
            subprocess.run(command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL, check=True)

        run("tests.kb.importing.fictional", str(sheet), str(rows))
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        run("web", "import", str(sheet), "--into", str(drafts))
        seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        return {
            "rows": rows,
            "seconds": round(seconds, 1),
            "processor, seconds": round(
                after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1
            ),
            "largest process, MB": round(after.ru_maxrss / 1024),
            "drafts": sum(1 for _ in drafts.rglob("*.md")),
        }


def main() -> None:
    """Measure, print, and keep it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("rows", nargs="?", type=int, default=100_000)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    found = measure(options.rows)
    for name, value in found.items():
        print(f"{name}: {value:,}")
    if options.json:
        options.json.write_text(f"{json.dumps(found, indent=1)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
