"""The units that update a site and back it up every night: systemd understands them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kb.operating.backup import inspect
from kb.settings import Settings
from tests.kb.cli.command import commands, run
from tests.toy import ROOT

UNITS = (
    "compendium-update.service",
    "compendium-update.timer",
    "compendium-backup.service",
    "compendium-backup.timer",
)


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


def test_the_backup_is_written_where_its_user_may_write(settings: Settings, tmp_path: Path):
    """The line as systemd reads it makes a sound backup, in the folder that the unit is given."""
    text = (ROOT / "deploy" / "compendium-backup.service").read_text()
    (line,) = re.findall(r"(?m)^ExecStart=/bin/sh -c '(.*)'$", text)
    (state,) = re.findall(r"(?m)^StateDirectory=(.*)$", text)
    line = line.replace("$$", "$").replace("%%", "%")
    assert f" /var/lib/{state}/day-" in line
    line = line.replace("/opt/compendium/bin/kb", f"{sys.executable} -m web")
    line = line.replace(f"/var/lib/{state}", str(tmp_path))

    done = run("/bin/sh", "-c", line, KB_INDEX=str(settings.index))

    assert (done.returncode, done.stderr) == (0, "")
    (file,) = tmp_path.glob("day-[1-7].backup")
    assert inspect(file).cases > 0


def test_the_settings_tell_where_content_comes_from():
    """The line for the nightly update stands there to be filled in."""
    text = (ROOT / "deploy" / "environment").read_text()
    assert re.findall(r"(?m)^#KB_SOURCE=https://", text)
