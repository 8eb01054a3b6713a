"""The compendium that comes with a release, for ``kb demo``."""

from __future__ import annotations

import os
from pathlib import Path

_HERE = Path(__file__).parent


def demo_cases() -> Path:
    """The folder of its cases: beside the code in a wheel, else that of the repository."""
    packed = _HERE / "demo_cases"
    return packed if packed.is_dir() else _HERE.parents[1] / "cases"


def default_index() -> Path:
    """Where it is built unless another folder is given: in the folder for data of this user."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "compendium-of-business-networks" / "index"
