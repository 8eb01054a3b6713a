"""The files of ``deploy/`` that start the site: a container and a unit of systemd."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kb.settings import ROWS, read_settings
from tests.ports import free_port
from tests.toy import ROOT
from tests.web.serving.test_nginx import changed, served

DEPLOY = ROOT / "deploy"
#: Of 10, as ``systemd-analyze security`` counts: what is asked of a service that is well shut in.
MOST_EXPOSED = 1.5
with_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze"
)


def stages() -> list[list[tuple[str, str]]]:
    """The instructions of the container file with what stands behind them, by stage."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    lines = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    found: list[list[tuple[str, str]]] = []
    for line in filter(None, map(str.strip, lines)):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest.strip()))
    return found


def said(stage: list[tuple[str, str]], word: str) -> list[str]:
    """What stands behind an instruction of a stage, each time."""
    return [rest for name, rest in stage if name == word]


def test_the_image_that_serves_has_what_serves_alone():
    """Its stage runs nothing and takes one folder; the stage before installs from the lock."""
    installing, serving = stages()
    assert said(serving, "RUN") == []
    assert said(serving, "COPY") == ["--from=installed /opt/compendium /opt/compendium"]
    assert said(installing, "FROM")[0].endswith(" AS installed")
    *copied, _ = said(installing, "COPY")[0].split()
    assert copied == ["deploy/requirements-serving.txt", "dist/*.whl"]
    lock = (DEPLOY / "requirements-serving.txt").read_text(encoding="utf-8")
    assert not re.search("^(torch|sentence-transformers|triton|nvidia)", lock, re.MULTILINE)
    assert "--hash=sha256:" in lock
    assert all("--no-deps" in one for one in said(installing, "RUN") if "-m pip " in one)
    assert any("--require-hashes" in one for one in said(installing, "RUN"))


def test_it_runs_as_nobody_and_with_known_settings():
    """A user by number, so that an engine can tell that it is not root; and its own settings."""
    _, serving = stages()
    assert said(serving, "USER") == ["10001:10001"]
    environ = dict(one.split("=", 1) for rest in said(serving, "ENV") for one in shlex.split(rest))
    known = {row.variable for row in ROWS}
    assert {name for name in environ if name.startswith("KB_")} <= known
    settings = read_settings(environ)
    assert (str(settings.index), settings.host, settings.port) == ("/index", "0.0.0.0", 8000)
    assert said(serving, "EXPOSE") == ["8000"]
    assert json.loads(said(serving, "ENTRYPOINT")[0])[0] == "/opt/compendium/bin/kb"
    assert json.loads(said(serving, "CMD")[0]) == ["serve"]


def test_its_check_of_health_asks_the_site(settings):
    """It ends well while the site answers, and not where nobody does."""
    _, serving = stages()
    command = json.loads(said(serving, "HEALTHCHECK")[0].partition(" CMD ")[2])
    command[0] = changed(command[0], ("/opt/compendium/bin/python", sys.executable))
    command[2] = changed(command[2], ("timeout=4", "timeout=60"))  # a busy machine may take longer
    with served(settings, KB_SITE_URL="https://kb.example/compendium") as site:
        port = site.rpartition(":")[2]
        subprocess.run(command, env={**os.environ, "KB_PORT": port}, check=True, timeout=60)
    nobody = {**os.environ, "KB_PORT": str(free_port())}
    done = subprocess.run(command, env=nobody, check=False, timeout=60, capture_output=True)
    assert done.returncode == 1


@with_systemd
@pytest.mark.parametrize("name", sorted(path.name for path in DEPLOY.glob("*.service")))
def test_units_are_understood(name, tmp_path):
    """By systemd itself, without a word; the program stands elsewhere on this machine."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    unit = tmp_path / name
    unit.write_text(changed(text, ("/opt/compendium/bin/kb", sys.executable)), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@with_systemd
def test_the_unit_of_the_site_is_shut_in():
    """As far as a service can be that listens."""
    unit = str(DEPLOY / "compendium.service")
    done = subprocess.run(
        [
            *("systemd-analyze", "security", "--offline=yes", "--no-pager"),
            f"--threshold={MOST_EXPOSED * 10:.0f}",
            unit,
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze cannot look at a file")
    assert done.returncode == 0, done.stdout[-300:]


def test_the_settings_of_the_unit_are_understood():
    """Each line is one, and the unit reads them from where the file says."""
    text = (DEPLOY / "environment").read_text(encoding="utf-8")
    environ = dict(
        line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#")
    )
    settings = read_settings(environ)
    assert settings.index == Path("/var/lib/compendium/index")
    assert settings.site_url == "https://library.example.org/compendium"
    unit = (DEPLOY / "compendium.service").read_text(encoding="utf-8")
    assert "EnvironmentFile=/etc/compendium/environment" in unit
    assert "/etc/compendium/environment" in text
