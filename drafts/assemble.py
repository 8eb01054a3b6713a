"""Put the drafts beside the cases, in another folder: ``python drafts/assemble.py FOLDER``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DRAFTS = ROOT / "drafts"


def assemble(folder: Path) -> None:
    """Copy ``cases/`` with the drafts and their sources into a folder.

    Args:
        folder: is made; must not be there yet.

    Raises:
        FileExistsError: it is there, or a draft has the place of a case.
    """
    shutil.copytree(ROOT / "cases", folder)
    for draft in sorted((DRAFTS / "cases").rglob("*.md")):
        place = folder / draft.relative_to(DRAFTS / "cases")
        if place.exists():
            raise FileExistsError(f"{draft.relative_to(ROOT)} has the place of a case")
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(draft, place)
    sources = folder / "sources.bib"
    added = (DRAFTS / "cases" / "sources.bib").read_text("utf-8")
    sources.write_text(f"{sources.read_text('utf-8')}\n{added}", "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python drafts/assemble.py FOLDER")
    assemble(Path(sys.argv[1]))
