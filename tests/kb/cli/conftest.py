"""What all commands are tested with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.toy import only_settings_of_toy


@pytest.fixture(autouse=True)
def _settings_of_the_toy(monkeypatch: pytest.MonkeyPatch, tiny_encoder: Path) -> None:
    only_settings_of_toy(monkeypatch, tiny_encoder)
