"""Put the drafts beside the cases, in another folder: ``python drafts/assemble.py FOLDER``."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
DRAFTS = ROOT / "drafts"


def assemble(folder: Path) -> None:
    """Copy ``cases/`` with the drafts, their sources and their words into a folder.

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
    taxonomy = folder / "taxonomy.yaml"
    text = taxonomy.read_text("utf-8")
    words = yaml.safe_load((DRAFTS / "vocabulary.yaml").read_text("utf-8"))
    for name, terms in words.items():
        text = _with_terms(text, name, terms)
    taxonomy.write_text(text, "utf-8")


def _with_terms(text: str, name: str, terms: list[dict[str, object]]) -> str:
    """The taxonomy with further terms, each after the last one of its group."""
    start = re.search(rf"^{name}:\n", text, re.MULTILINE)
    if start is None:
        raise ValueError(f"taxonomy.yaml must have a list {name!r}")
    end = re.search(r"^\S", text[start.end() :], re.MULTILINE)
    stop = start.end() + (end.start() if end else len(text) - start.end())
    listed = text[start.end() : stop]
    for term in terms:
        entry = yaml.safe_dump([term], sort_keys=False, allow_unicode=True, width=1000)
        entry = "".join(f"  {line}\n" for line in entry.splitlines())
        last = list(re.finditer(rf"^    group: {term['group']}\n", listed, re.MULTILINE))
        following = re.search(r"^  - |^\s*(#.*)?$", listed[last[-1].end() :], re.MULTILINE)
        at = last[-1].end() + (following.start() if following else len(listed) - last[-1].end())
        listed = listed[:at] + entry + listed[at:]
    return text[: start.end()] + listed + text[stop:]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python drafts/assemble.py FOLDER")
    assemble(Path(sys.argv[1]))
