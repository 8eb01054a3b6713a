"""Record what the site and the command answer, and compare two recordings.

Only public surfaces are asked: the ``kb`` command in processes of its own, and HTTP of
servers that ``kb serve`` runs on free loopback ports. So a recording made before a change
of the code can be compared with one made after it, whatever became of the modules.

    python benchmarks/record_answers.py record before
    python benchmarks/record_answers.py record after --checkout ../other --kb "CMD ..."
    python benchmarks/record_answers.py compare before after

A recording is a folder for each kind of answer with one file for each answer. What differs
from run to run (ids of snapshots, ports, temporary folders, seconds, today's date, hashes in
the addresses of assets) is replaced by names in braces. A recording takes several minutes,
most of them for building the index; ``--index`` uses a folder that is kept.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import hashlib
import http.client
import io
import itertools
import json
import os
import random
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

ROOT = Path(__file__).resolve().parent.parent
SEED = 19990101
#: The site is asked under this name, so that no port gets into links and QR codes.
HOST = "compendium.example"
#: Headers of an answer that are recorded; the others are the server's or change by themselves.
HEADERS = (
    *("content-type", "cache-control", "location", "link", "content-disposition", "allow"),
    *("retry-after", "vary", "access-control-allow-origin", "content-security-policy"),
    *("x-content-type-options", "referrer-policy"),
    *("cross-origin-opener-policy", "permissions-policy"),
)
PATIENCE_S = 1800
N_FILTERS, N_OUTCOMES, N_COMPARISONS, N_SELF_CHECKS = 200, 40, 40, 12
SORTS = ("relevance", "newest", "result")

Pairs = Sequence[tuple[str, Any]]


# --- What differs from run to run -----------------------------------------------------------


class Scrubber:
    """Replaces what differs from run to run by a name in braces."""

    _FOUND = re.compile(r'(?:Snapshot |"snapshot(?:_id)?": ")([0-9a-f]{12})')
    _PATTERNS = (
        (re.compile(r"/assets/site[a-z.-]*\.[0-9a-f]{12}\.css"), "/assets/site.{hash}.css"),
        (re.compile(r"(/static/[^\s\"'?)]*\?v=)[^\s\"'&)]+"), r"\1{version}"),
        (re.compile(r'(nonce=")[^"]+'), r"\1{nonce}"),
        (re.compile(r'("seconds": ?)[0-9.e-]+'), r"\g<1>0"),
        (re.compile(r"(dimensions, )[0-9.]+ s\b"), r"\1{seconds} s"),
        (re.compile(r"127\.0\.0\.1:\d+"), "{address}"),
    )

    def __init__(self) -> None:
        self._known: dict[str, str] = {date.today().isoformat(): "{today}"}
        self._snapshots = 0

    def learn(self, text: str, name: str) -> None:
        """From now on ``text`` is replaced by ``name``; the longest text wins."""
        self._known[text] = name

    def learn_snapshots(self, output: str) -> None:
        """Ids of snapshots that a command printed are numbered in the order of their coming."""
        for found in self._FOUND.findall(output):
            if found not in self._known:
                self._snapshots += 1
                self.learn(found, f"{{snapshot {self._snapshots}}}")

    def __call__(self, text: str) -> str:
        """The text with every replacement made."""
        for known in sorted(self._known, key=len, reverse=True):
            text = text.replace(known, self._known[known])
        for pattern, name in self._PATTERNS:
            text = pattern.sub(name, text)
        return text


_TAG = re.compile(r"(<!--.*?-->|<[^<>]*>)", re.DOTALL)
_NAME = re.compile(r"</?([a-zA-Z0-9]+)")
#: Between tags of these, white space is seen.
_INLINE = frozenset(
    "a abbr b button cite code data del dfn em i img input ins kbd label mark q s samp select "
    "small span strong sub sup svg time u var".split()
)


def one_tag_a_line(markup: str) -> str:
    """HTML or XML with each tag and each text on a line; white space that is seen stays."""
    pieces = [" ".join(f"|{piece}|".split())[1:-1] for piece in _TAG.split(markup)]
    lines = []
    for at, piece in enumerate(pieces):
        if piece.strip():
            lines.append(piece)
        elif piece and 0 < at < len(pieces) - 1:
            around = (_NAME.match(pieces[at - 1]), _NAME.match(pieces[at + 1]))
            if all(tag and tag[1].lower() in _INLINE for tag in around):
                lines.append("{space}")
    return "\n".join(lines) + "\n"


# --- Files of a recording -------------------------------------------------------------------


@dataclass
class Recording:
    """The folder that answers are written into; tells of its progress on standard error."""

    folder: Path
    scrub: Scrubber = field(default_factory=Scrubber)
    counts: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=time.perf_counter)

    def tell(self, words: str) -> None:
        """Says on standard error how far it is."""
        seconds = time.perf_counter() - self.started
        print(f"{seconds:7.1f} s  {words}", file=sys.stderr, flush=True)

    def write(self, kind: str, name: str, answer: object) -> None:
        """Writes one answer: a text as it is, anything else as JSON."""
        is_text = isinstance(answer, str)
        path = self.folder / kind / f"{name}.{'txt' if is_text else 'json'}"
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            raise SystemExit(f"two answers would be written to {path}")
        text = answer if is_text else json.dumps(answer, indent=1, sort_keys=True) + "\n"
        path.write_text(text, encoding="utf-8")
        self.counts[kind] += 1
        if self.counts[kind] % 100 == 0:
            self.tell(f"{kind}: {self.counts[kind]} answers")


def file_name(path: str) -> str:
    """A readable name for an address that no other address has."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-")[:60].strip("-") or "root"
    return f"{words}-{hashlib.sha256(path.encode()).hexdigest()[:8]}"


def json_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file in JSON lines; none where there is no file."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


# --- The command ----------------------------------------------------------------------------


class Command:
    """The ``kb`` command, run in a folder with settings of its own."""

    def __init__(self, words: Sequence[str], folder: Path, recording: Recording) -> None:
        self.words = tuple(words)
        self.folder = folder
        self.recording = recording
        found = re.match(r"Usage: (.*?) \[OPTIONS\]", self.run(["--help"]).stdout)
        if found is None:
            raise SystemExit(f"{shlex.join(words)} --help does not answer as kb does")
        self._called = found[1]

    def environment(self, settings: Mapping[str, object]) -> dict[str, str]:
        """The environment without settings of kb, and then those that are given."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("KB_")}
        plain = {"COLUMNS": "100", "NO_COLOR": "1", "HF_HUB_OFFLINE": "1", "TERM": "dumb"}
        given = {f"KB_{name.upper()}": str(value) for name, value in settings.items()}
        return {**kept, **plain, **given}

    def run(self, arguments: Sequence[str], **settings: object) -> subprocess.CompletedProcess[str]:
        """What the command answers."""
        return subprocess.run(
            [*self.words, *arguments],
            cwd=self.folder,
            env=self.environment(settings),
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            check=False,
        )

    def record(self, line: str, *, kind: str, name: str = "", **settings: object) -> str:
        """Runs ``kb LINE`` and writes what it answers; standard output as it was."""
        done = self.run(shlex.split(line), **settings)
        self.recording.scrub.learn_snapshots(done.stdout)
        stdout, stderr = (self._plain(text) for text in (done.stdout, done.stderr))
        shown = self.recording.scrub(line)
        name = name or file_name(shown)
        parsed = _as_json(stdout)
        if isinstance(parsed, dict | list):
            answer = {"command": f"kb {shown}", "status": done.returncode, "stdout": parsed}
            self.recording.write(kind, name, {**answer, "stderr": stderr.splitlines()})
        else:
            head = f"$ kb {shown}\nstatus {done.returncode}\n"
            self.recording.write(
                kind, name, f"{head}--- standard output\n{stdout}--- standard error\n{stderr}"
            )
        return done.stdout

    def _plain(self, text: str) -> str:
        text = text.replace(f"Usage: {self._called}", "Usage: kb")
        return self.recording.scrub(text.replace(f"Try '{self._called}", "Try 'kb"))


def _as_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


# --- The site -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What the site answered."""

    request: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Site:
    """A server of its own over an index, for as long as the context lasts."""

    def __init__(self, command: Command, name: str, **settings: object) -> None:
        self.command, self.name = command, name
        self.recording = command.recording
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._log = command.folder / f"serve-{name}"
        self._settings = {"workers": 1, **settings, "port": self.port}

    def __enter__(self) -> Site:
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*self.command.words, "serve"],
                cwd=self.command.folder,
                env=self.command.environment(self._settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        with contextlib.ExitStack() as stack:
            stack.callback(self._stop)
            self._wait()
            stack.pop_all()  # it answers: stopped at the end of the context, not here
        return self

    def __exit__(self, *failed: object) -> None:
        status = self._stop()
        if failed[0] is None:
            told = self.recording.scrub(self._log.read_text("utf-8", "replace"))
            self.recording.write("serve", self.name, f"{told}status {status}\n")

    def _stop(self) -> int:
        self.process.terminate()
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def _wait(self) -> None:
        for _ in range(1200):
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                self.ask("/healthz")
                return
            time.sleep(0.1)
        raise SystemExit(f"kb serve did not answer: {self._log.read_text('utf-8', 'replace')}")

    def ask(self, path: str, method: str = "GET") -> Answer:
        """What the site answers to one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, headers={"Host": HOST})
            got = connection.getresponse()
            body = got.read()
        finally:
            connection.close()
        headers = {name.lower(): value for name, value in got.getheaders()}
        return Answer(request=f"{method} {path}", status=got.status, headers=headers, body=body)

    def record(self, kind: str, path: str, name: str = "", method: str = "GET") -> Answer:
        """Asks, and writes the answer down."""
        answer = self.ask(path, method)
        named = name or file_name(path if method == "GET" else f"{method} {path}")
        self.recording.write(kind, named, self._shown(answer))
        return answer

    def record_all(self, kind: str, paths: Iterable[str]) -> None:
        """Records each address once."""
        for path in dict.fromkeys(paths):
            self.record(kind, path)

    def _shown(self, answer: Answer) -> object:
        scrub = self.recording.scrub
        headers = {name: scrub(answer.headers[name]) for name in HEADERS if name in answer.headers}
        if "allow" in headers:  # a set, whose order differs from process to process
            headers["allow"] = ", ".join(sorted(headers["allow"].split(", ")))
        kind = headers.get("content-type", "").partition(";")[0]
        if kind.endswith("json") and (body := _as_json(scrub(answer.text))) is not None:
            request = scrub(answer.request)
            return {"request": request, "status": answer.status, "headers": headers, "body": body}
        lines = [scrub(answer.request), f"status {answer.status}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\n".join(lines) + "\n\n" + _body(kind, answer, scrub)


def _body(kind: str, answer: Answer, scrub: Scrubber) -> str:
    if kind in ("text/html", "application/xml", "image/svg+xml"):
        return one_tag_a_line(scrub(answer.text))
    if kind.startswith("text/"):
        return scrub(answer.text.replace("\r\n", "{return}\n"))
    if kind == "application/pdf":
        return scrub(_text_of_pdf(answer.body))
    return f"sha-256 {hashlib.sha256(answer.body).hexdigest()}\n" if answer.body else ""


def _text_of_pdf(body: bytes) -> str:
    try:
        from pypdf import PdfReader  # the tests need it; a recording does without
    except ImportError:
        return "(the text of a PDF is not read without pypdf)\n"
    pages = PdfReader(io.BytesIO(body)).pages
    words = [page.extract_text() for page in pages]
    return f"{len(words)} pages\n" + "\n".join(words) + "\n"


def address(path: str, pairs: Pairs) -> str:
    """A path with its parameters."""
    query = urlencode([(name, value) for name, value in pairs], safe="/")
    return f"{path}?{query}" if query else path


# --- What is asked of the site --------------------------------------------------------------


@dataclass(frozen=True)
class Material:
    """What questions are made of: judged queries and profiles, ids, and values of filters."""

    queries: Sequence[Mapping[str, Any]]
    profiles: Sequence[Mapping[str, Any]]
    ids: Sequence[str]
    cases: Sequence[str]
    facets: Mapping[str, Sequence[str]]
    units: Sequence[str]


def judged_in(content: Path) -> Path:
    """Where the judged data are: of the first collection, beside the cases before there was one."""
    own = content / "collections" / FIRST_COLLECTION
    return own if own.is_dir() else content


def read_material(site: Site, folder: Path) -> Material:
    """Takes the material from the content and from the site's own answers."""
    listed = site.ask("/api/v1/cases").json["cases"]
    facets = site.ask("/api/v1/search").json["facets"]
    units = site.ask("/api/v1/taxonomy").json["units"]
    return Material(
        queries=json_lines(judged_in(folder) / "queries.jsonl"),
        profiles=json_lines(judged_in(folder) / "profiles.jsonl"),
        ids=sorted(case["id"] for case in listed),
        cases=sorted(case["id"] for case in listed if case["kind"] != "guide"),
        facets={
            name: sorted(one["value"] for one in values)
            for name, values in sorted(facets.items())
            if values
        },
        units=sorted(unit["id"] for unit in units),
    )


def profile_pairs(profile: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """A judged profile as parameters: a list is a parameter that is repeated."""
    return [
        (name, one)
        for name, value in profile.items()
        for one in (value if isinstance(value, list) else [value])
    ]


def filter_pairs(given: Material, chance: random.Random) -> list[tuple[str, Any]]:
    """One combination of filters, mostly allowed ones, with or without words and an order."""
    pairs: list[tuple[str, Any]] = []
    if chance.random() < 0.5:
        pairs.append(("q", chance.choice(given.queries)["text"]))
    for facet in sorted(chance.sample(sorted(given.facets), chance.choice((0, 1, 1, 2, 2, 3)))):
        values = given.facets[facet]
        many = min(len(values), chance.choice((1, 1, 2, 3)))
        pairs += [(facet, value) for value in chance.sample(values, many)]
    if sum(name == "results" for name, _ in pairs) and chance.random() < 0.4:
        pairs.append(("results_min", chance.choice((0, 2.5, 10, 20, 1000))))
        if chance.random() < 0.4:
            pairs.append(("results_unit", chance.choice(given.units)))
    return pairs + _order_pairs(chance, n_metrics=sum(name == "results" for name, _ in pairs))


def _order_pairs(chance: random.Random, *, n_metrics: int) -> list[tuple[str, Any]]:
    """Order, page and the like; an order by result needs exactly one metric."""
    sorts = SORTS if n_metrics == 1 or chance.random() < 0.05 else SORTS[:2]
    page = chance.choice((1, 1, 1, 1, 1, 1, 2, 2, 3))
    sizes = (1, 3, 25, 100) if page == 1 else (1, 2)
    pairs = [
        (name, chance.choice(values))
        for share, name, values in ((0.15, "exact", ("true",)), (0.5, "sort", sorts))
        if chance.random() < share
    ]
    if page > 1:
        pairs.append(("page", page))
    if page > 1 or chance.random() < 0.4:
        pairs.append(("per_page", chance.choice(sizes)))
    return pairs


def filters_of(given: Material) -> list[list[tuple[str, Any]]]:
    """The combinations of filters; the same for the same values and queries."""
    chance = random.Random(SEED)
    return [filter_pairs(given, chance) for _ in range(N_FILTERS)]


def outcomes_of(given: Material) -> list[list[tuple[str, Any]]]:
    """Selections of ``/outcomes``: everything, filters, texts, and the profiles of firms."""
    plain = [
        [pair for pair in pairs if pair[0] not in ("page", "per_page", "sort")]
        for pairs in filters_of(given)[: N_OUTCOMES // 2]
    ]
    texts = [[("q", one["text"])] for one in given.queries[:: len(given.queries) // 10]]
    firms = [profile_pairs(one["profile"]) for one in given.profiles[:: len(given.profiles) // 10]]
    return [[], *plain, *texts, *firms][:N_OUTCOMES]


def comparisons_of(given: Material) -> list[list[tuple[str, str]]]:
    """Sets of two to five cases."""
    chance = random.Random(SEED)
    sizes = itertools.islice(itertools.cycle((2, 3, 4, 5)), N_COMPARISONS)
    return [[("id", one) for one in chance.sample(list(given.cases), size)] for size in sizes]


def record_api(site: Site, given: Material) -> None:
    """Records the JSON and CSV answers."""
    for one in given.queries:
        site.record("search", address("/api/v1/search", [("q", one["text"])]), one["id"])
    for one in given.profiles:
        pairs = profile_pairs(one["profile"])
        site.record("role-models", address("/api/v1/role-models", pairs), one["id"])
    filters = filters_of(given)
    site.record_all("filters", (address("/api/v1/search", pairs) for pairs in filters))
    narrowed = [
        [*profile_pairs(one["profile"]), *(p for p in pairs if p[0] in given.facets)]
        for one, pairs in zip(given.profiles[::4], filters, strict=False)
    ]
    site.record_all("role-models", (address("/api/v1/role-models", pairs) for pairs in narrowed))
    for path in ("/api/v1/outcomes", "/outcomes.csv"):
        site.record_all("outcomes", (address(path, pairs) for pairs in outcomes_of(given)))
    for path in ("/api/v1/compare", "/compare.csv"):
        site.record_all("compare", (address(path, pairs) for pairs in comparisons_of(given)))
    site.record_all("cases", (f"/api/v1/cases/{one}" for one in given.ids))
    openapi = site.record("api", "/api/v1/openapi.json").json
    site.record_all("api", [path for path in openapi["paths"] if "{" not in path])
    site.record_all("api", ["/api/v1/", "/healthz", "/robots.txt", "/sitemap.xml"])


class _Links(HTMLParser):
    """Collects the addresses of assets, and the answers that forms of radio buttons offer."""

    def __init__(self) -> None:
        super().__init__()
        self.assets: list[str] = []
        self.choices: dict[str, list[str]] = defaultdict(list)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes what is wanted of a tag."""
        given = {name: value or "" for name, value in attrs}
        if tag in ("link", "img", "script"):
            path = given.get("href") or given.get("src") or ""
            if path.startswith(("/static/", "/assets/")):
                self.assets.append(path)
        elif tag == "input" and given.get("type") == "radio":
            self.choices[given["name"]].append(given["value"])


def links_of(page: str) -> _Links:
    """What is linked and offered on a page."""
    links = _Links()
    links.feed(page)
    return links


def sitemap_paths(site: Site) -> list[str]:
    """Every page that the site lists for machines."""
    found = re.findall(r"<loc>(.*?)</loc>", site.ask("/sitemap.xml").text)
    return [urlsplit(one).path or "/" for one in found]


def self_checks(site: Site) -> Iterator[str]:
    """The self-check: not answered, answered in part, in full, and with what is no answer."""
    choices = links_of(site.ask("/self-check").text).choices
    chance = random.Random(SEED)
    yield "/self-check"
    for at in range(N_SELF_CHECKS):
        asked = [name for name in choices if at % 3 == 0 or chance.random() < 0.5]
        yield address("/self-check", [(name, chance.choice(choices[name])) for name in asked])
    for value in sorted({value for values in choices.values() for value in values}):
        yield address("/self-check", [(name, value) for name in choices])


def record_pages(site: Site, given: Material) -> None:
    """Records the pages for people, and the addresses of their assets."""
    fixed = ("/search", "/browse", "/atlas", "/guides", "/about", "/relevance", "/api")
    site.record_all("pages", [*sitemap_paths(site), *fixed, "/role-models", "/favicon.ico"])
    site.record_all("flyers", (f"/flyers/{one}" for one in given.cases))
    pdfs = (f"/flyers/{one}.pdf" for one in given.cases[:: max(1, len(given.cases) // 3)][:3])
    site.record_all("flyers", pdfs)
    texts = [[("q", one["text"])] for one in given.queries[::8]]
    searched = [address("/search", pairs) for pairs in (*texts, *filters_of(given)[:60])]
    site.record_all("search-pages", searched)
    firms = [profile_pairs(one["profile"]) for one in given.profiles]
    heard = [[("aim", one["text"])] for one in given.queries[::60]]
    models = [address("/role-models", pairs) for pairs in (*firms[::3], *heard)]
    site.record_all("role-model-pages", models)
    site.record_all("outcome-pages", [address("/outcomes", one) for one in outcomes_of(given)])
    site.record_all(
        "compare-pages",
        [
            "/compare",
            f"/compare?id={given.cases[0]}",
            *(address("/compare", pairs) for pairs in comparisons_of(given)),
        ],
    )
    site.record_all("self-check-pages", self_checks(site))
    record_assets(site)


def record_assets(site: Site) -> None:
    """Records the style sheet, what it needs and what pages link to, once for each address."""
    linked = links_of(site.ask("/").text).assets
    for path in list(linked):
        if path.endswith(".css"):
            found = re.findall(r"url\([\"']?([^\"')]+)", site.ask(path).text)
            linked += [urljoin(path, one) for one in found if not one.startswith("data:")]
    for path in dict.fromkeys(linked):
        site.record("assets", path, file_name(site.recording.scrub(path)))


def bad_requests(given: Material) -> Iterator[tuple[str, str]]:
    """Methods and addresses that are refused, over all pages and the API."""
    guide = next(one for one in given.ids if one not in given.cases)
    one, two = given.cases[:2]
    long = quote("wine " * 300)
    search = (
        *("page=0", "page=x", "page=99", "per_page=101", "per_page=0", "sort=best", "country=XX"),
        *("type=horizontl", "results_min=abc", "results=sales&results_min=nan", "exact=maybe"),
        *("results_min=5", "results=sales&results_min=5&results_unit=furlongs", "sort=result"),
        *("contry=NO", "kind=netwrk&kind=guide", f"q={long}", "q=%ff%00", "results=nothing"),
    )
    firm = (
        *("size=many", "size=0", "partners=1", "goal=zzz", "my_form=firm", "funding=bank"),
        *(f"aim={long}", "size=3&size=4", "my_sector=wein", "common=x&aim=", "aim=%20", ""),
        *("aim=wine&country=XX", "agoal=exporting", "size=5", "aim=x&results_min=2"),
    )
    picked = (
        *("", f"id={one}", f"id={one}&id={one}", f"id={one}&id=norway/nowhere"),
        *(f"id={one}&id={guide}", f"id={one}&id={two}&case=x", "id="),
        "&".join(f"id={case}" for case in given.cases[:6]),
    )
    for paths, queries in (
        (("/search", "/api/v1/search", "/outcomes", "/api/v1/outcomes", "/outcomes.csv"), search),
        (("/role-models", "/api/v1/role-models", "/outcomes", "/api/v1/outcomes"), firm),
        (("/compare", "/api/v1/compare", "/compare.csv"), picked),
    ):
        yield from (("GET", f"{path}?{query}") for path in paths for query in queries)
    for path in ("/outcomes", "/api/v1/outcomes", "/outcomes.csv"):
        yield "GET", f"{path}?q=wine&aim=wine"
    for path in ("cases", "taxonomy", "relevance", f"cases/{one}", "openapi.json", "nowhere"):
        yield "GET", f"/api/v1/{path}?x=1"
    for path in (
        *("/nowhere", "/cases", "/cases/", "/cases/norway/graphic-art", f"/cases/{one}/", "//"),
        *("/api/v1/cases/norway/graphic-art", "/api/v1", "/api/v2/search", "/flyers/"),
        *("/flyers/norway/nowhere", f"/flyers/{guide}", f"/flyers/{guide}.pdf", "/flyers/x.pdf"),
        *("/static/nothing.css", "/assets/site.0123456789ab.css", "/search/", "/%ff", "/%00"),
        *("/self-check?profit=perhaps", "/self-check?nothing=yes", "/API", "/static/../kb"),
        *("/about?x=1", "/browse?country=NO", f"/{long}", f"/cases/{'x' * 300}"),
    ):
        yield "GET", path
    for method in ("POST", "DELETE", "PUT", "HEAD", "OPTIONS"):
        for path in ("/search", "/api/v1/search", f"/cases/{one}", "/nowhere"):
            yield method, path


def record_errors(site: Site, given: Material) -> None:
    """Records what the site refuses, and how."""
    for method, path in dict.fromkeys(bad_requests(given)):
        site.record("errors", path, method=method)


def record_small_site(site: Site, kind: str) -> None:
    """Records a site over few cases or none, where much is missing."""
    site.record_all(kind, sitemap_paths(site))
    for query in ("", "?q=wine", "?q=metl+machines", "?q=astronomy", "?country=NO&sort=newest"):
        site.record(kind, f"/search{query}")
        site.record(kind, f"/api/v1/search{query}")
    for path in (
        *("/self-check", "/healthz", "/outcomes.csv", "/api/v1/outcomes", "/api/v1/cases"),
        *("/role-models?aim=wine", "/api/v1/role-models?aim=wine", "/api/v1/relevance"),
        *("/compare", "/compare?id=norway/metal-buyers&id=france/wine-exporters"),
        *("/api/v1/compare?id=norway/metal-buyers&id=france/wine-exporters", "/robots.txt"),
        *("/flyers/denmark/hostile-title", "/flyers/denmark/hostile-title.pdf", "/nowhere"),
        *("/api/v1/cases/denmark/hostile-title", "/api/v1/taxonomy", "/sitemap.xml"),
        "/api/v1/nowhere",
    ):
        site.record(kind, path)


# --- What is asked of the command -----------------------------------------------------------

#: Lines of the command over a built toy corpus.
TOY_LINES = (
    *("check", "check --json", "build --check", "build --check --json", "build", "build --json"),
    *("check {toy}/norway", "check {toy}/norway/metal-buyers.md", "check {toy}/nowhere"),
    *("search", "search --json", "search wine", "search wine --json", "search wine export --json"),
    *("search metl machines", "search metl machines --exact --json", "search metl --json"),
    *("search --country NO --json", "search --country Norway --country FR", "search astronomy"),
    *("search --results cost --results-min 10 --results-unit percent --json",),
    *("search --sort newest --json", "search --sort result --results sales --json"),
    *("search textile --per-page 2 --page 2", "search vin pour exporter --json"),
    *("role-models wine export", "role-models wine export --json", "role-models --goal exporting"),
    *("role-models --my-sector metal-machinery --partners 3 --size 20 --my-country AT --json",),
    *("role-models train --business textile --common horizontal --my-form hard --funding own",),
    *("role-models wine --country ES --json", "role-models astronomy"),
    *("outcomes", "outcomes --json", "outcomes --csv", "outcomes wine", "outcomes wine --json"),
    *("outcomes --country NO --csv", "outcomes --type vertical"),
    *("snapshots", "snapshots --json"),
)
#: Lines that are wrong usage, or ask for what is not there.
WRONG_LINES = (
    *("", "serch wine", "search --contry NO", "search --country XX", "search --page 0"),
    *("search --sort best", "search --results-min x", "search wine --per-page 1000"),
    *("search --results-min 5", "search --sort result", "search --results nothing"),
    *("role-models", "role-models --size 0 wine", "role-models --partners 1 wine"),
    *("role-models --goal zzz", "role-models --funding bank", "role-models --my-form firm"),
    *("outcomes --csv --json", "outcomes --country XX", "snapshots --use 000000000000"),
    *("new", "new bad_id", "new norway/metal-buyers", "new norway/x --kind nothing", "new ../x/y"),
    *("evaluate --profiles --publish", "evaluate --queries x.jsonl", "evaluate --split half"),
    *("evaluate {work}/nowhere", "build --model no-such-encoder --force", "build extra"),
    *("search wine --index {work}/nothing", "build --cases {work}/nothing", "serve --port 99999"),
    *("serve --workers 0", "snapshots --index {work}/nothing", "check --cases {work}/nothing"),
    *("outcomes --index {work}/nothing", "role-models x --index {work}/nothing"),
    *("glossary --cases {work}/nothing", "calibrate --index {work}/nothing", "--nothing"),
)
#: Lines over the real content and its index.
REAL_LINES = (
    *("check", "check --json", "search five wineries that want to sell abroad"),
    *("search viñedos que quieren exportar --json", "search furnitur exprt", "search --json"),
    *("search who pays the broker --json --per-page 30", "search nuclear submarines"),
    *("role-models we are five wineries and want to sell abroad --my-country AT",),
    *("role-models we are five wineries and want to sell abroad --my-country AT --json",),
    *("outcomes", "outcomes export --json", "outcomes --project exporting --csv"),
    *("evaluate --split all --json", "evaluate --split tune --profiles"),
    *("evaluate --split all --profiles --json", "snapshots --json"),
)
#: What is judged for the toy corpus.
FIRST_COLLECTION = "roy-1998"
TOY_QUERIES = (
    ("wine", "plain", {"france/wine-exporters": 2}),
    ("metal machines", "plain", {"norway/metal-buyers": 2}),
    ("textile export", "plain", {"norway/textile-exporters": 2, "spain/textile-training": 1}),
    ("training for textile firms", "plain", {"spain/textile-training": 2}),
    ("astronomy", "negative", {}),
    ("metl machines", "typo", {"norway/metal-buyers": 2}),
)


def write_lines(path: Path, rows: Iterable[object]) -> None:
    """Writes objects as JSON lines."""
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


def make_toy(checkout: Path, folder: Path, extras: Sequence[str]) -> Path:
    """A copy of the toy corpus with the real vocabulary and more files of the real content."""
    shutil.copytree(checkout / "tests" / "corpus", folder)
    for name in ("taxonomy.yaml", *extras):
        for source in (checkout / "cases" / name, judged_in(checkout / "cases") / name):
            if source.is_file():
                shutil.copy(source, folder / name)
    return folder


def judge_toy(folder: Path) -> None:
    """Gives a toy corpus judged queries and profiles."""
    both = ("tune", "test")
    common = {"persona": "owner", "language": "en", "need": "what it says"}
    write_lines(
        folder / "queries.jsonl",
        (
            {**common, "id": f"{split}-{at}", "split": split, "text": text, "kind": kind}
            | {"relevance": grades}
            for split in both
            for at, (text, kind, grades) in enumerate(TOY_QUERIES)
        ),
    )
    write_lines(
        folder / "profiles.jsonl",
        (
            {"id": f"{split}-{at}", "split": split, "persona": "owner", "need": "what it says"}
            | {"profile": {"aim": text, "partners": 3 + at}, "relevance": grades}
            for split in both
            for at, (text, _, grades) in enumerate(TOY_QUERIES)
            if grades
        ),
    )


def make_collection(folder: Path) -> Path:
    """A small collection in BEIR layout."""
    folder.mkdir()
    texts = {"d1": "Wine makers export to Japan.", "d2": "Metal firms buy machines together."}
    documents = [{"_id": name, "title": "", "text": text} for name, text in texts.items()]
    write_lines(folder / "corpus.jsonl", documents)
    asked = [{"_id": "q1", "text": "wine in Japan"}, {"_id": "q2", "text": "buying machines"}]
    write_lines(folder / "queries.jsonl", asked)
    rows = ["query-id\tcorpus-id\tscore", "q1\td1\t1", "q2\td2\t1"]
    (folder / "qrels.tsv").write_text("".join(f"{row}\n" for row in rows))
    return folder


def record_help(command: Command) -> None:
    """Records the help of every command that the help names."""
    listed = command.record("--help", kind="help").partition("Commands:")[2]
    command.record("--version", kind="help")
    for name in re.findall(r"^  ([a-z-]+)", listed, re.MULTILINE):
        command.record(f"{name} --help", kind="help")


def record_toy(command: Command, checkout: Path) -> tuple[Path, Path]:
    """Records the command over the bare toy corpus; returns its content and its index."""
    work = command.folder
    toy, index = make_toy(checkout, work / "toy", ()), work / "toy-index"
    settings = {"cases": toy, "index": index, "multilingual": "off"}

    def say(line: str, **more: object) -> str:
        filled = line.format(toy=toy, work=work)
        return command.record(filled, kind="toy", **{**settings, **more})

    say("search wine", name="before-the-first-build")
    say("build", name="the-first-build")
    for line in (*TOY_LINES, *WRONG_LINES):
        say(line)
    say("build --force --json")
    for number, (name, value) in enumerate(
        (("unknown", "1"), ("port", "x"), ("multilingual", "perhaps"), ("min_score", "7"))
    ):
        say("snapshots", name=f"wrong-setting-{number}", **{name: value})
    say("search wine --json", name="with-a-high-least-score", min_score=0.9)
    say("evaluate", name="evaluate-without-judged-queries")
    say("calibrate", name="calibrate-without-judged-queries")
    say("glossary", name="glossary-without-words")
    for line in ("check {broken}", "check {broken} --json", "check {broken}/across"):
        say(line.replace("{broken}", str(checkout / "tests" / "broken")))
    _record_changes(say, toy, command.recording)
    return toy, index


def _record_changes(say: Callable[..., str], toy: Path, recording: Recording) -> None:
    """Records building again after a change, going back, and new cases to fill in."""
    changed = toy / "norway" / "metal-buyers.md"
    before = changed.read_text("utf-8")
    changed.write_text(before.replace("They purchase", "Each year they purchase"), "utf-8")
    say("build --json", name="changed-build")
    say("snapshots", name="changed-snapshots")
    say("snapshots --use previous", name="changed-use-previous")
    say("snapshots --use previous", name="changed-use-previous-again")
    changed.write_text(before, "utf-8")
    say("build", name="changed-back-build")
    say("new norway/boat-builders --title 'Three boat builders share a mould'")
    say("new norway/boat-builders", name="new-again")
    say("new guides/boats --kind guide")
    say("new international/boats --kind programme --country NO")
    for path in ("norway/boat-builders", "guides/boats", "international/boats"):
        say(f"check {toy / path}.md")
        record_file(recording, "toy", toy / f"{path}.md", name=f"new-{path.replace('/', '-')}")
        (toy / f"{path}.md").unlink()


def record_file(recording: Recording, kind: str, path: Path, name: str = "") -> None:
    """Records what a command wrote."""
    text = recording.scrub(path.read_text("utf-8"))
    parsed = _as_json(text) if path.suffix == ".json" else None
    recording.write(kind, f"written-{name or path.stem}", text if parsed is None else parsed)


def record_rich_toy(command: Command, checkout: Path) -> None:
    """Records what needs judged queries, weights or words of other languages."""
    work = command.folder
    extras = ("calibration.json", "glossary.yaml", "glossary-forms.json")
    toy = make_toy(checkout, work / "rich", extras)
    judge_toy(toy)
    collection = make_collection(work / "collection")
    settings = {"cases": toy, "index": work / "rich-index"}
    for line in (
        *("build", "search viinin vienti --json", "search exportación de vino --json"),
        *("search wine --json", "role-models wine export --json", "evaluate --json"),
        *("evaluate --split all", "evaluate --split tune --json", "evaluate --profiles"),
        *("evaluate --profiles --split all --json", f"evaluate {collection} --json"),
        *("evaluate --publish", "calibrate", "build --json"),
    ):
        command.record(line, kind="toy-judged", **settings)
    for name in ("relevance.json", "calibration.json"):
        record_file(command.recording, "toy-judged", toy / name)


def record_real(command: Command, checkout: Path, index: Path) -> None:
    """Records the command over the real content; what it writes goes into a copy."""
    content = checkout / "cases"
    for line in REAL_LINES:
        command.record(line, kind="real", cases=content, index=index)
    copied = command.folder / "copy"
    shutil.copytree(content, copied)
    for line in ("evaluate --publish", "calibrate", "glossary"):
        command.record(line, kind="real", cases=copied, index=index)
    judged = judged_in(copied)
    for path in (
        *(judged / "relevance.json", judged / "calibration.json"),
        copied / "glossary-forms.json",
    ):
        record_file(command.recording, "real", path)


# --- Recording ------------------------------------------------------------------------------


def record_sites(command: Command, checkout: Path, index: Path, toy_index: Path) -> None:
    """Records every site: over the real content, with a public address, small, and empty."""
    content, tell = checkout / "cases", command.recording.tell
    with Site(command, "real", cases=content, index=index) as site:
        given = read_material(site, content)
        tell("the site's API …")
        record_api(site, given)
        tell("pages …")
        record_pages(site, given)
        tell("errors …")
        record_errors(site, given)
    tell("sites with a public address, of the toy corpus, and without a snapshot …")
    public = {"site_url": "https://networks.example/", "contribute_url": "https://git.example/kb"}
    with Site(command, "public", cases=content, index=index, **public) as site:
        one = given.cases[0]
        paths = ["/", "/about", "/search?q=wine", f"/cases/{one}", f"/flyers/{one}", "/sitemap.xml"]
        paths += [f"/api/v1/cases/{one}", "/robots.txt", f"/flyers/{one}.pdf", "/guides"]
        site.record_all("public-site", [*paths, "/api/v1/search?q=wine", "/api/v1/openapi.json"])
    with Site(command, "toy", index=toy_index, multilingual="off") as site:
        record_small_site(site, "toy-site")
    with Site(command, "empty", index=command.folder / "nothing-built") as site:
        record_small_site(site, "empty-site")


def record(out: Path, words: Sequence[str], checkout: Path, index: Path | None) -> None:
    """Records everything of one checkout into an empty folder."""
    if out.exists() and any(out.iterdir()):
        raise SystemExit(f"{out} must be empty or not exist")
    recording = Recording(out)
    with tempfile.TemporaryDirectory(prefix="record-answers-") as folder:
        work = Path(folder).resolve()
        command = Command(words, work, recording)
        built = (index or work / "index").resolve()
        for path, name in ((work, "{work}"), (checkout, "{checkout}"), (built, "{index}")):
            recording.scrub.learn(str(path), name)
        recording.tell("building the index of the real content …")
        # Answers are compared over time on the collection that does not grow.
        has_own = judged_in(checkout / "cases") != checkout / "cases"
        alone = ["--collection", FIRST_COLLECTION] if has_own else []
        done = command.run(["build", "--json", *alone], cases=checkout / "cases", index=built)
        if done.returncode:
            raise SystemExit(f"the index could not be built: {done.stderr}")
        recording.scrub.learn_snapshots(done.stdout)
        recording.tell("help, and commands over the toy corpus …")
        record_help(command)
        _, toy_index = record_toy(command, checkout)
        recording.tell("commands over the judged toy corpus …")
        record_rich_toy(command, checkout)
        recording.tell("commands over the real content …")
        record_real(command, checkout, built)
        record_sites(command, checkout, built, toy_index)
    for kind, count in sorted(recording.counts.items()):
        print(f"{kind:<18}{count:>6}")
    print(f"{'all':<18}{recording.counts.total():>6}")
    print(f"{time.perf_counter() - recording.started:.0f} seconds")


# --- Comparing ------------------------------------------------------------------------------


@dataclass
class Group:
    """Differences that are the same change: how many, and one of them."""

    count: int = 0
    file: str = ""
    before: str = ""
    after: str = ""
    files: set[str] = field(default_factory=set)


@dataclass
class Comparison:
    """What two recordings have in common and where they differ."""

    tolerance: float
    ignore_added: bool
    tallies: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    groups: dict[tuple[str, ...], Group] = field(default_factory=lambda: defaultdict(Group))
    added: Counter[str] = field(default_factory=Counter)
    single: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def note(self, key: tuple[str, ...], file: str, before: object, after: object) -> None:
        """Adds one difference to its group."""
        group = self.groups[key]
        group.count += 1
        group.files.add(file)
        if group.count == 1:
            group.file, group.before, group.after = file, _short(before), _short(after)

    def files(self, before: Path, after: Path) -> None:
        """Compares the files of two recordings."""
        names = [_files(folder) for folder in (before, after)]
        for name in sorted(names[0] | names[1]):
            if name not in names[1]:
                found = "only in A"
            elif name not in names[0]:
                found = "only in B"
            else:
                is_same = self._file(name, before / name, after / name)
                found = "same" if is_same else "different"
            self.tallies[name.partition("/")[0]][found] += 1
            if found.startswith("only"):
                self.single[found].append(name)

    def _file(self, name: str, before: Path, after: Path) -> bool:
        texts = [path.read_text("utf-8") for path in (before, after)]
        if texts[0] == texts[1]:
            return True
        known = sum(group.count for group in self.groups.values())
        if name.endswith(".json"):
            self._values(name, "", *map(json.loads, texts))
        else:
            self._lines(name, *(text.split("\n") for text in texts))
        return known == sum(group.count for group in self.groups.values())

    def _values(self, file: str, path: str, before: Any, after: Any) -> None:
        kind = file.partition("/")[0]
        if isinstance(before, dict) and isinstance(after, dict):
            self._objects(file, path, before, after)
        elif isinstance(before, list) and isinstance(after, list):
            if len(before) != len(after):
                counted = f"{len(before)} items", f"{len(after)} items"
                self.note((kind, "length", f"{path}[]"), file, *counted)
            for one, other in zip(before, after, strict=False):
                self._values(file, f"{path}[]", one, other)
        elif not self._equal(before, after):
            self.note((kind, "value", path), file, before, after)

    def _objects(self, file: str, path: str, before: dict, after: dict) -> None:
        kind = file.partition("/")[0]
        for name in sorted({*before, *after}):
            inner = f"{path}.{name}"
            if name not in after:
                self.note((kind, "only in A", inner), file, before[name], "")
            elif name in before:
                self._values(file, inner, before[name], after[name])
            elif self.ignore_added:
                self.added[kind] += 1
            else:
                self.note((kind, "only in B", inner), file, "", after[name])

    def _equal(self, before: object, after: object) -> bool:
        if type(before) is bool or type(after) is bool:
            return before is after
        if isinstance(before, int | float) and isinstance(after, int | float):
            scale = max(1.0, abs(before), abs(after)) if self._has_float(before, after) else 0
            return abs(before - after) <= self.tolerance * scale
        return type(before) is type(after) and before == after

    @staticmethod
    def _has_float(*numbers: float) -> bool:
        return any(isinstance(number, float) for number in numbers)

    def _lines(self, file: str, before: Sequence[str], after: Sequence[str]) -> None:
        kind = file.partition("/")[0]
        matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
        for tag, a, a_end, b, b_end in matcher.get_opcodes():
            if tag == "equal":
                continue
            pairs = itertools.zip_longest(before[a:a_end], after[b:b_end], fillvalue="{nothing}")
            for old, new in pairs:
                self.note((kind, "line", old, new), file, old, new)

    @property
    def differs(self) -> bool:
        """Whether anything differs that is not to be ignored."""
        counted = ["different", "only in A"] + ([] if self.ignore_added else ["only in B"])
        return any(tally[name] for tally in self.tallies.values() for name in counted)

    def show(self, most: int) -> None:
        """Prints the counts of each kind, then the groups of differences, the largest first."""
        columns = ("same", "different", "only in A", "only in B")
        print(f"{'':<18}" + "".join(f"{name:>11}" for name in columns))
        for kind, tally in sorted(self.tallies.items()):
            print(f"{kind:<18}" + "".join(f"{tally[name]:>11}" for name in columns))
        for found, files in self.single.items():
            more = f" and {len(files) - most} more" if len(files) > most else ""
            print(f"\n{found}: {', '.join(files[:most])}{more}")
        if self.added:
            print(f"\nignored, since only B has the key: {self.added.total()} values")
        by_kind: dict[str, list[tuple[tuple[str, ...], Group]]] = defaultdict(list)
        for key, group in sorted(self.groups.items(), key=lambda item: -item[1].count):
            by_kind[key[0]].append((key, group))
        for kind, rows in sorted(by_kind.items()):
            print(f"\n{kind}: {len(rows)} changes")
            for key, group in rows[:most]:
                _show_group(key, group)
            if len(rows) > most:
                print(f"  … and {len(rows) - most} changes more")


def _show_group(key: tuple[str, ...], group: Group) -> None:
    where = f"  {key[2]}" if key[1] != "line" else ""
    print(f"  {group.count} × in {len(group.files)} files  {key[1]}{where}  ({group.file})")
    print(f"      A {group.before}\n      B {group.after}")


def _short(value: object) -> str:
    text = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 240 else f"{text[:237]}…"


def _files(folder: Path) -> set[str]:
    if not folder.is_dir():
        raise SystemExit(f"{folder} is no recording")
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.*") if path.is_file()}


# --- The command line -----------------------------------------------------------------------


def main() -> int:
    """Records, or compares; 1 where two recordings differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="action", required=True)
    making = commands.add_parser("record", help="record one checkout into an empty folder")
    making.add_argument("out", type=Path, metavar="OUT")
    making.add_argument("--kb", metavar="CMD", help="the kb command (default: beside this Python)")
    making.add_argument("--checkout", type=Path, default=ROOT, metavar="DIR", help="whose content")
    making.add_argument(
        "--index", type=Path, metavar="DIR", help="use an index folder, and keep it"
    )
    setting = commands.add_parser("compare", help="compare two recordings")
    setting.add_argument("before", type=Path, metavar="A")
    setting.add_argument("after", type=Path, metavar="B")
    setting.add_argument("--float-tolerance", type=float, default=1e-4)
    setting.add_argument(
        "--ignore-added", action="store_true", help="count what only B has, and let it pass"
    )
    setting.add_argument("--most", type=int, default=40, help="changes shown of each kind")
    options = parser.parse_args()
    if options.action == "record":
        words = shlex.split(options.kb) if options.kb else [str(Path(sys.executable).parent / "kb")]
        record(options.out, words, options.checkout.resolve(), options.index)
        return 0
    comparison = Comparison(options.float_tolerance, options.ignore_added)
    comparison.files(options.before, options.after)
    comparison.show(options.most)
    return 1 if comparison.differs else 0


if __name__ == "__main__":
    sys.exit(main())
