"""Pages in the language of the setting: which ones are, and what their templates ask for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask
from markupsafe import Markup

from web.core.request import settings
from web.words.translation import (
    SOURCE,
    check_language,
    language,
    speaking,
    translated,
    translated_count,
)

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def init_app(app: Flask) -> None:
    """Give templates gettext, the language of the page, and the mark of what stays English.

    Raises:
        SettingError: there is no catalogue for the language of the setting.
    """
    check_language(app.extensions["kb_settings"].language)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(translated, translated_count, newstyle=True)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals.update(page_language=language, in_english=in_english)


def in_own_language(view: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """A view whose page is translated: it is in the language of the setting, with what it shows.

    Every other page, and every page of failure, is in English; so is what a page says of an
    address that it does not understand, in the words that the API has for it.
    """

    @wraps(view)
    def speaking_view(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        with speaking(settings().language):
            return view(*args, **kwargs)

    return speaking_view


def in_english() -> Markup:
    """The attribute of an element that holds words of the content, on a page of another language.

    The cases and the vocabulary are written in English whatever a page is in.
    """
    return Markup() if language() == SOURCE else Markup(' lang="{}"').format(SOURCE)
