"""The snapshot that a request is answered from: the same one from start to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Request, current_app, g
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.utils import cached_property

from kb.errors import KBError
from kb.model.site import Site
from web.core.values import printable

if TYPE_CHECKING:
    from kb.search.opening import LiveSearcher
    from kb.search.searcher import Searcher
    from kb.settings import Settings
    from kb.versions.store import Versions


class PrintableRequest(Request):
    """A request of which the parameters hold no control characters, whoever reads them."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The parameters of the address, a control character in them as a space."""
        given = super().args.items(multi=True)
        return ImmutableMultiDict([(printable(name), printable(value)) for name, value in given])


def live() -> LiveSearcher:
    """What the site was created with."""
    return current_app.extensions["kb_live"]


def settings() -> Settings:
    """The settings of this run."""
    return current_app.extensions["kb_settings"]


def versions() -> Versions:
    """The versions of every case."""
    return current_app.extensions["kb_versions"]


def site_words() -> Site:
    """What the compendium says of itself; plain words where there is no snapshot to say it."""
    try:
        return searcher().compendium.site
    except KBError:
        return Site()


def snapshot_name() -> str:
    """The id of the snapshot; empty where there is none that can serve."""
    try:
        return searcher().snapshot_id
    except KBError:
        return ""


def searcher() -> Searcher:
    """The current snapshot, asked for once in a request so that an answer never mixes two.

    Raises:
        SnapshotError: there is none that can serve.
    """
    if "kb_searcher" not in g:
        g.kb_searcher = live().current()
    return g.kb_searcher
