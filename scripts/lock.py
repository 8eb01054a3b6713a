"""Make the locks in deploy/ of pyproject.toml: each part with its version and its digests.

    make locks                     # what is locked keeps its version
    make locks LOCK=--upgrade      # everything becomes the newest that fits

uv asks the index that this machine is set to; no address of an index is written. The parts of
PyTorch stand in a file of their own, as its build is chosen for the machine. What serves has the
versions of what builds.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
BUILDING, TORCH = "requirements-building.txt", "requirements-torch.txt"
SERVING = "requirements-serving.txt"

#: PyTorch, and what its build for graphics cards brings on Linux.
_OF_TORCH = re.compile(r"(torch|triton|cuda-[a-z-]+|nvidia-[a-z0-9-]+)==")
#: What a dependency asks for and nothing of ours imports: tokenizers fetches files with it.
_NOT_SERVED = ("huggingface-hub",)

_INSTALL = "python -m pip install --no-deps --require-hashes -r"
_ABOUT = {
    BUILDING: "What builds and serves, without PyTorch.",
    TORCH: "PyTorch from the package index; on Linux that is its build for graphics cards.",
    SERVING: "What serves: the command kb serve imports these, and nothing else.",
}


def main(arguments: list[str]) -> int:
    """Write every lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    upgrade = [one for one in arguments if one == "--upgrade"]
    with tempfile.TemporaryDirectory() as folder:
        whole, extra = Path(folder) / "whole.txt", Path(folder) / "extra.txt"
        whole.write_text("\n".join(_old(name) for name in (BUILDING, TORCH)), encoding="utf-8")
        _compile(["pyproject.toml", "-c", "constraints.txt", *upgrade], whole)
        blocks = _blocks(whole.read_text(encoding="utf-8"))
        _write(BUILDING, [one for one in blocks if not _OF_TORCH.match(one)])
        _write(TORCH, [one for one in blocks if _OF_TORCH.match(one)])
        left_out = Path(folder) / "left-out.txt"
        left_out.write_text("\n".join(_NOT_SERVED), encoding="utf-8")
        served = ["--group", "serving", "-c", "constraints.txt", "-c", str(whole)]
        _compile([*served, "--excludes", str(left_out)], extra)
        _write(SERVING, _blocks(extra.read_text(encoding="utf-8")))
        for name in ("postgresql", "parquet"):
            wanted = Path(folder) / f"{name}.in"
            wanted.write_text("\n".join(project["optional-dependencies"][name]), encoding="utf-8")
            extra.unlink()
            _compile([str(wanted), "-c", str(whole)], extra)
            _write(f"requirements-{name}.txt", _blocks(extra.read_text(encoding="utf-8")))
    return 0


def _old(name: str) -> str:
    path = DEPLOY / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _compile(arguments: Iterable[str], output: Path) -> None:
    oldest = "3.11.5"
    command = [Path(sys.executable).with_name("uv"), "pip", "compile", *arguments]
    options = ["--universal", "--python-version", oldest, "--generate-hashes", "--no-header"]
    options += ["--no-annotate", "--quiet", "-o", str(output)]
    subprocess.run([*command, *options], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _blocks(text: str) -> list[str]:
    """Each part with its digests."""
    return [f"{block.strip()}\n" for block in re.split(r"\n(?=[a-z0-9])", text) if block.strip()]


def _write(name: str, blocks: Iterable[str]) -> None:
    about = _ABOUT.get(name, f"What the extra {name.split('-')[-1].split('.')[0]} adds.")
    head = f"# {about} Made by 'make locks' of pyproject.toml.\n#   {_INSTALL} {name}\n"
    DEPLOY.mkdir(exist_ok=True)
    (DEPLOY / name).write_text(head + "".join(blocks), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
