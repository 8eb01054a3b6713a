"""Where a request was really asked: what is believed, of whom, and which hosts are answered."""

from __future__ import annotations

import json
import logging
import os
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest
from werkzeug.test import Client, EnvironBuilder, TestResponse, run_wsgi_app
from werkzeug.wrappers import Request, Response

from kb.settings import read_settings
from web import create_app
from web.serving.proxies import Proxies, warnings

SITE = "https://kb.example/compendium"
PROXY, OTHER_PROXY, READER, STRANGER = "10.0.0.3", "10.0.0.4", "198.51.100.7", "203.0.113.9"


@Request.application
def echo(request: Request) -> Response:
    """What a site is told of a request."""
    seen = {
        "client": request.remote_addr,
        "scheme": request.scheme,
        "host": request.host,
        "root": request.environ["SCRIPT_NAME"],
        "path": request.environ["PATH_INFO"],
        "proxied": request.environ["kb.proxied"],
        "left": sorted(
            name
            for name in request.environ
            if name == "HTTP_FORWARDED" or name == "HTTP_X_FORWARDED_PREFIX"
        ),
    }
    return Response(json.dumps(seen), mimetype="application/json")


def answer_of(app: object, environ: dict) -> TestResponse:
    """The answer to a request exactly as it is given; a client would mend it."""
    return TestResponse(*run_wsgi_app(app, environ), Request(environ))


def asked(
    path: str = "/about",
    *,
    peer: str = PROXY,
    host: str | None = "kb.example",
    headers: dict[str, str] | None = None,
    listens_on: str | None = None,
    **given: str,
):
    """What is told, or the answer that refuses; with ``given`` as settings."""
    given = {"site_url": SITE, "trusted_proxies": "10.0.0.0/8", **given}
    settings = read_settings({}, **given, host=listens_on)
    builder = EnvironBuilder("/", headers=headers, environ_base={"REMOTE_ADDR": peer})
    environ = builder.get_environ()
    environ["PATH_INFO"] = path
    environ["SCRIPT_NAME"] = "/from-the-server"
    environ.pop("HTTP_HOST")
    if host is not None:
        environ["HTTP_HOST"] = host
    response = answer_of(Proxies(echo, settings), environ)
    return response.json if response.status_code == 200 else response


def test_what_a_trusted_proxy_says_is_so():
    """Client, scheme and host are those that readers have."""
    told = asked(
        headers={
            "X-Forwarded-For": READER,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "kb.example",
            "X-Forwarded-Port": "443",
        },
        host="127.0.0.1:8000",
    )
    assert told == {
        "client": READER,
        "scheme": "https",
        "host": "kb.example",
        "root": "/compendium",
        "path": "/about",
        "proxied": True,
        "left": [],
    }


@pytest.mark.parametrize(
    "said",
    [
        {"X-Forwarded-For": READER, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.test"},
        {"X-Forwarded-Prefix": "/evil", "X-Forwarded-Port": "666"},
        {"Forwarded": f'for={READER};proto=https;host="evil.test"'},
        {"X-Forwarded-Proto": "nonsense"},
    ],
)
@pytest.mark.parametrize("trusted", ["10.0.0.0/8", ""])
def test_what_others_say_is_not_believed(said, trusted):
    """Nor is it handed on."""
    told = asked(peer=STRANGER, headers=said, trusted_proxies=trusted)
    assert told == {
        "client": STRANGER,
        "scheme": "http",
        "host": "kb.example",
        "root": "/compendium",
        "path": "/about",
        "proxied": False,
        "left": [],
    }


@pytest.mark.parametrize(
    ("said", "client"),
    [
        (f"{READER}", READER),
        (f"{STRANGER}, {READER}", READER),
        (f"127.0.0.1, unknown, {READER}, {OTHER_PROXY}", READER),
        (f"nonsense, {READER}:4711,{OTHER_PROXY}:80", READER),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("::ffff:198.51.100.7", READER),
        (OTHER_PROXY, OTHER_PROXY),
        (f"{READER}, unknown", PROXY),
        (f"{READER}, unknown, {OTHER_PROXY}", OTHER_PROXY),
        ("", PROXY),
    ],
)
def test_the_client_is_the_last_that_is_no_trusted_proxy(said, client):
    """What it said itself stands before it, and is not read."""
    assert asked(headers={"X-Forwarded-For": said})["client"] == client


@pytest.mark.parametrize("peer", ["10.1.2.3", "::ffff:10.1.2.3"])
def test_an_address_is_the_same_in_both_notations(peer):
    """A server that listens on [::] names IPv4 addresses inside IPv6."""
    assert asked(peer=peer, headers={"X-Forwarded-For": READER})["client"] == READER


def test_a_socket_in_a_folder_is_trusted_by_name():
    """What asks there has no address."""
    said = {"X-Forwarded-For": READER}
    assert asked(peer="", headers=said, trusted_proxies="unix")["client"] == READER
    assert asked(peer="", headers=said)["client"] == ""


@pytest.mark.parametrize(
    ("said", "client", "scheme"),
    [
        (f"for={READER};proto=https;host=kb.example", READER, "https"),
        (f'for="{READER}:80" ; proto=HTTPS', READER, "https"),
        ('FOR="[2001:db8::7]:4711";Proto=https;by=10.0.0.3', "2001:db8::7", "https"),
        (f"for={STRANGER};proto=http, for={READER};proto=https", READER, "https"),
        (f"for={READER};proto=https, for={OTHER_PROXY};proto=http", READER, "https"),
        ("for=unknown;proto=https", PROXY, "https"),
        ("for=_hidden, for=_other;proto=https", PROXY, "https"),
        ("proto=https", PROXY, "https"),
    ],
)
def test_the_header_of_the_standard(said, client, scheme):
    """RFC 7239: what is read is what the trusted proxy wrote that is farthest out."""
    told = asked(headers={"Forwarded": said}, host="127.0.0.1:8000")
    assert (told["client"], told["scheme"], told["left"]) == (client, scheme, [])


def test_both_kinds_of_headers_say_the_same_or_nothing():
    """A proxy that sets one kind may hand on the other as a reader sent it."""
    said = {"X-Forwarded-For": READER, "Forwarded": f"for={READER};proto=https"}
    told = asked(headers=said)
    assert (told["client"], told["scheme"]) == (READER, "http")
    refused = asked(headers={"X-Forwarded-For": READER, "Forwarded": "for=192.0.2.1"})
    assert refused.status_code == 400
    assert "The headers Forwarded and X-Forwarded-For do not say the same." in refused.text


@pytest.mark.parametrize(
    ("headers", "sentence"),
    [
        (
            {"X-Forwarded-Proto": "gopher"},
            "The header X-Forwarded-Proto says 'gopher', which cannot be.",
        ),
        (
            {"X-Forwarded-Host": "a.example/b"},
            "The header X-Forwarded-Host says 'a.example/b', which cannot be.",
        ),
        *(
            (
                {"X-Forwarded-Port": given},
                f"The header X-Forwarded-Port says '{given}', which cannot be.",
            )
            for given in ("0", "65536", "99999")
        ),
        (
            {"X-Forwarded-Host": "kb.example:70000"},
            "The header X-Forwarded-Host says 'kb.example:70000', which cannot be.",
        ),
        (
            {"Forwarded": 'host="<b>"'},
            "The header Forwarded says '&lt;b&gt;', which cannot be.",
        ),
        *(
            (
                {"X-Forwarded-Prefix": given},
                f"X-Forwarded-Prefix must be a path such as /compendium, not '{given}': {why}",
            )
            for given, why in (
                ("/a?b", "each part of its path may hold"),
                ("/a#b", "each part of its path may hold"),
                ("/a/../b", "it has dots that lead elsewhere."),
                ("//evil.example", "it has two slashes in a row."),
                ("evil.example", "it does not begin with a slash."),
            )
        ),
    ],
)
def test_what_a_proxy_cannot_mean_is_told(headers, sentence):
    """By name, with what is allowed."""
    refused = asked(headers=headers)
    assert refused.status_code == 400
    text = refused.text.replace("&#x27;", "'")
    assert sentence in text
    assert "Look at what the proxy sends." in text


@pytest.mark.parametrize(
    ("path", "below"),
    [
        ("/compendium/about", "/about"),
        ("/compendium/", "/"),
        ("/compendium", ""),
        ("/about", "/about"),
        ("/", "/"),
        ("/compendiums", "/compendiums"),
        ("//compendium/about", "//about"),
        ("//compendium", "/"),
        ("/compendium//about", "//about"),
    ],
)
@pytest.mark.parametrize("peer", [PROXY, STRANGER])
def test_a_proxy_may_leave_the_path_on_or_take_it_off(path, below, peer):
    """Links have it either way."""
    told = asked(path, peer=peer)
    assert (told["root"], told["path"]) == ("/compendium", below)


def test_a_path_that_was_taken_off_is_not_looked_for():
    """So the site can stand under the name of one of its own pages."""
    given = {"site_url": "https://kb.example/lib/cases"}
    for said in ("/cases", "/lib/cases", "/lib, /cases/"):
        told = asked("/cases/norway", headers={"X-Forwarded-Prefix": said}, **given)
        assert (told["root"], told["path"]) == ("/lib/cases", "/cases/norway")
    told = asked("/lib/cases/x", headers={"X-Forwarded-Prefix": "/forged"}, **given)
    assert (told["root"], told["path"]) == ("/lib/cases", "/x")


@pytest.mark.parametrize("site_url", ["https://kb.example", ""])
def test_a_trusted_proxy_may_name_the_path(site_url):
    """Where the setting has none."""
    said = {"X-Forwarded-Prefix": "/library/"}
    told = asked("/about", headers=said, site_url=site_url, hosts="kb.example")
    assert (told["root"], told["path"]) == ("/library", "/about")
    told = asked("/about", headers=said, peer=STRANGER, site_url=site_url, hosts="kb.example")
    assert (told["root"], told["path"]) == ("", "/about")


KNOWN = ("kb.example", "KB.example:8443", "localhost:8000", "a.localhost", "127.0.0.5", "[::1]:80")
UNKNOWN = (
    "evil.example",
    "kb.example.evil.example",
    "192.0.2.1",
    "[2001:db8::1]",
    "",
    "a b",
    "a/b",
)


@pytest.mark.parametrize("host", [*KNOWN, *UNKNOWN])
def test_hosts(host):
    """That of the public address is known, and this machine; no other."""
    told = asked(host=host, peer=STRANGER)
    if host in UNKNOWN and host:
        assert told.status_code == 400
    else:  # a request without a host has that of the server, which is localhost here
        assert told["root"] == "/compendium"


def test_without_an_address_only_this_machine_is_answered():
    """A name that somebody made lead here would stand in every address."""
    assert asked(host="kb.example", site_url="").status_code == 400
    assert asked(host="localhost:8000", site_url="")["host"] == "localhost:8000"


def test_further_hosts_are_answered():
    """By name, below a name, and the address that the site listens on."""
    given = {"site_url": "", "hosts": "Kb.example, .uni.example, 192.0.2.1"}
    given["listens_on"] = "192.0.2.2"
    for host in (
        "kb.example",
        "a.uni.example:80",
        "a.b.uni.example",
        "192.0.2.1",
        "192.0.2.2:8000",
    ):
        assert asked(host=host, **given)["host"].partition(":")[0] == host.partition(":")[0]
    for host in ("a.kb.example", "uni.example", "evil-uni.example", "192.0.2.3"):
        assert asked(host=host, **given).status_code == 400


def test_the_host_that_a_proxy_names_is_looked_at_too():
    """It may have been handed on as a reader sent it."""
    assert asked(headers={"X-Forwarded-Host": "evil.example"}).status_code == 400


def test_the_page_says_what_to_do():
    """To a reader where the site is, and to the operator what to set; in no page of the site."""
    refused = asked(host="<b>.example")
    assert refused.mimetype == "text/html"
    assert "<p>The host &#x27;&lt;b&gt;.example&#x27; is not known here.</p>" in refused.text
    assert f'The site stands at <a href="{SITE}">{SITE}</a>.' in refused.text
    assert "Set KB_SITE_URL to the public address of the site." in refused.text
    assert refused.headers["Cache-Control"] == "no-store"
    assert refused.headers["Content-Security-Policy"].startswith("default-src 'none'")
    problem = asked("/api/v1/search", host="evil.example", site_url="")
    assert problem.mimetype == "application/problem+json"
    assert problem.json == {
        "type": "about:blank",
        "title": "This site cannot be asked for in this way",
        "status": 400,
        "detail": "The host 'evil.example' is not known here. Set KB_SITE_URL to the public "
        "address of the site. If it has other names too, name them in KB_HOSTS.",
        "instance": "/api/v1/search",
    }


def test_the_page_can_be_read_by_day_and_by_night():
    """It brings its few styles along, and its policy lets a browser use those and no others."""
    refused = asked(host="evil.example")
    (style,) = re.findall("<style>(.*?)</style>", refused.text, re.S)
    digest = b64encode(sha256(style.encode()).digest()).decode()

    assert "color-scheme: light dark" in style
    assert f"; style-src 'sha256-{digest}';" in refused.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/healthz", "/compendium/healthz", "/readyz", "/compendium/readyz"]
)
@pytest.mark.parametrize("host", ["192.0.2.77:8000", "evil.example", "", "a b", None])
def test_checks_of_health_are_answered_by_any_name(live, settings, path, host):
    """Those who check know an address, and may say what they want of the way."""
    settings = replace(settings, site_url=SITE, trusted_proxies=("10.0.0.0/8",))
    app = create_app(live, settings)
    environ = EnvironBuilder(path, headers={"X-Forwarded-Proto": "?"}).get_environ()
    environ |= {"REMOTE_ADDR": PROXY, "HTTP_HOST": host}
    if host is None:
        del environ["HTTP_HOST"]
    response = answer_of(Proxies(app.wsgi_app, settings), environ)
    assert response.status_code == 200
    assert response.json["snapshot"] == live.current().snapshot_id


def test_what_is_wrong_is_logged_once(caplog):
    """And names nobody's address."""
    settings = read_settings({}, site_url=SITE)
    client = Client(Proxies(echo, settings))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            client.get("/", base_url="http://evil.example", headers={"X-Forwarded-For": READER})
    assert caplog.messages == [
        "A request came with Forwarded or X-Forwarded-… from an address that KB_TRUSTED_PROXIES "
        "does not name: they are not believed. If that is your proxy, name its address there. "
        "Further ones are not told.",
        "A request for the host 'evil.example' was refused: KB_SITE_URL and KB_HOSTS do not name "
        "it. Further ones are not told.",
    ]


def test_it_is_logged_once_by_all_workers_together(caplog):
    """They are forked from one process, and share what was told."""
    proxies = Proxies(echo, read_settings({}, site_url=SITE))
    if (child := os.fork()) == 0:
        Client(proxies).get("/", base_url="http://evil.example")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    with caplog.at_level(logging.WARNING):
        assert Client(proxies).get("/", base_url="http://evil.example").status_code == 400
    assert caplog.messages == []


@pytest.mark.parametrize("port", range(65530, 65541))
def test_a_port_is_at_most_65535(port):
    """Of a host that is known too."""
    client = Client(Proxies(echo, read_settings({}, site_url=SITE)))
    answer = client.get("/", headers={"Host": f"127.0.0.1:{port}"})
    assert answer.status_code == (200 if port <= 65535 else 400)


def test_what_is_no_name_of_a_host_is_not_logged(caplog):
    """It may be anything: the log has no words of a request."""
    client = Client(Proxies(echo, read_settings({}, site_url=SITE)))
    with caplog.at_level(logging.WARNING):
        client.get("/", headers={"Host": "my words?q=of mine"})
    assert caplog.messages == [
        "A request for what is no name of a host was refused: KB_SITE_URL and KB_HOSTS do not name "
        "it. Further ones are not told."
    ]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, []),
        ({"host": "::1"}, []),
        ({"host": "0.0.0.0", "site_url": SITE}, []),
        (
            {"host": "0.0.0.0"},
            [
                "The site listens on 0.0.0.0 and has no public address. Set KB_SITE_URL, as in "
                "KB_SITE_URL=https://cases.example.org: until then links name the host that was "
                "asked for, and only requests for localhost are answered."
            ],
        ),
        ({"trusted_proxies": "127.0.0.1", "hosts": "kb.example"}, []),
        ({"trusted_proxies": "127.0.0.1", "site_url": SITE}, []),
        (
            {"trusted_proxies": "127.0.0.1"},
            [
                "The site listens on 127.0.0.1 and has no public address. Set KB_SITE_URL, as in "
                "KB_SITE_URL=https://cases.example.org: until then links name the host that was "
                "asked for, and only requests for localhost are answered."
            ],
        ),
        (
            {"trusted_proxies": "10.0.0.1, 0.0.0.0/0", "site_url": SITE},
            [
                "KB_TRUSTED_PROXIES=0.0.0.0/0 believes everybody who can reach the port. Name the "
                "addresses of the proxies alone."
            ],
        ),
    ],
)
def test_an_operator_is_warned_at_the_start(given, told):
    """Of what cannot be meant well."""
    assert list(warnings(read_settings({}, **given))) == told
