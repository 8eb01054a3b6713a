"""A sheet as PDF: what a page hands to the typesetter, which runs in a process of its own.

What is public is made aside and kept (``web.ui.exported``). What a visitor wrote is set here and
kept nowhere.
"""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Semaphore

from kb.errors import ExportFailed, ExportsBusy
from kb.exports import typeset

HERE = Path(__file__).parent
SYMBOLS = HERE / "templates" / "_symbols.svg"
INK = "#1a2322"
PATIENCE_S = 30

#: So many at once in a worker: many readers cannot start many processes, nor fill its threads.
_AT_ONCE = 2
_turn = Semaphore(_AT_ONCE)
_log = logging.getLogger(__name__)


def written(sheet: Mapping[str, object]) -> str:
    """What a template takes, as JSON: the same text for the same sheet."""
    return json.dumps(sheet, sort_keys=True)


def set_sheet(template: str, inputs: str) -> bytes:
    """One A4 sheet as PDF; nothing of it is kept.

    Args:
        template: which of those in ``kb/exports/print``.
        inputs: what ``written`` makes of a sheet.

    Raises:
        ExportsBusy: as many are being set as this worker sets at once.
        ExportFailed: it could not be set, or not within ``PATIENCE_S`` seconds.
    """
    command = [sys.executable, "-I", typeset.__file__, template]
    if not _turn.acquire(blocking=False):
        raise ExportsBusy(_AT_ONCE)
    try:
        done = subprocess.run(
            command, input=inputs.encode(), capture_output=True, check=True, timeout=PATIENCE_S
        )
    except subprocess.TimeoutExpired as err:
        raise ExportFailed(f"it took longer than {PATIENCE_S} seconds") from err
    except subprocess.CalledProcessError as err:
        said = err.stderr.decode(errors="replace").strip()
        _log.error("The sheet %r could not be set: %s", template, said)
        raise ExportFailed(said.splitlines()[-1] if said else "the typesetter ended") from err
    finally:
        _turn.release()
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
