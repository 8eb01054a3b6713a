"""Cut the typefaces of the site out of their packages, once, and write ``fonts.css``.

    npm pack @fontsource-variable/source-serif-4@5.3.1 @fontsource-variable/instrument-sans@5.3.0
    for one in *.tgz; do mkdir "${one%.tgz}" && tar xzf "$one" -C "${one%.tgz}"; done
    .venv/bin/python scripts/subset_fonts.py fontsource-variable-source-serif-4-5.3.1/package \
        fontsource-variable-instrument-sans-5.3.0/package web/static

What is taken away: weights that no style sheet asks for, small capitals, fractions and the
other features that no page uses, and hints for screens of another age. The letters stay,
in a file for each script, and a browser asks for a file only where a page has its letters.

*Source* is a Reserved Font Name (SIL Open Font License 1.1, condition 3): what is changed
may not bear it, so the serif is called Compendium Serif. Instrument Sans reserves no name.
"""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

#: Features that a page uses: kerning, ligatures, accents in place, figures of one width.
FEATURES = ("kern", "liga", "ccmp", "locl", "mark", "mkmk", "calt", "tnum", "lnum", "pnum")
#: Names that a font keeps: copyright, family, style, identifier, full name, version,
#: PostScript name, licence.
NAME_IDS = (0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17)
FAMILY_NAMES = (1, 3, 4, 6, 16)
LIGHTEST, BOLDEST = 400, 600


@dataclass(frozen=True, kw_only=True)
class Face:
    """A typeface of the site, and the files of a package that it is cut from.

    ``weights`` are the ends of the axis, equal where one weight is enough. ``reserved`` is
    the name in the files that what is changed may not bear; empty where none is reserved.
    """

    family: str
    folder: str
    files: str
    style: str
    weights: tuple[int, int]
    scripts: tuple[str, ...]
    reserved: str = ""


SCRIPTS = ("latin", "latin-ext", "vietnamese", "greek", "cyrillic")
SERIF = {"family": "Compendium Serif", "folder": "compendium-serif", "scripts": SCRIPTS}
FACES = (
    Face(
        **SERIF,
        files="source-serif-4-{script}-wght-normal.woff2",
        style="normal",
        weights=(LIGHTEST, BOLDEST),
        reserved="Source Serif 4",
    ),
    Face(
        **SERIF,
        files="source-serif-4-{script}-wght-italic.woff2",
        style="italic",
        weights=(LIGHTEST, LIGHTEST),
        reserved="Source Serif 4",
    ),
    Face(
        family="Instrument Sans",
        folder="instrument-sans",
        files="instrument-sans-{script}-wght-normal.woff2",
        style="normal",
        weights=(LIGHTEST, BOLDEST),
        scripts=("latin", "latin-ext"),
    ),
)


def cut(face: Face, path: Path) -> tuple[bytes, list[int]]:
    """The bytes of a smaller font, and the code points of its letters."""
    least, most = face.weights
    whole = TTFont(path)
    limited = instantiateVariableFont(whole, {"wght": (least, most) if least < most else least})
    limited.flavor = None
    plain = io.BytesIO()
    limited.save(plain)  # the subsetter takes no font that was changed and not yet written
    plain.seek(0)
    font = TTFont(plain)
    options = subset.Options(
        layout_features=list(FEATURES),
        name_IDs=list(NAME_IDS),
        hinting=False,
        notdef_outline=True,
        flavor="woff2",
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=font.getBestCmap())
    subsetter.subset(font)
    if face.reserved:
        _rename(font, face)
    font.flavor = "woff2"
    small = io.BytesIO()
    font.save(small)
    return small.getvalue(), sorted(font.getBestCmap())


def _rename(font: TTFont, face: Face) -> None:
    for record in font["name"].names:
        if record.nameID in FAMILY_NAMES:
            words = record.toUnicode().replace(face.reserved, face.family)
            short = face.reserved.replace(" ", "")
            record.string = words.replace(short, face.family.replace(" ", ""))


def ranges(code_points: Iterable[int]) -> Iterator[str]:
    """Code points as the ranges of CSS: ``U+0041-005A``."""
    for _, run in groupby(enumerate(sorted(code_points)), key=lambda pair: pair[1] - pair[0]):
        points = [point for _, point in run]
        first, last = points[0], points[-1]
        yield f"U+{first:04X}" if first == last else f"U+{first:04X}-{last:04X}"


def main(serif: Path, sans: Path, static: Path) -> None:
    """Write each file, and the style sheet that names them."""
    rules = ["/* Written by scripts/subset_fonts.py: a text serif, and a sans for figures. */"]
    for face in FACES:
        package = serif if face.reserved else sans
        taken: set[int] = set()
        for script in face.scripts:
            data, letters = cut(face, package / "files" / face.files.format(script=script))
            slope = "-italic" if face.style == "italic" else ""
            path = static / "vendor" / face.folder / f"{face.folder}-{script}{slope}.woff2"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
            digest = hashlib.sha256(data).hexdigest()[:8]
            own = [letter for letter in letters if letter not in taken]
            taken.update(own)
            rules.append(rule(face, f"vendor/{face.folder}/{path.name}?v={digest}", own))
    (static / "css" / "fonts.css").write_text("\n".join(rules) + "\n", encoding="utf-8")


def rule(face: Face, address: str, letters: Iterable[int]) -> str:
    """The rule of a file, which a browser loads for these letters alone."""
    weights = " ".join(str(weight) for weight in sorted(set(face.weights)))
    slope = "  font-style: italic;\n" if face.style == "italic" else ""
    return (
        f'@font-face {{\n  font-family: "{face.family}";\n{slope}  font-weight: {weights};\n'
        f'  font-display: swap;\n  src: url("../static/{address}") format("woff2");\n'
        f"  unicode-range: {', '.join(ranges(letters))};\n}}"
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
