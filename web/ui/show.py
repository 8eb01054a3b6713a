"""How templates show what kb's records hold: the filters of every template, and addresses."""

from __future__ import annotations

from flask import Flask

from kb.guidance.profile_comparison import number_word
from web.core.urls import case_url, query_url, search_url
from web.words.lists import listed
from web.words.typography import capital, curly


def init_app(app: Flask) -> None:
    """Give every template the filters and the addresses."""
    app.jinja_env.filters.update(capital=capital, curly=curly, listed=listed, spelled=number_word)
    app.jinja_env.globals.update(case_url=case_url, query_url=query_url, search_url=search_url)
