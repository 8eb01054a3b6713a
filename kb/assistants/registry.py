"""``server.json``: what the public registry of servers is told of this one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from kb import __version__
from kb.errors import SettingError
from kb.model.english import slug
from kb.model.site import Site

#: The schema that the file names; the registry takes no other.
SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
#: A description and a title have no more characters there.
LONGEST = 100


def server_json(site: Site, site_url: str, contribute_url: str = "") -> dict[str, Any]:
    """The file for a site.

    Args:
        site: what the compendium says of itself.
        site_url: the public address of the site; its host, backwards, begins the name.
        contribute_url: where the repository is; may be empty.

    Raises:
        SettingError: the site has no public address.
    """
    address = urlsplit(site_url)
    if address.scheme != "https" or not address.hostname:
        raise SettingError(
            "KB_SITE_URL must be the public address of the site, with https://, for server.json: "
            "the registry lists what everybody can reach."
        )
    space = ".".join(reversed(address.hostname.split(".")))
    root = site_url.rstrip("/")
    made: dict[str, Any] = {
        "$schema": SCHEMA,
        "name": f"{space}/{slug(site.name) or 'compendium'}",
        "title": _short(site.name),
        "description": _short(site.description),
        "version": __version__,
        "websiteUrl": f"{root}/assistants",
        "remotes": [{"type": "streamable-http", "url": f"{root}/mcp"}],
    }
    host = urlsplit(contribute_url).hostname or ""
    if host in ("github.com", "gitlab.com"):
        made["repository"] = {"url": contribute_url, "source": host.partition(".")[0]}
    return made


def _short(text: str) -> str:
    """A text of at most ``LONGEST`` characters, cut after a word."""
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(",;:. ") + "…"
