"""The site behind a real nginx, with ``deploy/nginx.conf`` as it stands there."""

from __future__ import annotations

import gzip
import html
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest
import urllib3
from pypdf import PdfReader

from kb.exports.pack_address import address_of
from kb.model.packs import Pack
from kb.settings import Settings
from tests.ports import free_port
from tests.toy import ROOT
from tests.web.serving.test_server import until
from tests.web.test_addresses import ADDRESS, ELSEWHERE, STARTS

CONFIG = ROOT / "deploy" / "nginx.conf"
HOST, PATH = "library.example.org", "/compendium"
PUBLIC = f"https://{HOST}{PATH}"
METAL = "norway/metal-buyers"
NGINX = next(
    filter(
        None,
        (
            shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
            for name in (os.environ.get("NGINX") or "nginx", ROOT / "build/nginx/usr/sbin/nginx")
        ),
    ),
    None,
)
pytestmark = pytest.mark.skipif(NGINX is None, reason="there is no nginx (scripts/ensure-nginx)")

#: What programs ask, with every address in it; and files.
MACHINES = (
    *("/robots.txt", "/sitemap.xml", "/sitemap-0.xml", "/llms.txt", "/opensearch.xml"),
    *("/cases.atom", "/search.atom?q=wine", "/api/v1/openapi.json", "/api/v1/search?q=metal"),
    *("/api/v1/search?contry=NO", f"/api/v1/cases/{METAL}", f"/api/v1/citations/{METAL}"),
    *(f"/linksets/{METAL}", f"/cases/{METAL}.bib", f"/cases/{METAL}.csl.json", "/sources.bib"),
    *(
        "/oai?verb=Identify",
        "/oai?verb=ListRecords&metadataPrefix=oai_dc",
        "/unapi",
        "/outcomes.csv",
    ),
    *("/api/v1/suggestions?q=met", "/api/v1/cases", "/search.ris?q=metal", "/api/v1/packs"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """An nginx before a site."""

    pool: urllib3.HTTPSConnectionPool
    plain: urllib3.HTTPConnectionPool
    folder: Path
    site: str

    def get(self, path: str, host: str = HOST, **headers: str) -> urllib3.BaseHTTPResponse:
        """Ask over TLS; redirects are not followed."""
        return self.ask("GET", path, headers={"Host": host, **headers})

    def ask(self, method: str, path: str, **given: object) -> urllib3.BaseHTTPResponse:
        """Ask over TLS in any way."""
        given["headers"] = {"Host": HOST, **given.get("headers", {})}
        return self.pool.request(method, path, redirect=False, retries=False, **given)


def changed(text: str, *pairs: tuple[str, str]) -> str:
    """A text with some of its words changed, each of which must stand in it."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


@contextmanager
def served(settings: Settings, **environ: str) -> Iterator[str]:
    """The site in a process of its own: where it listens, without a scheme."""
    process = subprocess.Popen(
        [sys.executable, "-m", "web", "serve", "--index", str(settings.index), "--port", "0"],
        cwd=ROOT,
        env={
            **os.environ,
            "KB_MODEL": settings.model,
            "KB_MULTILINGUAL": "off",
            "KB_WORKERS": "1",
            "KB_TRUSTED_PROXIES": "127.0.0.1",
            **environ,
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield urlsplit(process.stdout.readline().split()[-1]).netloc
    finally:
        process.terminate()
        process.communicate(timeout=60)


@contextmanager
def behind(site: str, folder: Path, *pairs: tuple[str, str]) -> Iterator[Front]:
    """A real nginx with our file, of which only ports, places and ``pairs`` are changed."""
    folder.mkdir()
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", str(key), "-out", str(certificate), "-subj", f"/CN={HOST}"),
            *("-addext", f"subjectAltName=DNS:{HOST}"),
        ],
        check=True,
        capture_output=True,
    )
    plain, secure = free_port(), free_port()
    text = changed(
        CONFIG.read_text(encoding="utf-8"),
        ("127.0.0.1:8000", site),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen [::]:80;", f"listen [::1]:{plain};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{secure} ssl"),
        ("listen [::]:443 ssl", f"listen [::1]:{secure} ssl"),
        ("X-Forwarded-Port $server_port;", "X-Forwarded-Port 443;"),
        (f"/etc/ssl/certs/{HOST}.pem", str(certificate)),
        (f"/etc/ssl/private/{HOST}.key", str(key)),
        ("/var/log/nginx/", f"{folder}/"),
        *pairs,
    )
    if not socket.has_ipv6 or not Path("/proc/net/if_inet6").read_text():
        text = re.sub(r".*listen \[::1\].*\n", "", text)
    (folder / "compendium.conf").write_text(text, encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    main = folder / "main.conf"
    main.write_text(
        f"daemon off;\npid {folder}/pid;\nevents {{}}\n"
        f"http {{\ngzip on;\n{temporary}include {folder}/compendium.conf;\n}}\n"
    )
    command = [NGINX, "-p", str(folder), "-c", str(main), "-e", str(folder / "errors.log")]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    process = subprocess.Popen([*command, "-g", "user root;"] if os.getuid() == 0 else command)
    try:
        until(lambda: listens(secure))
        yield Front(
            pool=urllib3.HTTPSConnectionPool(
                "127.0.0.1",
                secure,
                ca_certs=str(certificate),
                server_hostname=HOST,
                assert_hostname=HOST,
            ),
            plain=urllib3.HTTPConnectionPool("127.0.0.1", plain),
            folder=folder,
            site=site,
        )
    finally:
        process.terminate()
        process.wait(timeout=60)


def listens(port: int) -> bool:
    """Whether somebody does."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(name="site", scope="module")
def _site(settings: Settings) -> Iterator[str]:
    with served(settings, KB_SITE_URL=PUBLIC) as site:
        yield site


@pytest.fixture(name="front", scope="module")
def _front(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with behind(site, tmp_path_factory.mktemp("nginx") / "kept") as front:
        yield front


#: With these changes nginx takes the path off and says so, as other proxies do.
TAKEN_OFF = (
    ("proxy_pass http://compendium;", "proxy_pass http://compendium/;"),
    ('X-Forwarded-Prefix ""', f'X-Forwarded-Prefix "{PATH}"'),
)


@pytest.mark.parametrize(
    ("environ", "pairs", "further"),
    [
        ({"KB_SITE_URL": PUBLIC}, (), False),
        pytest.param({"KB_SITE_URL": PUBLIC}, (), True, marks=pytest.mark.long),
        ({"KB_SITE_URL": PUBLIC}, TAKEN_OFF, False),
        ({"KB_SITE_URL": f"https://{HOST}"}, TAKEN_OFF, False),
        ({"KB_HOSTS": HOST}, TAKEN_OFF, False),
    ],
    ids=["left on", "left on, every page", "taken off", "host and header", "header alone"],
)
def test_no_address_leaves_the_path(settings, tmp_path, environ, pairs, further):
    """Of all kinds of pages, files and answers for programs: each is below the public address.

    The longer form asks for all that is linked, too. Without nginx tests/web/test_addresses.py
    does so each time.
    """
    with served(settings, **environ) as site, behind(site, tmp_path / "nginx", *pairs) as front:
        seen, wrong = walked(front, further=further)
    assert wrong == set()
    answered = (200, 202, 302, 303, 308)
    starts = {f"{PATH}{path}" for path in STARTS}
    missing = {path for path, status in seen.items() if status not in answered} - starts
    assert {path for path in missing if not ELSEWHERE.search(path)} == {
        f"{PATH}/api/v1/search?contry=NO"
    }
    assert len(seen) > (200 if further else len(STARTS))


def walked(front: Front, *, further: bool) -> tuple[dict[str, int], set[tuple[str, str]]]:
    """The status of every address that is found, and what leads elsewhere with where it stands.

    Args:
        front: what is asked.
        further: whether what is found is asked for too, and not only what the walk begins with.
    """
    waiting = [f"{PATH}{path}" for path in (*STARTS, *MACHINES)]
    seen: dict[str, int] = {}
    wrong: set[tuple[str, str]] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        response = front.get(path)
        seen[path] = response.status
        text = ""
        if not re.match(
            "image|font|application/(?:pdf|zip|epub)", response.headers["Content-Type"]
        ):
            text = response.data.decode(errors="replace")
        found = [html.unescape(one).partition("#")[0] for one in ADDRESS.findall(text)]
        found += re.findall("<([^>]+)>", response.headers.get("Link", ""))
        found += [response.headers[name] for name in ("Location",) if name in response.headers]
        wrong |= {(path, one) for one in found if leaves(one)}
        wrong |= {
            (path, one) for one in re.findall(r"https?://[\w.:-]+[^\s\"'<>)]*", text) if strays(one)
        }
        wrong |= {(path, one) for one in strings(text, response) if leaves(one)}
        is_start = path.removeprefix(PATH) in (*STARTS, *MACHINES)
        for one in found if further else ():
            address = one.removeprefix(f"https://{HOST}")
            if address.startswith(f"{PATH}/") and (is_start or "?" not in path):
                waiting.append(address)
    return seen, wrong


def leaves(address: str) -> bool:
    """Whether an address begins at the root of the host and is not below the path."""
    return address.startswith("/") and not re.match(rf"{PATH}(?=[/?#]|$)", address)


def strays(address: str) -> bool:
    """Whether a whole address is one of this site that readers cannot ask."""
    parts = urlsplit(html.unescape(address))
    if parts.hostname in ("localhost", "127.0.0.1", "::1"):
        return True
    return parts.hostname == HOST and not f"{address}/".startswith(f"{PUBLIC}/")


def strings(text: str, response: urllib3.BaseHTTPResponse) -> Iterator[str]:
    """Every text in an answer in JSON, but the paths that are names in the description."""
    if "json" not in response.headers["Content-Type"]:
        return
    lines = text.splitlines() if "jsonl" in response.headers["Content-Type"] else [text]
    waiting = [json.loads(line) for line in lines]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str):
            yield one


def test_a_code_and_a_pdf_lead_to_the_public_address(front):
    """As a reader's phone and a link on paper have it."""
    until(lambda: front.get(f"{PATH}/flyers/{METAL}.pdf").status == 200)
    response = front.get(f"{PATH}/flyers/{METAL}.pdf")
    pages = PdfReader(io.BytesIO(response.data)).pages
    links = [note.get_object()["/A"]["/URI"] for page in pages for note in page.get("/Annots", [])]
    assert links
    assert {link for link in links if strays(link)} == set()
    assert f"{PUBLIC}/cases/{METAL}" in links
    flyer = front.get(f"{PATH}/flyers/{METAL}").data.decode()
    assert f"{PUBLIC}/cases/{METAL}" in flyer


def test_plain_http_leads_on(front):
    """To the public name, whatever the request names."""
    for host in (HOST, "evil.example"):
        response = front.plain.request(
            "GET", f"{PATH}/about?a=b", headers={"Host": host}, redirect=False
        )
        assert (response.status, response.headers["Location"]) == (308, f"{PUBLIC}/about?a=b")


def test_the_path_without_its_slash_leads_on(front):
    """With what is asked."""
    response = front.get(f"{PATH}?a=b")
    assert (response.status, response.headers["Location"]) == (308, f"{PUBLIC}/?a=b")


def test_headers(front):
    """Browsers are told to stay with TLS; what the site says of itself comes through."""
    response = front.get(f"{PATH}/about")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert front.get(f"{PATH}/nothing").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_an_answer_is_compressed_once(front):
    """By the site, in what the browser takes."""
    for accepted in ("gzip", "br", "zstd"):
        response = front.ask(
            "GET", f"{PATH}/about", headers={"Accept-Encoding": accepted}, decode_content=False
        )
        assert response.headers.get_all("Content-Encoding") == [accepted]
        if accepted == "gzip":
            assert gzip.decompress(response.data).startswith(b"<!doctype html>")
    response = front.ask("GET", f"{PATH}/about", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in response.headers
    etag = response.headers["ETag"]
    assert front.get(f"{PATH}/about", **{"If-None-Match": etag}).status == 304


def test_a_long_reading_list(front):
    """It stands in its address, which is as long as such a link may be."""
    random = Random(1)
    introduction = "".join(chr(random.randrange(0x4E00, 0x9FA0)) for _ in range(1020))
    link = address_of(Pack(title="A list", introduction=introduction))
    assert 2_400 < len(link) <= 2_600
    for path in (f"/packs/{link}", f"/packs/{link}/texts", f"/search?q=wine&list={link}"):
        answer = front.get(f"{PATH}{path}")
        assert answer.status == 200
        assert b"A list" in answer.data or "/search" in path


@pytest.mark.parametrize(("length", "status"), [(2_000, 400), (8_000, 400), (20_000, 414)])
def test_an_address_that_is_too_long_gets_our_page(front, length, status):
    """Also where nginx by itself would refuse it: no query is so long, or no address at all."""
    answer = front.get(f"{PATH}/search?q={'x' * length}")
    assert answer.status == status
    assert b"nginx" not in answer.data
    told = f"at most 1,000 characters, not {length:,}.".encode()
    assert (told in answer.data) == (status == 400)


@pytest.mark.parametrize(
    ("n_bytes", "status"), [(900_000, 200), (1_500_000, 413), (3_000_000, 413), (9_000_000, 413)]
)
def test_bodies(front, n_bytes, status):
    """A file of 900 kB comes through; of one that is too much the site tells, in words."""
    boundary = "b" * 20
    text = b"---\ntitle: A case\n---\n" + b"word " * (n_bytes // 5)
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n'
        "Content-Type: text/markdown\r\n\r\n"
    )
    answer = front.ask(
        "POST",
        f"{PATH}/contribute/file",
        body=head.encode() + text + f"\r\n--{boundary}--\r\n".encode(),
        headers={
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Origin": f"https://{HOST}",
        },
    )
    assert answer.status == status
    assert b"nginx" not in answer.data
    assert (b'class="wordmark"' in answer.data) == (status == 413)


@pytest.mark.parametrize("path", [f"{PATH}/healthz", f"{PATH}/readyz"])
def test_health(front, path):
    """Through nginx, and beside it at the address and port of the site."""
    assert front.get(path).status == 200
    for beside in (path, path.removeprefix(PATH)):
        answer = urllib3.request(
            "GET", f"http://{front.site}{beside}", headers={"Host": "10.0.0.9"}
        )
        assert answer.json()["status"] in ("ok", "ready")


def test_what_a_reader_says_of_the_way_changes_nothing(front):
    """Every header that the site would believe of nginx is set by nginx."""
    clean = front.get(f"{PATH}/api/v1/cases/{METAL}").data
    forged = front.get(
        f"{PATH}/api/v1/cases/{METAL}",
        **{
            "X-Forwarded-For": "203.0.113.9",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Port": "666",
            "X-Forwarded-Prefix": "/evil",
            "X-Forwarded-Proto": "gopher",
            "Forwarded": "for=203.0.113.9;host=evil.example;proto=http",
            "SCRIPT_NAME": "/evil",
        },
    )
    assert (forged.status, forged.data) == (200, clean)


def test_the_server_believes_nobody_by_itself(front):
    """A path in a header, as this one takes it from whoever asks on the same machine."""
    for name in ("SCRIPT_NAME", "PATH_INFO"):
        page = urllib3.request(
            "GET", f"http://{front.site}{PATH}/about", headers={name: "/evil", "Host": HOST}
        )
        assert page.status == 200
        assert f'<link rel="canonical" href="{PUBLIC}/about">' in page.data.decode()


def test_an_unknown_host_is_refused(front):
    """With where the site is, as pages cannot be had under another name."""
    answer = front.get(f"{PATH}/about", host="evil.example")
    assert answer.status == 400
    assert f'<a href="{PUBLIC}">' in answer.data.decode()


def test_the_log_holds_no_queries(front):
    """Nor anybody's address. The number of the request is that which the site answered with."""
    given = "0123456789abcdef0123456789abcdef"
    answer = front.get(f"{PATH}/search?q=a-word-of-mine", **{"X-Request-ID": given})
    number = answer.headers["X-Request-ID"]
    log = front.folder / "compendium.log"
    until(lambda: f" {number}\n" in log.read_text())  # it is written once all is sent
    (line,) = [one for one in log.read_text().splitlines() if one.endswith(number)]
    assert re.fullmatch(rf"\S+ GET {PATH}/search 200 \d+ [\d.]+ {number}", line)
    assert re.fullmatch("[0-9a-f]{32}", number)
    assert number != given
    assert "a-word-of-mine" not in "".join(one.read_text() for one in front.folder.glob("*.log"))


@pytest.mark.parametrize("path", ["/robots.txt", "/.well-known/security.txt"])
def test_what_is_read_at_the_root_of_a_host_is_the_sites(front, path):
    """Where the site stands under a path, too."""
    at_root, below = front.get(path), front.get(f"{PATH}{path}")
    assert (at_root.status, at_root.data) == (below.status, below.data)
    assert (at_root.status == 200) == (path == "/robots.txt")  # nobody to turn to was named
    assert b"nginx" not in at_root.data


def test_while_the_site_is_away_nginx_says_so_in_words(tmp_path):
    """With when to come back, and not as a bare 502."""
    with behind(f"127.0.0.1:{free_port()}", tmp_path / "nginx") as front:
        answers = [front.get(path) for path in (f"{PATH}/about", "/robots.txt")]
    for answer in answers:
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "30"
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.data.decode() == (
            "This site does not answer just now. It may be starting anew: please try again in a "
            "minute.\n"
        )


def test_in_a_server_that_is_there_already(tmp_path):
    """What stands between the lines of = signs is all that it takes, and nginx warns of nothing."""
    text = CONFIG.read_text(encoding="utf-8")
    _, copied, _ = re.split(r" +# =+\n", text)
    kept = text[: text.index("server {\n    listen 80;")]
    (tmp_path / "main.conf").write_text(
        f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{kept}\n"
        f"server {{\nlisten 127.0.0.1:{free_port()};\nserver_name {HOST};\n"
        "location = /theirs { return 204; }\n"
        f"{changed(copied, ('/var/log/nginx/', f'{tmp_path}/'))}}}\n}}\n"
    )
    command = [NGINX, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "main.conf")]
    done = subprocess.run(
        [*command, "-e", str(tmp_path / "errors.log")], check=False, capture_output=True, text=True
    )
    assert (done.returncode, "[warn]" in done.stderr) == (0, False), done.stderr


def test_a_site_of_its_own_host(settings, tmp_path):
    """As the head of the file has it: / as the path, without the three locations before it."""
    text = CONFIG.read_text(encoding="utf-8")
    before = text[text.index("    location = ") : text.index("    location /compendium/")]
    assert before.count("location =") == 3
    pairs = ((before, ""), ("location /compendium/ {", "location / {"))
    with (
        served(settings, KB_SITE_URL=f"https://{HOST}") as site,
        behind(site, tmp_path / "nginx", *pairs) as front,
    ):
        page = front.get(f"/cases/{METAL}").data.decode()
        assert f'<link rel="canonical" href="https://{HOST}/cases/{METAL}">' in page
        assert 'href="/browse"' in page
