"""How templates show what kb's records hold: the filters of every template."""

from __future__ import annotations

from flask import Flask

from kb.guidance.profile_comparison import number_word
from web.words.lists import listed
from web.words.typography import capital


def init_app(app: Flask) -> None:
    """Give every template the filters."""
    app.jinja_env.filters.update(capital=capital, listed=listed, spelled=number_word)
