"""A day that does not end before a test does, for all in this process that asks which day it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, tzinfo

import pytest

#: Who asks for the moment, and who for the day. Everywhere a version has one day, which is UTC's.
ASK_NOW = ("kb.indexing.keep_versions", "kb.versions.layers")
ASK_TODAY = ("kb.citations.items", "kb.content.corpus")


@contextmanager
def one_day() -> Iterator[str]:
    """The day of now, in ISO 8601: the same for builds, citations and checks as long as this."""
    moment = datetime.now(UTC)

    class Now(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            """The moment at which the day began to last."""
            return moment.astimezone(tz)

    class Today(date):
        @classmethod
        def today(cls) -> date:
            """The day that lasts."""
            return moment.date()

    with pytest.MonkeyPatch.context() as patched:
        for module in ASK_NOW:
            patched.setattr(f"{module}.datetime", Now)
        for module in ASK_TODAY:
            patched.setattr(f"{module}.date", Today)
        yield moment.date().isoformat()
