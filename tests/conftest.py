"""A tiny real encoder, a toy corpus that can be ranked by hand, and real servers over both."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from filelock import FileLock
from playwright.sync_api import expect, sync_playwright

from kb.content.files import COLLECTIONS_FILE
from kb.indexing.pipeline import build
from kb.search.opening import LiveSearcher, open_live
from kb.search.searcher import Searcher
from kb.settings import Settings, read_settings
from tests.browser.chromium import FLAGS, executable
from tests.days import one_day
from tests.toy import (
    FIRST_COLLECTION,
    ROOT,
    TOY_COLLECTIONS,
    copy_toy_corpus,
    make_tiny_encoder,
    settings_of_toy,
)
from tests.toy_packs import write_packs

# How fast examples are made and run says more about the machine than about the code; and a run
# tries the same ones as the run before.
hypothesis.settings.register_profile(
    "kb",
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("kb")


@pytest.fixture(name="ctrl_c_is_heard")
def _ctrl_c_is_heard() -> Iterator[None]:
    """What a test starts hears Ctrl-C, though a shell that runs tests aside has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(name="today")
def _today() -> Iterator[str]:
    """The day, in ISO 8601, which is the same until the test has ended."""
    with one_day() as today:
        yield today


@pytest.fixture(name="made_once", scope="session")
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable:
    """What fills a folder, by name, for all processes of a run: the first to ask does it."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # then each process has a folder in the run's
        base = base.parent

    def made_once(name: str, fill: Callable[[Path], object]) -> Path:
        folder, done = base / name, base / f"{name}.done"
        with FileLock(base / f"{name}.lock", timeout=1800):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of a process that did not end it
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return made_once


@pytest.fixture(name="tiny_encoder", scope="session")
def _tiny_encoder(made_once: Callable) -> Path:
    """A tiny encoder that no test may change; its path is the same for all processes."""
    return made_once("tiny-encoder", lambda folder: make_tiny_encoder(folder / "tiny")) / "tiny"


@pytest.fixture(name="toy_cases")
def _toy_cases(tmp_path: Path) -> Path:
    return copy_toy_corpus(tmp_path / "cases")


@pytest.fixture(name="toy_settings")
def _toy_settings(toy_cases: Path, tmp_path: Path, tiny_encoder: Path) -> Settings:
    """Settings of a toy compendium that nothing has been built of yet."""
    return settings_of_toy(toy_cases, tmp_path / "index", tiny_encoder)


@pytest.fixture(name="settings", scope="session")
def _settings(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Settings:
    """Settings of a built toy compendium with two collections that no test may change."""
    folder = tmp_path_factory.mktemp("toy")
    cases = copy_toy_corpus(folder / "cases")
    (cases / COLLECTIONS_FILE).write_text(TOY_COLLECTIONS)
    settings = settings_of_toy(cases, folder / "index", tiny_encoder)
    build(settings)
    return settings


@pytest.fixture(name="taught", scope="session")
def _taught(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path):
    """A client of a site over the toy compendium with two sessions, a list and a course."""
    from web import create_app

    folder = tmp_path_factory.mktemp("taught")
    cases = copy_toy_corpus(folder / "cases")
    write_packs(cases)
    settings = settings_of_toy(cases, folder / "index", tiny_encoder)
    build(settings)
    app = create_app(open_live(settings), settings)
    app.testing = True
    return app.test_client()


@pytest.fixture(name="toy_multilingual", scope="session")
def _toy_multilingual(made_once: Callable, tiny_encoder: Path) -> Settings:
    """The same built with the multilingual encoder on; no test may change it either."""

    def settings_in(folder: Path) -> Settings:
        cases, index = folder / "cases", folder / "index"
        return settings_of_toy(cases, index, tiny_encoder, multilingual="on")

    def fill(folder: Path) -> None:
        copy_toy_corpus(folder / "cases")
        build(settings_in(folder))

    return settings_in(made_once("multilingual", fill))


@pytest.fixture(name="live", scope="session")
def _live(settings: Settings) -> LiveSearcher:
    return open_live(settings)


@pytest.fixture(name="searcher", scope="session")
def _searcher(live: LiveSearcher) -> Searcher:
    return live.current()


@pytest.fixture(name="toy_app", scope="session")
def _toy_app(live: LiveSearcher, settings: Settings):
    """The site of the toy compendium. No test may change it: its pages are compiled once."""
    from web import create_app

    app = create_app(live, settings)
    app.testing = True
    return app


@pytest.fixture(name="client")
def _client(toy_app):
    """A visitor of its own of that site."""
    return toy_app.test_client()


@pytest.fixture(name="real_settings", scope="session")
def _real_settings(made_once: Callable) -> Settings:
    """Settings of a snapshot of the first collection, built with the default encoders.

    Exact values about real cases are tested on it. No test may change it.
    """

    def fill(folder: Path) -> None:
        build(_settings_of_real(folder), collection=FIRST_COLLECTION)

    return _settings_of_real(made_once("real", fill))


@pytest.fixture(name="whole_settings", scope="session")
def _whole_settings(made_once: Callable, real_settings: Settings) -> Settings:
    """The same of the whole compendium, for what must hold of every document.

    The vectors of the first collection are taken over, so that only the others are encoded.
    """

    def fill(folder: Path) -> None:
        shutil.copytree(real_settings.index, folder / "index")
        build(_settings_of_real(folder))

    return _settings_of_real(made_once("whole", fill))


def _settings_of_real(folder: Path) -> Settings:
    return read_settings({}, cases=ROOT / "cases", index=folder / "index")


@pytest.fixture(name="real_live", scope="session")
def _real_live(real_settings: Settings) -> LiveSearcher:
    return open_live(real_settings)


@pytest.fixture(name="real_app", scope="session")
def _real_app(real_live: LiveSearcher, real_settings: Settings):
    """The site of the first collection. No test may change it."""
    from web import create_app

    app = create_app(real_live, real_settings)
    app.testing = True
    return app


@pytest.fixture(name="real_client")
def _real_client(real_app):
    """A visitor of its own of that site."""
    return real_app.test_client()


@pytest.fixture(name="whole_live", scope="session")
def _whole_live(whole_settings: Settings) -> LiveSearcher:
    return open_live(whole_settings)


@pytest.fixture(name="real_server_url", scope="session")
def _real_server_url(real_settings: Settings):
    """A real server in a process of its own, over the first collection."""
    yield from _served(real_settings)


@pytest.fixture(name="whole_server_url", scope="session")
def _whole_server_url(whole_settings: Settings):
    """The same over the whole compendium."""
    yield from _served(whole_settings)


def _served(settings: Settings) -> Iterator[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    command = [sys.executable, "-m", "web", "serve", "--index", str(settings.index)]
    process = subprocess.Popen(
        [*command, "--port", "0", "--workers", "1"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    overdue = threading.Timer(300, process.kill)
    overdue.start()
    line = process.stdout.readline()  # the address, once it listens; nothing once it has ended
    overdue.cancel()
    try:
        if not line:
            raise RuntimeError(f"the server ended with status {process.wait()} before it listened")
        yield line.split()[-1]
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.fixture(name="browser", scope="session")
def _browser():
    """One Chromium for all tests of a process; each opens a context of its own in it."""
    expect.set_options(timeout=20_000)  # milliseconds; a busy machine is no fault of the page
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        yield browser
        browser.close()
