"""The language that the words of a page are in: English, or one that has a catalogue.

English stands in the code and is complete. A sentence is translated whole: with names for
what is put into it, and with ``ngettext`` where it counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

from kb.errors import SettingError
from kb.settings import shown

#: The language of the code, and of the cases.
SOURCE = "en"
CATALOGUES = Path(__file__).parent.parent / "translations"

_spoken: ContextVar[str] = ContextVar("language of the page", default=SOURCE)


def languages() -> tuple[str, ...]:
    """English, and the languages with a catalogue by their code."""
    return (SOURCE, *sorted(path.parent.parent.name for path in CATALOGUES.glob("*/*/*.mo")))


def check_language(code: str) -> None:
    """See that there are words in a language.

    Raises:
        SettingError: there are none.
    """
    known = languages()
    if code not in known:
        raise SettingError(f"KB_LANGUAGE must be one of {', '.join(known)}, not {shown(code)}.")


def language() -> str:
    """The code of the language that the page is in."""
    return _spoken.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Inside, words are in this language; outside they are English."""
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


def day(iso: str) -> str:
    """A day as it is written in the language of the page: ``28 November 2026``."""
    read = date.fromisoformat(iso)
    if language() == SOURCE:
        return f"{read.day} {read:%B} {read.year}"
    from babel.dates import format_date  # a site in English does without it

    return format_date(read, "d MMMM y", locale=language())


def gettext(message: str, **values: object) -> str:
    """A sentence in the language of the page, with ``values`` at their names."""
    return translated(message) % values


def ngettext(one: str, many: str, n: int, **values: object) -> str:
    """A sentence that counts; ``count`` in it is ``n`` as the language writes it."""
    return translated_count(one, many, n) % {"count": number(n), **values}


def translated(message: str) -> str:
    """A sentence with its names still in it."""
    return _catalogue(language()).gettext(message)


def translated_count(one: str, many: str, n: int) -> str:
    """A sentence that counts with its names still in it."""
    return _catalogue(language()).ngettext(one, many, n)


def number(value: int) -> str:
    """A number with the mark between thousands that the language has: ``1,234``."""
    if language() == SOURCE:
        return f"{value:,}"
    from babel.numbers import format_decimal  # a site in English does without it

    return format_decimal(value, locale=language())


@cache
def _catalogue(code: str) -> NullTranslations:
    if code == SOURCE:
        return NullTranslations()
    return translation("messages", CATALOGUES, [code])
