"""The website: pages and their JSON twins over one searcher.

``create_app`` wires the rooms:

    params · links         an address to a query, and back
    figures · reasons · cards
                           a result as a figure; why a case is here; a case as a card
    facets · suggest       filters and what they offer; what the search box suggests
    found · orders         the whole set that an answer found; the orders that it can stand in
    render · typography    Markdown to safe HTML; straight quotation marks to curly ones
    home · browse · results · casefile · relevance · selfcheck
                           what each page shows, ready for its template
    atlas · maps           where the cases are and what is missing; circles and labels on maps
    chosen · contrast · aligned · compare · comparisons · compare_api
                           cases side by side: which, in sentences, row by row; page, CSV, JSON
    selections · findings · dotplot · distributions · outcomes · outcomes_api · schemas_outcomes ·
    outlooks               what cases reported: which cases, rows, plots, the page, its JSON;
                           their addresses
    profile_params · profile_words · profile_form · role_models · profiles · profiles_api ·
    schemas_profiles       role models for a firm: its address, in words, as a form; what the page
                           shows; its views; its JSON
    flyer · flyer_pdf · typeset · qr · flyers
                           a case on one sheet, as a page and as PDF; its QR code; their addresses
    pages · site           HTML; health, sitemap, robots
    schemas · schemas_relevance · api · docs
                           the JSON twins, their models, and their description for people
    errors · headers · assets · access
                           failures as answers; every answer's headers; the style sheet;
                           the snapshot of a request
    serve                  gunicorn
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from kb.live import LiveSearcher
    from kb.settings import Settings

CACHE_FONTS_FOR = 31_536_000


def create_app(live: LiveSearcher, settings: Settings) -> Flask:
    """The site over ``live``. It starts without a snapshot too, and then says so (503).

    Args:
        live: gives the searcher of the current snapshot.
        settings: ``site_url`` and ``contribute_url`` are used.
    """
    from kb.likeness import number_word
    from web import (
        api,
        assets,
        compare_api,
        comparisons,
        docs,
        errors,
        flyers,
        headers,
        outlooks,
        pages,
        profiles,
        selfcheck,
        site,
        suggest,
    )
    from web.casefile import SITE_NAME
    from web.links import absolute

    app = api.new_app(__name__)
    app.extensions["kb_live"] = live
    app.extensions["kb_settings"] = settings
    app.json.sort_keys = False
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["spelled"] = number_word
    app.jinja_env.globals.update(site_name=SITE_NAME, absolute=absolute)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = CACHE_FONTS_FOR
    app.url_map.strict_slashes = False
    assets.init_app(app)
    errors.init_app(app)
    headers.init_app(app)
    selfcheck.init_app(app)
    suggest.init_app(app)
    for machine in (api, compare_api):
        app.register_api(machine.bp)
    for room in (pages, profiles, comparisons, flyers, outlooks, site, docs):
        app.register_blueprint(room.bp)
    return app
