"""What all commands are tested with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _settings_of_the_toy(monkeypatch: pytest.MonkeyPatch, tiny_encoder: Path) -> None:
    """Settings of the machine that runs the tests do not count: the encoder is the toy's."""
    for name in list(os.environ):
        if name.startswith("KB_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("KB_MODEL", str(tiny_encoder))
    monkeypatch.setenv("KB_MULTILINGUAL", "off")
