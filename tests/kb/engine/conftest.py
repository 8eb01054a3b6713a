"""What is started for tests of engines is stopped after them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kb.engine.postgresql.server import server_at
from tests.kb.engine.engines import running_server


@pytest.fixture(autouse=True)
def _a_busy_machine_may_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of a busy machine needs longer for a new connection than an address has else."""
    monkeypatch.setattr("kb.engine.postgresql.server.CONNECT_SECONDS", 60)


@pytest.fixture(autouse=True, scope="session")
def _stop_server() -> Iterator[None]:
    yield
    if running_server.cache_info().currsize:
        server_at(running_server().address).close()
        running_server().remove()
