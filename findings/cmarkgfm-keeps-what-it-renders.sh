#!/usr/bin/env bash
# cmarkgfm 2025.10.22: the memory of a process grows with every rendering, and does not come back.
#
# The HTML that the C library allocates is the caller's to free. The binding copies it into a text
# and does not free it: a process that renders pages all day grows by about what it has rendered.
# Pure Python (markdown-it-py 4.0.0) on the same text stays where it is.
#
# Seen (2,000 renderings of a text of 33 kB, 200 by the other library; Linux):
#   cmarkgfm 2025.10.22: grows by what was rendered: True
#   markdown-it-py 4.0.0: grows by what was rendered: False
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  cmarkgfm==2025.10.22 markdown-it-py==4.0.0 2>/dev/null
cat >"$folder/try.py" <<'PY'
import gc
from importlib.metadata import version
from pathlib import Path

import cmarkgfm
from markdown_it import MarkdownIt

TEXT = "A paragraph of *plain* words that fill a line of text.\n\n" * 600


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def grows(render, times) -> bool:
    """Whether memory grows by at least half of what is rendered."""
    for _ in range(100 if times > 500 else 5):
        size = len(render(TEXT))
    gc.collect()
    before = resident()
    for _ in range(times):
        render(TEXT)
    gc.collect()
    return resident() - before > size * times / 2


for name, render, times in (
    ("cmarkgfm", cmarkgfm.github_flavored_markdown_to_html, 2000),
    ("markdown-it-py", MarkdownIt().render, 200),
):
    print(f"{name} {version(name)}: grows by what was rendered: {grows(render, times)}")
PY
seen=$("$folder/venv/bin/python" "$folder/try.py")
echo "$seen"
[ "$seen" = 'cmarkgfm 2025.10.22: grows by what was rendered: True
markdown-it-py 4.0.0: grows by what was rendered: False' ] || { echo "The behaviour has changed." >&2; exit 1; }
