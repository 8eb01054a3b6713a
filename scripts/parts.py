"""List the parts that are installed, as CycloneDX and with their licences.

    make parts                                     # makes an environment of each lock
    .venv/bin/python scripts/parts.py serving=ENV building=ENV   # or takes those that are there

Writes deploy/parts-serving.cdx.json and deploy/parts-building.cdx.json by cyclonedx-py, and
deploy/licences.md of both.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
#: The locks of each role; PyTorch in the build for the processor.
ROLES = {
    "serving": ("serving", "postgresql", "parquet"),
    "building": ("building", "torch-cpu", "postgresql", "parquet"),
}
#: Of a part that does not say it in its data, what stands in the licence that it comes with.
_READ = {
    "currencyconverter": "Apache-2.0",
    "protobuf": "BSD-3-Clause",
    "transformers": "Apache-2.0",
}
#: What older data calls a licence.
_CALLED = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Artistic License": "Artistic",
    "License :: OSI Approved :: GNU General Public License (GPL)": "GPL",
    "License :: OSI Approved :: Zope Public License": "ZPL-2.1",
}


def main(arguments: list[str]) -> int:
    """Write the lists."""
    given = dict(one.split("=", 1) for one in arguments)
    parts: dict[str, tuple[str, str, set[str]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for role in ROLES:
            environment = Path(given[role]) if role in given else _made(Path(folder) / role, role)
            for name, version, licence in _listed(environment, role):
                known = parts.setdefault(name, (version, licence, set()))
                known[2].add(role)
    _write_licences(parts)
    return 0


def _made(folder: Path, role: str) -> Path:
    """A new environment with what the locks of a role name, and nothing else."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    files = [f"--requirement=deploy/requirements-{lock}.txt" for lock in ROLES[role]]
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install"]
    options = ["--quiet", "--no-deps", "--require-hashes", "--no-compile"]
    subprocess.run([*pip, *options, *files], cwd=ROOT, check=True)
    return folder


def _listed(environment: Path, role: str) -> list[tuple[str, str, str]]:
    """Each part of an environment: its name, version and licence. The list is written too."""
    path = DEPLOY / f"parts-{role}.cdx.json"
    program = Path(sys.executable).with_name("cyclonedx-py")
    options = ["--output-reproducible", "--short-PURLs", "-o", str(path)]
    command = [program, "environment", *options, str(environment)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    told = json.loads(path.read_text(encoding="utf-8"))
    locked = {
        found[1]
        for lock in ROLES[role]
        for found in re.finditer(
            r"^([a-z0-9.-]+)==", (DEPLOY / f"requirements-{lock}.txt").read_text("utf-8"), re.M
        )
    }
    told["components"] = [
        one for one in told["components"] if canonicalize_name(one["name"]) in locked
    ]
    kept = {one["bom-ref"] for one in told["components"]}
    told["dependencies"] = [one for one in told["dependencies"] if one["ref"] in kept]
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return [
        (canonicalize_name(one["name"]), one["version"], _licence(one))
        for one in told["components"]
    ]


def _licence(component: dict) -> str:
    """The licence of a part in a few words; empty where nobody says one."""
    said = [
        one.get("expression") or one["license"].get("id") or one["license"].get("name")
        for one in component.get("licenses", ())
    ]
    short = dict.fromkeys(_CALLED.get(one, one) for one in said)
    return " or ".join(short) or _READ.get(canonicalize_name(component["name"]), "")


def _write_licences(parts: dict[str, tuple[str, str, set[str]]]) -> None:
    lines = [
        "# Licences of every part",
        "",
        "What the locks in this folder install on Linux with PyTorch for the processor, and what",
        "each part says of itself. Made by `make parts`. PyTorch's build for graphics cards brings",
        "libraries of NVIDIA, under NVIDIA's own terms.",
        "",
        "| part | version | licence | serves | builds |",
        "|---|---|---|---|---|",
    ]
    for name, (version, licence, roles) in sorted(parts.items()):
        marks = " | ".join("yes" if role in roles else "" for role in ROLES)
        lines.append(f"| {name} | {version} | {licence} | {marks} |")
    (DEPLOY / "licences.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
