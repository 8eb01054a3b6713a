"""The units that update a site every night are ones that systemd understands."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.kb.cli.command import commands
from tests.toy import ROOT

UNITS = ("compendium-update.service", "compendium-update.timer")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_understands_the_units(tmp_path: Path):
    """Every line is known; only where the program lies is another place here."""
    for name in UNITS:
        text = (ROOT / "deploy" / name).read_text()
        text = re.sub(r"(?m)^(ExecStart=)\S+", r"\g<1>/bin/true", text)
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in UNITS)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    about_ours = [line for line in done.stderr.splitlines() if "compendium" in line]
    assert (done.returncode, about_ours) == (0, [])


def test_the_unit_starts_a_command_that_there_is():
    """The options that the unit gives are those of the command."""
    text = (ROOT / "deploy" / UNITS[0]).read_text()
    (line,) = re.findall(r"(?m)^ExecStart=\S*/kb (.*)$", text)
    name, *options = line.split()
    known = {option for one in commands()[name].params for option in one.opts}
    assert {one for one in options if one.startswith("--")} <= known
