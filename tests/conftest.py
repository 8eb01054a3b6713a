"""A tiny real encoder, a toy corpus that can be ranked by hand, and real servers over both."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from kb.build.pipeline import build
from kb.search.live import LiveSearcher, open_live
from kb.search.searcher import Searcher
from kb.settings import Settings, read_settings
from tests.toy import ROOT, copy_toy_corpus, free_port, make_tiny_encoder, settings_of_toy


@pytest.fixture(name="tiny_encoder", scope="session")
def _tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_encoder(tmp_path_factory.mktemp("encoder") / "tiny")


@pytest.fixture(name="toy_cases")
def _toy_cases(tmp_path: Path) -> Path:
    return copy_toy_corpus(tmp_path / "cases")


@pytest.fixture(name="toy_settings")
def _toy_settings(toy_cases: Path, tmp_path: Path, tiny_encoder: Path) -> Settings:
    """Settings of a toy compendium that nothing has been built of yet."""
    return settings_of_toy(toy_cases, tmp_path / "index", tiny_encoder)


@pytest.fixture(name="settings", scope="session")
def _settings(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Settings:
    """Settings of a built toy compendium that no test may change."""
    folder = tmp_path_factory.mktemp("toy")
    cases = copy_toy_corpus(folder / "cases")
    settings = settings_of_toy(cases, folder / "index", tiny_encoder)
    build(settings)
    return settings


@pytest.fixture(name="toy_multilingual", scope="session")
def _toy_multilingual(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Settings:
    """The same built with the multilingual encoder on; no test may change it either."""
    folder = tmp_path_factory.mktemp("multilingual")
    cases = copy_toy_corpus(folder / "cases")
    settings = settings_of_toy(cases, folder / "index", tiny_encoder, multilingual="on")
    build(settings)
    return settings


@pytest.fixture(name="live", scope="session")
def _live(settings: Settings) -> LiveSearcher:
    return open_live(settings)


@pytest.fixture(name="searcher", scope="session")
def _searcher(live: LiveSearcher) -> Searcher:
    return live.current()


@pytest.fixture(name="client")
def _client(live: LiveSearcher, settings: Settings):
    from web import create_app

    app = create_app(live, settings)
    app.testing = True
    return app.test_client()


@pytest.fixture(name="real_settings", scope="session")
def _real_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the real compendium, built with the default encoders."""
    index = tmp_path_factory.mktemp("real") / "index"
    settings = read_settings({}, cases=ROOT / "cases", index=index)
    build(settings)
    return settings


@pytest.fixture(name="real_live", scope="session")
def _real_live(real_settings: Settings) -> LiveSearcher:
    return open_live(real_settings)


@pytest.fixture(name="real_server_url", scope="session")
def _real_server_url(real_settings: Settings):
    """A real server in a process of its own, over the real compendium."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    command = [sys.executable, "-m", "web", "serve", "--index", str(real_settings.index)]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--workers", "1"],
        cwd=ROOT,
        env=environ,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_up(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_up(url: str, process: subprocess.Popen, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with status {process.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"the server did not answer within {seconds} seconds")
