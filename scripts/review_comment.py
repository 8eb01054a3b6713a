"""Makes a comment of a review that somebody else's code wrote: the folder is data, and no more.

    python3 scripts/review_comment.py number FOLDER
    python3 scripts/review_comment.py body FOLDER

It needs nothing but Python. The text is put into a block of code, in which nothing is a link, a
picture, a mention or HTML, whatever it holds.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

#: A comment may have 65,536 characters; so many bytes are read of a file at most.
MOST = 60_000
_NUMBER = re.compile(r"[1-9]\d{0,8}")
_FENCE = re.compile(r"`{3,}")
#: A sign before a sign of Markdown, which a block of code does not need.
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]<>()#+|~!&$@])")


class Refused(Exception):
    """The folder does not hold what a review writes."""


def read(path: Path) -> str:
    """The text of a plain file, cut to what a comment may hold.

    Raises:
        Refused: it is no plain file.
    """
    if path.is_symlink() or not path.is_file():
        raise Refused(f"{path.name} must be a plain file.")
    with path.open("rb") as file:
        return file.read(MOST).decode("utf-8", "replace")


def number_of(folder: Path) -> str:
    """The number of the pull request.

    Raises:
        Refused: it is none.
    """
    number = read(folder / "number.txt").strip()
    if not _NUMBER.fullmatch(number):
        raise Refused("number.txt must hold the number of a pull request.")
    return number


def body_of(folder: Path) -> str:
    """The comment: the review in a block of code that no text in it can end.

    Raises:
        Refused: there is no review.
    """
    text = _ESCAPED.sub(r"\1", read(folder / "review.md"))
    text = "".join(one for one in text if one.isprintable() or one == "\n")
    longest = max((len(found) for found in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return (
        f"What this pull request changes, by `kb review`:\n\n{fence}text\n{text.strip()}\n{fence}\n"
    )


def main(arguments: list[str]) -> int:
    """Print what is asked for; the exit status."""
    if len(arguments) != 2 or arguments[0] not in ("number", "body"):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    make = number_of if arguments[0] == "number" else body_of
    try:
        sys.stdout.write(f"{make(Path(arguments[1])).rstrip()}\n")
    except (Refused, OSError) as err:
        sys.stderr.write(f"Refused: {err}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
