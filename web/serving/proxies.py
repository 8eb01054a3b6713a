"""Where a request was really asked: by which client, under which scheme, host and path.

What stands before the site says so in headers, and anybody can send these. So they count only
where they come from a proxy that ``KB_TRUSTED_PROXIES`` names, and are taken off every other
request: nothing further in ever reads one that is not true. Then the host is looked at. One that
is not known is refused, as pages, feeds and files would name it in their addresses.
"""

from __future__ import annotations

import logging
import mmap
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from hashlib import sha256
from html import escape
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.http import parse_list_header, parse_options_header
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from kb.answers.problem import MEDIA_TYPE, Problem
from kb.answers.serialise import to_json
from kb.settings import UNIX, Settings, host_name, mount
from web.core.files import FILES, is_for_programs
from web.core.headers import POLICY, SECURITY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)

#: In the environ of a request: whether a trusted proxy brought it, so that ``REMOTE_ADDR`` is the
#: client that it names; and why a request was refused here.
PROXIED, OUTCOME = "kb.proxied", "kb.outcome"
#: What checks of health ask for, by whatever name they call the site: most have an address only.
HEALTH = ("healthz", "readyz")
FORWARDED = "Forwarded"
FOR, PROTO, HOST, PORT, PREFIX = (
    f"X-Forwarded-{name}" for name in ("For", "Proto", "Host", "Port", "Prefix")
)
_HEADERS = (FORWARDED, FOR, PROTO, HOST, PORT, PREFIX)
#: A port, of 65535 at most, and a host with its port, as requests name it.
_PORT = r"(?:[0-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_HOST = re.compile(rf"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:(?P<port>{_PORT}))?")
#: So much of a foreign value is repeated.
_SHOWN = 100
#: In the page itself: who asks by a name that is not known is given no style sheet either.
_STYLE = """
:root {color-scheme: light dark; background: Canvas; color: CanvasText}
body {max-width: 38rem; margin: 3rem auto; padding: 0 1.25rem; font: 1.0625rem/1.5 Georgia, serif}
h1 {font-size: 1.75rem; font-weight: 600; line-height: 1.2; overflow-wrap: anywhere}
p {overflow-wrap: anywhere}
"""
_STYLED = POLICY.replace(
    "style-src 'self'",
    f"style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'",
)
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{title}</title><style>{style}</style></head>
<body>
<main>
<h1>{title}</h1>
<p>{detail}</p>{way}
<p><strong>For the operator.</strong> {advice}</p>
</main>
</body>
</html>
"""


def warnings(settings: Settings) -> Iterator[str]:
    """What an operator should know at the start of the addresses of a site."""
    is_proxied = bool(settings.trusted_proxies) and not settings.hosts
    if not settings.site_url and (is_proxied or not _is_loopback(settings.host)):
        told = ", ".join(settings.hosts) or "localhost"
        yield (
            f"The site listens on {settings.host} and has no public address. Set KB_SITE_URL, as "
            f"in KB_SITE_URL=https://cases.example.org: until then links name the host that was "
            f"asked for, and only requests for {told} are answered."
        )
    everybody = [one for one in settings.trusted_proxies if one.endswith("/0")]
    if everybody:
        yield (
            f"KB_TRUSTED_PROXIES={everybody[0]} believes everybody who can reach the port. Name "
            "the addresses of the proxies alone."
        )


#: What is told once, by whichever worker sees it first.
_TOLD = ("stranger", "host")


class Proxies:
    """The site as it was asked for, behind proxies and under a path (WSGI)."""

    def __init__(self, site: WSGIApplication, settings: Settings) -> None:
        """Nothing is asked for yet.

        Args:
            site: what answers.
            settings: ``site_url``, ``hosts``, ``host`` and ``trusted_proxies`` are used.
        """
        self._site = ProxyFix(self._for_known_hosts(site), x_host=1, x_port=1)
        self._health = site
        self._public = settings.site_url
        self._path = urlsplit(settings.site_url).path
        own = (urlsplit(settings.site_url).hostname or "", settings.host)
        self._hosts = ({host_name(one) for one in own} | set(settings.hosts)) - {""}
        self._is_unix = UNIX in settings.trusted_proxies
        self._networks = [ip_network(one) for one in settings.trusted_proxies if one != UNIX]
        self._told = mmap.mmap(-1, len(_TOLD))  # workers that are forked share it

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or refuse it (400)."""
        peer = environ.get("REMOTE_ADDR", "")
        environ[PROXIED] = self.trusts(peer)
        said = {name: environ.pop(_key(name), "") for name in _HEADERS}
        prefix = ""
        try:
            if environ[PROXIED]:
                prefix = _prefix(said[PREFIX])
            self._place(environ, prefix)
            if environ.get("PATH_INFO", "").strip("/") in HEALTH:
                environ["HTTP_HOST"] = "localhost"
                return self._health(environ, start_response)
            if environ[PROXIED]:
                for name, value in self._claim(said, peer).headers():
                    environ[_key(name)] = value
            elif any(said.values()):
                self._tell_of_stranger()
        except _Refused as refused:
            return self._refuse(environ, start_response, refused)
        return self._site(environ, start_response)

    def trusts(self, address: str) -> bool:
        """Whether an address is one of a trusted proxy; a socket in a folder has none."""
        found = _address(address)
        if found is None:
            return self._is_unix and not address
        return any(found in network for network in self._networks)

    def _place(self, environ: WSGIEnvironment, prefix: str) -> None:
        """Part the path under which the site stands from that of the page.

        A proxy may leave that path on or take it off. One that says which it took off took it
        off; what another sends is looked at.

        Args:
            environ: of the request; whatever the server says of ``SCRIPT_NAME`` is dropped.
            prefix: what a trusted proxy says that it took off.
        """
        is_off = bool(prefix) and (not self._path or self._path.endswith(prefix))
        environ["SCRIPT_NAME"] = self._path or prefix
        if not is_off:
            environ["PATH_INFO"] = _below(self._path, environ.get("PATH_INFO", ""))

    def _claim(self, said: dict[str, str], peer: str) -> _Claim:
        """What trusted proxies say of a request.

        Raises:
            _Refused: something is not understood, or the two kinds of headers contradict.
        """
        hops = said[FOR].split(",") if said[FOR] else []
        by_x = _Claim(
            client=self._client(hops, peer)[0] if hops else "",
            scheme=_one_of(PROTO, _last(said[PROTO]).lower(), re.compile("https?|")),
            host=_one_of(HOST, _last(said[HOST]), re.compile(f"({_HOST.pattern})?")),
            port=_one_of(PORT, _last(said[PORT]), re.compile(f"((?!0){_PORT})?")),
        )
        if not said[FORWARDED]:
            return by_x
        by_standard = self._standard(said[FORWARDED], peer)
        for header, one, other in (
            (FOR, by_x.client, by_standard.client),
            (PROTO, by_x.scheme, by_standard.scheme),
            (HOST, by_x.host, by_standard.host),
        ):
            if one and other and one != other:
                raise _Refused(
                    f"The headers {FORWARDED} and {header} do not say the same.",
                    "Let the proxy set one of them, and remove the other.",
                )
        return by_x if any((hops, by_x.scheme, by_x.host)) else by_standard

    def _standard(self, value: str, peer: str) -> _Claim:
        """What the header of RFC 7239 says: that of the trusted proxy which is farthest out."""
        elements = [parse_options_header(f"_;{one}")[1] for one in parse_list_header(value)]
        client, at = self._client([one.get("for", "") for one in elements], peer)
        there = elements[at] if elements else {}
        return _Claim(
            client=client,
            scheme=_one_of(FORWARDED, there.get("proto", "").lower(), re.compile("https?|")),
            host=_one_of(FORWARDED, there.get("host", ""), re.compile(f"({_HOST.pattern})?")),
        )

    def _client(self, hops: list[str], peer: str) -> tuple[str, int]:
        """Who asked first, and the place in the list: the last that is no trusted proxy.

        What stands before it was said by that client, and may be anything. One that is unknown
        or hidden is left as the proxy that hides it.
        """
        client = peer
        for at in reversed(range(len(hops))):
            found = _address(hops[at].strip())
            if found is None:
                return client, at
            client = str(found)
            if not self.trusts(client):
                return client, at
        return client, 0

    def _for_known_hosts(self, site: WSGIApplication) -> WSGIApplication:
        """What answers where the host is known."""

        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            asked = environ.get("HTTP_HOST") or environ.get("SERVER_NAME", "")
            if self._knows(asked):
                return site(environ, start_response)
            shown = asked[:_SHOWN]
            is_name = _HOST.fullmatch(asked) and host_name(_HOST.fullmatch(asked)["name"])
            named = f"the host {shown!r}" if is_name else "what is no name of a host"
            self._tell_once(
                "host",
                f"A request for {named} was refused: KB_SITE_URL and KB_HOSTS do not "
                "name it. Further ones are not told.",
            )
            refused = _Refused(
                f"The host {shown!r} is not known here.",
                "Set KB_SITE_URL to the public address of the site. If it has other names too, "
                "name them in KB_HOSTS.",
            )
            return self._refuse(environ, start_response, refused)

        return answer

    def _knows(self, asked: str) -> bool:
        found = _HOST.fullmatch(asked)
        name = host_name(found["name"]) if found else ""
        if not name:
            return False
        above = {name[at:] for at in range(len(name)) if name[at] == "."}
        return _is_loopback(name) or name in self._hosts or bool(above & self._hosts)

    def _refuse(
        self, environ: WSGIEnvironment, start_response: StartResponse, refused: _Refused
    ) -> Iterable[bytes]:
        """A page that says why, and where the site is; a problem where a program asked."""
        environ[OUTCOME] = "refused-address"
        path = environ.get("PATH_INFO", "")
        title = "This site cannot be asked for in this way"
        if is_for_programs(path) or path.endswith(FILES):
            problem = Problem(
                type="about:blank",
                title=title,
                status=400,
                detail=f"{refused.detail} {refused.advice}",
                instance=environ.get("SCRIPT_NAME", "") + path,
            )
            response = Response(to_json(problem), 400, mimetype=MEDIA_TYPE)
        else:
            link = f'<a href="{escape(self._public)}">{escape(self._public)}</a>'
            page = _PAGE.format(
                title=title,
                style=_STYLE,
                detail=escape(refused.detail),
                way=f"\n<p>The site stands at {link}.</p>" if self._public else "",
                advice=escape(refused.advice),
            )
            response = Response(page, 400, mimetype="text/html")
        response.headers.update(SECURITY)
        if response.mimetype == "text/html":
            response.headers["Content-Security-Policy"] = _STYLED
        response.headers["Cache-Control"] = "no-store"
        return response(environ, start_response)

    def _tell_of_stranger(self) -> None:
        self._tell_once(
            "stranger",
            f"A request came with {FORWARDED} or X-Forwarded-… from an address that "
            "KB_TRUSTED_PROXIES does not name: they are not believed. If that is your proxy, name "
            "its address there. Further ones are not told.",
        )

    def _tell_once(self, what: str, sentence: str) -> None:
        at = _TOLD.index(what)
        if not self._told[at]:
            self._told[at] = 1
            _log.warning(sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """What is said of a request; each empty where nothing is."""

    client: str = ""
    scheme: str = ""
    host: str = ""
    port: str = ""

    def headers(self) -> Iterator[tuple[str, str]]:
        """As one proxy would say it that is known to tell the truth."""
        for name, field in zip((FOR, PROTO, HOST, PORT), fields(self), strict=True):
            if value := getattr(self, field.name):
                yield name, value


class _Refused(Exception):
    """A request that is not answered: why, and what the operator can do."""

    def __init__(self, detail: str, advice: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.advice = advice


def _key(header: str) -> str:
    return f"HTTP_{header.upper().replace('-', '_')}"


def _last(value: str) -> str:
    """What the proxy before the site said, the last in the list."""
    return value.rpartition(",")[2].strip()


def _one_of(header: str, value: str, allowed: re.Pattern[str]) -> str:
    """A value that is allowed.

    Raises:
        _Refused: it is not.
    """
    if not allowed.fullmatch(value):
        raise _Refused(
            f"The header {header} says {value[:_SHOWN]!r}, which cannot be.",
            "Look at what the proxy sends.",
        )
    return value


def _prefix(value: str) -> str:
    """The path that a proxy took off.

    Raises:
        _Refused: it is none.
    """
    given = _last(value)
    try:
        return mount(given)
    except ValueError as err:
        raise _Refused(
            f"{PREFIX} must be a path such as /compendium, not {given[:_SHOWN]!r}: {err}.",
            "Look at what the proxy sends.",
        ) from err


def _below(prefix: str, path: str) -> str:
    """A path without the one under which the site stands, if it has that.

    A slash too many before it is left before the rest, and so is led to the right address.
    """
    found = re.match(f"/(/*){re.escape(prefix[1:])}(?=/|$)", path) if prefix else None
    if found is None:
        return path
    return f"/{path[found.end() :]}" if found[1] else path[found.end() :]


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address, with or without a port; None where it is none."""
    with_port = re.fullmatch(r"\[([^\]]+)\](?::\d+)?|([^:]+):\d+", text)
    try:
        found = ip_address((with_port[1] or with_port[2]) if with_port else text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _is_loopback(name: str) -> bool:
    found = _address(name)
    if found is None:
        return name == "localhost" or name.endswith(".localhost")
    return found.is_loopback
