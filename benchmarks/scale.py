"""Measure the program at sizes that the real compendium does not have, beside others.

    python benchmarks/scale.py make 10000 FOLDER [--seed 1] [--plain]

``make`` writes a compendium of made-up cases (see ``at_scale/synthetic.py``), which is valid for
``kb check`` and can be built and served like any other. docs/scale.md says what each line
of the table means and how it is measured.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from at_scale.synthetic import Compendium

ROOT = Path(__file__).parent.parent


def make(options: argparse.Namespace) -> None:
    """Write a made-up compendium."""
    made = Compendium(options.n, source=options.cases, seed=options.seed, plain=options.plain)
    made.write(options.folder)
    print(f"{options.n} made-up cases are in {options.folder}.")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    whole = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = whole.add_subparsers(required=True)
    of_make = commands.add_parser("make", help="write a made-up compendium")
    of_make.add_argument("n", type=_positive, help="how many cases")
    of_make.add_argument("folder", type=Path, help="a folder that is empty or not there yet")
    of_make.add_argument("--seed", type=int, default=1, help="another one makes other cases")
    of_make.add_argument(
        "--cases", type=Path, default=ROOT / "cases", help="the folder of the real cases"
    )
    of_make.add_argument(
        "--plain", action="store_true", help="leave out what release e9d3985 does not know"
    )
    of_make.set_defaults(do=make)
    return whole


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {number}")
    return number


def main() -> None:
    """Do what the command line asks for."""
    of_all = parser()
    options = of_all.parse_args()
    try:
        options.do(options)
    except FileExistsError as err:
        of_all.error(str(err))


if __name__ == "__main__":
    main()
