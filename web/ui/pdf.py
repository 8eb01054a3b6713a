"""A sheet as PDF: what a page hands to the typesetter, which runs in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock

HERE = Path(__file__).parent
SYMBOLS = HERE / "templates" / "_symbols.svg"
INK = "#1a2322"
PATIENCE_S = 30

#: One at a time in a worker, so that many readers cannot start many processes.
_turn = Lock()


def written(sheet: Mapping[str, object]) -> str:
    """What a template takes, as JSON: the same text for the same sheet."""
    return json.dumps(sheet, sort_keys=True)


def set_sheet(template: str, inputs: str) -> bytes:
    """One A4 sheet as PDF; nothing of it is kept.

    Args:
        template: which of those in ``print``: ``case`` or ``network``.
        inputs: what ``written`` makes of a sheet.

    Raises:
        subprocess.SubprocessError: it could not be set within ``PATIENCE_S`` seconds.
    """
    command = [sys.executable, "-I", str(HERE / "typeset.py"), template]
    with _turn:
        done = subprocess.run(
            command, input=inputs.encode(), capture_output=True, check=True, timeout=PATIENCE_S
        )
    return done.stdout


@cache
def symbol(name: str) -> str:
    """A symbol of the pages as a picture of its own, in ink."""
    found = re.search(
        rf'<symbol id="{name}" viewBox="([^"]+)">(.*?)</symbol>',
        SYMBOLS.read_text(encoding="utf-8"),
    )
    if found is None:
        raise KeyError(name)
    drawn = found[2].replace("currentColor", INK)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{found[1]}" fill="{INK}">{drawn}</svg>'
    )
