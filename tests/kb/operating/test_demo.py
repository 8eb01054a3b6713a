"""``kb demo``: where its cases are, and where it puts what it builds."""

from __future__ import annotations

from pathlib import Path

from kb.operating.demo import default_index, demo_cases
from tests.toy import ROOT


def test_the_cases_of_a_checkout_are_its_own():
    """In a wheel they stand beside the code: see tests/test_release.py."""
    assert demo_cases() == ROOT / "cases"


def test_it_is_built_into_the_folder_for_data_of_the_user(monkeypatch, tmp_path):
    """As the system names it, or below the home folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_index() == tmp_path / "compendium-of-business-networks" / "index"

    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/home/somebody")
    name = Path("/home/somebody/.local/share/compendium-of-business-networks/index")
    assert default_index() == name
