"""The website over one searcher, in wings; imports go down only (contracts in pyproject.toml).

cli        the command ``kb``, with the one that serves
serving    the server, and what stands between it and its readers: bounds, proxies, log, figures
app        ``create_app`` puts the site together
search · cases · holdings · role_models · outcomes · compare · self_check · people · tools · about
one feature each: its views, its pages, its templates
machine    the API and its description, health, sitemap
ui         cards, filters, notices, plots, Markdown, languages, the frame of a page
words      facets, figures, lists and quotation marks in words, and their translation
core       requests, addresses, parameters, errors, headers, what the server is told
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from kb.search.opening import LiveSearcher
    from kb.settings import Settings


def create_app(live: LiveSearcher, settings: Settings) -> Flask:
    """The site over ``live``; see ``web.app.create_app``, which this imports when called."""
    from web.app import create_app as put_together  # imports Flask and every page

    return put_together(live, settings)
