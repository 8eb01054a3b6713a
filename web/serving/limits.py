"""What one request, and one client, may ask for; what goes beyond is refused by the site's page.

Costly addresses are those that compute: searches, comparisons, files that are made, assistants.
Each client has an account that fills with time, and each costly request is paid from it. Pages of
cases are free. The accounts lie in memory that the workers share and are gone with the server;
they hold no addresses, only what a secret of this run makes of them.
"""

from __future__ import annotations

import mmap
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

from web.core.files import is_for_programs
from web.core.refused import REFUSED, Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from kb.settings import Settings

#: The most characters of an address with its parameters. One that holds a reading list, the
#: longest that the site makes, has fewer than 3,000.
MOST_ADDRESS = 16 * 1024
#: The most parameters of an address: more than there are values of all filters together.
MOST_PARAMETERS = 500
#: An account that is full pays for so many seconds of the rate.
SECONDS_SAVED = 30
#: Seconds after which to come back where more waits than can be answered.
COME_BACK_S = 5
#: What costs one request: what computes. The parts of the paths are those of the whole site.
_COSTLY = re.compile(
    r"/(search|role-models|outcomes|compare|self-check|oai|unapi|mcp)\b"
    r"|/contribute/(check|preview|open|file|story/draft)$"
    r"|/packs/(open|edit)\b"
)
#: What costs as much as several: files that are set, drawn or gathered.
_FILES = re.compile(r"\.(pdf|docx|epub|imscc)$")
FILE_COSTS = 5
#: Where assistants ask, whose protocol has errors of its own.
_ASSISTANTS = "mcp"
#: So many refusals of those who come when all is full are kept, for different hosts and paths.
_REFUSALS_KEPT = 32


class Limits:
    """The site, asked for no more than is fair (WSGI)."""

    def __init__(self, site: WSGIApplication, settings: Settings) -> None:
        """Nobody has asked for anything yet.

        Args:
            site: answers what is within the limits, and the refusals.
            settings: ``client_rate`` is used.
        """
        self._site = site
        rate = settings.client_rate
        self._accounts = Accounts(rate, rate * SECONDS_SAVED) if rate else None
        self._refusals: OrderedDict[tuple[str, ...], tuple[str, list, bytes]] = OrderedDict()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or let the site refuse it."""
        refusal = environ.get(REFUSED) or _too_much(environ) or self._too_often(environ)
        if refusal is None:
            return self._site(environ, start_response)
        environ[REFUSED] = refusal
        if refusal.status == 503:
            return self._full(environ, start_response)
        return self._site(environ, start_response)

    def _too_often(self, environ: WSGIEnvironment) -> Refusal | None:
        cost = cost_of(environ["PATH_INFO"]) if self._accounts else 0
        if not cost:
            return None
        seconds = self._accounts.pay(client_of(environ), cost)
        return Refusal(status=429, retry_after=int(seconds) + 1) if seconds else None

    def _full(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Refuse a request for which there is no time: by an answer that was made before."""
        path = environ["PATH_INFO"]
        kind = "/"
        if path.strip("/") == _ASSISTANTS:
            kind += _ASSISTANTS
        elif is_for_programs(path):
            kind += path.split("/")[1] + "/"
        asked = (
            kind,
            environ.get("wsgi.url_scheme", ""),
            environ.get("HTTP_HOST", ""),
            environ.get("SCRIPT_NAME", ""),
        )
        if asked not in self._refusals:
            self._refusals[asked] = self._made_refusal(environ, kind)
            while len(self._refusals) > _REFUSALS_KEPT:
                self._refusals.popitem(last=False)
        status, headers, body = self._refusals[asked]
        start_response(status, list(headers))
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    def _made_refusal(self, environ: WSGIEnvironment, path: str) -> tuple[str, list, bytes]:
        told: list = []
        asked = {
            **environ,
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "REQUEST_METHOD": "POST" if path.endswith(_ASSISTANTS) else "GET",
            "HTTP_ACCEPT_ENCODING": "",
            REFUSED: Refusal(status=503, retry_after=COME_BACK_S),
        }
        answer = self._site(
            asked, lambda status, headers, exc_info=None: told.append((status, headers))
        )
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        return (*told[-1], body)


def _too_much(environ: WSGIEnvironment) -> Refusal | None:
    """Why a request is refused as it stands, whoever asks."""
    query = environ.get("QUERY_STRING", "")
    if len(environ["PATH_INFO"]) + len(query) > MOST_ADDRESS:
        return Refusal(
            status=414,
            detail=f"An address may have {MOST_ADDRESS:,} characters, with all its parameters.",
        )
    if (n := query.count("&") + 1) > MOST_PARAMETERS:
        return Refusal(
            status=400,
            detail=f"The address has {n:,} parameters. At most {MOST_PARAMETERS} are read.",
        )
    return None


def cost_of(path: str) -> int:
    """How many requests an address counts for; 0 where it is free."""
    if _FILES.search(path):
        return FILE_COSTS
    return 1 if _COSTLY.search(path) else 0


def client_of(environ: WSGIEnvironment) -> str:
    """Who asks, as far as it may be told apart from others.

    An address, or the network of one of IPv6, as a household has all of that. Behind a proxy
    that is not named every client has the address of the proxy, which is one of this machine or
    of a private network: then each connection is a client.
    """
    address = environ.get("REMOTE_ADDR", "")
    network = _network(address)
    is_named = bool(environ.get("kb.proxied")) and not network.startswith(("127.", "::1"))
    if network and (is_named or _is_public(address)):
        return network
    return f"{address} {environ.get('REMOTE_PORT', '')}"


@lru_cache(maxsize=1024)
def _network(address: str) -> str:
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if not isinstance(ip, IPv6Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ip) if ip.is_loopback else str(ip_network((ip, 64), strict=False))


@lru_cache(maxsize=1024)
def _is_public(address: str) -> bool:
    ip = ip_address(address.partition("%")[0])
    return (getattr(ip, "ipv4_mapped", None) or ip).is_global


class Accounts:
    """What each client may still ask for. Safe between threads, shared by processes that fork.

    An account is one number: the time at which it would be full again (the generic cell rate
    algorithm). Each client has a few places that it may be kept in; where all are taken, the one
    that is nearest to full is given up. Two processes may write at once. Then one payment is lost.
    """

    _PLACES, _WAYS = 16_384, 4

    def __init__(self, per_second: float, most: float) -> None:
        """All accounts are full.

        Args:
            per_second: what an account gains.
            most: what a full one holds.
        """
        self._gap = 1 / per_second
        self._saved = most * self._gap
        self._secret = os.urandom(16)
        self._memory = mmap.mmap(-1, 16 * self._PLACES)
        view = memoryview(self._memory)
        self._owners = view[: 8 * self._PLACES].cast("Q")
        self._full_at = view[8 * self._PLACES :].cast("d")
        self._lock = threading.Lock()

    def pay(self, client: str, cost: float) -> float:
        """Take from a client's account; the seconds until it holds enough, and 0.0 if it did."""
        digest = blake2b(client.encode(), digest_size=16, key=self._secret).digest()
        owner = int.from_bytes(digest[:8], "little") | 1
        first = int.from_bytes(digest[8:], "little") % (self._PLACES - self._WAYS)
        ways = range(first, first + self._WAYS)
        now = time.monotonic()
        with self._lock:
            place = next((way for way in ways if self._owners[way] == owner), None)
            if place is None:
                place = min(ways, key=self._full_at.__getitem__)
                self._owners[place], self._full_at[place] = owner, now
            # Seconds until it is full again; what sums of such times round off is no wait.
            until_full = max(self._full_at[place] - now, 0.0) + cost * self._gap
            if (wait := until_full - self._saved) > 1e-9:
                return wait
            self._full_at[place] = now + until_full
            return 0.0
