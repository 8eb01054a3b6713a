"""Puts the site together: ``create_app``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from kb.versions.store import Versions
from web.about import views as about
from web.cases import version_views as case_versions
from web.cases import views as cases
from web.compare import views as compare
from web.contribute import views as contribute
from web.core import assets, errors, headers, templates, told, urls
from web.core.request import site_words, snapshot_name
from web.holdings import views as holdings
from web.holdings.maps import maps_of
from web.machine import (
    api,
    assistants,
    docs,
    dump,
    feeds,
    harvesting,
    llms,
    opensearch,
    pictures,
    signposting,
    site,
    unapi,
)
from web.outcomes import views as outcomes
from web.packs import views as packs
from web.people import views as people
from web.role_models import views as role_models
from web.search import views as search
from web.self_check import views as self_check
from web.teaching import views as teaching
from web.terms import views as terms
from web.tools import views as tools
from web.ui import exported, fragments, language, template_filters, toggles

if TYPE_CHECKING:
    from kb.search.opening import LiveSearcher
    from kb.settings import Settings

CACHE_FONTS_FOR = 31_536_000

FEATURES = (
    search,
    cases,
    case_versions,
    terms,
    holdings,
    role_models,
    outcomes,
    compare,
    self_check,
    people,
    tools,
    packs,
    teaching,
    contribute,
    about,
)
#: What programs ask, one module for each protocol.
MACHINE = (
    api,
    assistants,
    site,
    docs,
    dump,
    feeds,
    harvesting,
    opensearch,
    pictures,
    llms,
    signposting,
    unapi,
)


def create_app(live: LiveSearcher, settings: Settings) -> Flask:
    """The site over ``live``. It starts without a snapshot too, and then says so (503).

    Args:
        live: gives the searcher of the current snapshot.
        settings: ``site_url``, ``contribute_url`` and ``language`` are used.

    Raises:
        SettingError: no page is translated into the language.
    """
    app = errors.Site("web")
    app.extensions["kb_live"] = live
    app.extensions["kb_settings"] = settings
    app.extensions["kb_versions"] = Versions(settings.index)
    live.when_opened(maps_of)
    live.when_opened(exported.prepare)
    app.json.sort_keys = False
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        absolute=urls.absolute,
        here=urls.here,
        paper_address=urls.paper_address,
        snapshot_name=snapshot_name,
    )
    app.context_processor(lambda: {"site": site_words(), "site_name": site_words().name})
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = CACHE_FONTS_FOR
    app.url_map.strict_slashes = False
    told.init_app(app)
    assets.init_app(app)
    errors.init_app(app)
    urls.init_app(app)
    headers.init_app(app)
    language.init_app(app)
    fragments.init_app(app)
    toggles.init_app(app)
    exported.init_app(app, settings)
    templates.init_app(app)
    for feature in (*FEATURES, template_filters, *MACHINE):
        app.register_blueprint(feature.bp)
    return app
