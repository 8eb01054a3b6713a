"""Settings: one row each, read from the environment once.

The rows feed the command line, the README's table (compared in a test) and the
site. Order of precedence: explicit argument, environment, default.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from ipaddress import ip_address, ip_network
from math import isfinite
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kb.errors import SettingError
from kb.logs import FORMS, TEXT


def _whole(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text.strip()):
        raise ValueError(text)  # int() takes 1_0 and the digits of every script
    return int(text)


def _number(text: str) -> float:
    if not text.isascii() or "_" in text:
        raise ValueError(text)
    return float(text)


#: How a switch is written: as it is told here, then as other programs have it.
_SWITCHES = {
    **dict.fromkeys(("on", "true", "yes", "1"), True),
    **dict.fromkeys(("off", "false", "no", "0"), False),
}


def _switch(text: str) -> bool:
    return _SWITCHES[text.strip().lower()]


#: What keeps repositories; each has a page of its own for a new file.
GITHUB, GITEA, FORGEJO, GITLAB = FORGES = ("github", "gitea", "forgejo", "gitlab")
#: Beginnings of hosts, and whole hosts, that say by what they are kept.
_HOSTS = {
    **{f"{kind}.": kind for kind in FORGES},
    "codeberg.org": FORGEJO,
}
#: The most characters of the name of who runs the site.
MAX_NAME = 120
#: The most characters of what an operator adds to /privacy, and of the name of an office.
MAX_WORDS, MAX_OFFICE = 20_000, 300
_DEVICE = re.compile(r"cpu|mps|cuda(:\d{1,2})?")
_MAIL = re.compile(r"[^\s@<>,;:/]+@[^\s@<>,;:/]+\.[^\s@<>,;:/]+")


def _name(text: str) -> str:
    text = text.strip()
    if len(text) > MAX_NAME or not text.isprintable():
        raise ValueError(text)
    return text


def _contact(text: str) -> str:
    text = text.strip()
    if text and not _is_contact(text):
        raise ValueError(text)
    return text


def _is_contact(text: str) -> bool:
    return _is_page(text) or bool(_MAIL.fullmatch(text))


def _is_page(text: str) -> bool:
    """Whether it is the whole address of a page; a port that is none raises ``ValueError``."""
    page = urlsplit(text)
    is_page = page.scheme in ("https", "http") and page.hostname and page.port != 0
    return bool(is_page and text.isprintable() and " " not in text)


def _office(text: str) -> str:
    text = text.strip()
    is_told = not text or _is_contact(text.rpartition(" ")[2])
    if len(text) > MAX_OFFICE or not text.isprintable() or not is_told:
        raise ValueError(text)
    return text


def _words(text: str) -> str:
    """What stands in a file; nothing where none is named."""
    name = text.strip()
    if not name:
        return ""
    try:
        with Path(name).open(encoding="utf-8-sig") as file:
            words = file.read(MAX_WORDS + 1)
    except UnicodeDecodeError as err:
        raise _Wrong("it is no text in UTF-8") from err
    except OSError as err:
        raise _Wrong((err.strerror or str(err)).lower()) from err
    if len(words) > MAX_WORDS:
        raise _Wrong(f"it has more than {MAX_WORDS:,} characters")
    return words.strip()


def _web_page(text: str) -> str:
    text = text.strip().rstrip("/")
    page = urlsplit(text)
    if text and not (_is_page(text) and not page.query and not page.fragment):
        raise ValueError(text)
    return text


def _any_page(text: str) -> str:
    text = text.strip()
    if text and not _is_page(text):
        raise ValueError(text)
    return text


#: The parts of a path that need no code in an address, and never lead up.
_PART = r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*"


class _Wrong(ValueError):
    """Why a value is not understood, to be said after what is allowed."""


def mount(path: str) -> str:
    """The path under which a site stands, as links begin with it: ``/compendium``, or nothing.

    Raises:
        ValueError: it is none; says why.
    """
    if path and not path.startswith("/"):
        raise _Wrong("it does not begin with a slash")
    if "//" in path:
        raise _Wrong("it has two slashes in a row")
    if {".", ".."} & set(path.split("/")):
        raise _Wrong("it has dots that lead elsewhere")
    path = path.rstrip("/")
    if not re.fullmatch(f"(/{_PART})*", path):
        raise _Wrong(
            "each part of its path may hold letters from a to z, digits, and - _ ~ and ., and "
            "does not begin with a dot"
        )
    return path


def _front_page(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    address = urlsplit(text)
    if address.scheme not in ("https", "http") or not address.hostname or not text.isprintable():
        raise _Wrong("it does not begin with https:// and a host")
    for sign, name in (("?", "a query"), ("#", "a fragment")):
        if sign in text:
            raise _Wrong(f"it has {name}")
    if "@" in address.netloc:
        raise _Wrong("it has a user")
    if address.port == 0 or not host_name(address.hostname):
        raise _Wrong(f"{address.netloc} is no host")
    return f"{address.scheme}://{address.netloc}{mount(address.path)}"


def host_name(text: str) -> str:
    """The name of a host as requests have it: in small letters, of ASCII; empty where it is none.

    An address is written as ``ipaddress`` writes it, without brackets.
    """
    try:
        return str(ip_address(text.strip("[]")))
    except ValueError:
        pass
    try:
        name = text.lower().rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    return name if re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", name) else ""


def _hosts(text: str) -> tuple[str, ...]:
    names = []
    for given in re.findall(r"[^\s,]+", text):
        name = host_name(given.removeprefix("."))
        if not name:
            raise _Wrong(f"{given} is none")
        names.append(f".{name}" if given.startswith(".") else name)
    return tuple(names)


#: What names the proxies that speak over a socket in a folder, which has no address.
UNIX = "unix"


def _networks(text: str) -> tuple[str, ...]:
    named = []
    for given in re.findall(r"[^\s,]+", text):
        try:
            named.append(UNIX if given.lower() == UNIX else str(ip_network(given)))
        except ValueError as err:
            raise _Wrong(str(err)) from err
    return tuple(named)


def _forge_kind(text: str) -> str:
    text = text.strip().lower()
    if text not in ("", *FORGES):
        raise ValueError(text)
    return text


def _branch(text: str) -> str:
    text = text.strip()
    if not re.fullmatch(r"[^\s~^:?*\[\\]+", text) or ".." in text:
        raise ValueError(text)
    return text


def _folder(text: str) -> str:
    text = text.strip().strip("/")
    if text and not all(re.fullmatch(r"[\w][\w.-]*", part) for part in text.split("/")):
        raise ValueError(text)
    return text


def _source(text: str) -> str:
    text = text.strip()
    if not text.isprintable() or text.startswith("-"):
        raise ValueError(text)
    return text


def _form_of_log(text: str) -> str:
    text = text.strip().lower()
    if text not in FORMS:
        raise ValueError(text)
    return text


def _port_or_none(text: str) -> int | None:
    return _whole(text) if text.strip() else None


def _own_address(text: str) -> str:
    if not host_name(text):
        raise ValueError(text)
    return text


def _device(text: str) -> str:
    text = text.strip().lower()
    if not _DEVICE.fullmatch(text):
        raise ValueError(text)
    return text


def _engine(text: str) -> str:
    text = text.strip()
    if text and urlsplit(text).scheme not in ("postgresql", "postgres"):
        raise ValueError(text)
    return text


def _model(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError(text)
    return text


#: Why there can be no folder of a name, whatever is made.
_NO_FOLDER = {
    errno.ENAMETOOLONG: "its name is too long",
    errno.ELOOP: "its links lead in a circle",
}


def _path(text: str) -> Path:
    """A folder, which need not be there yet; something else may not be there in its place."""
    if not text.strip():
        raise ValueError(text)
    path = Path(text)
    try:
        if not path.is_dir() and path.exists():
            raise _Wrong("it is a file")
        path.stat()
    except OSError as err:
        if err.errno == errno.ENOTDIR:
            file = next(one for one in path.parents if one.exists())
            raise _Wrong(f"{file} is a file") from err
        if err.errno in _NO_FOLDER:
            raise _Wrong(_NO_FOLDER[err.errno]) from err
    return path


@dataclass(frozen=True, slots=True)
class Row:
    """One setting: its name, default, reader, what it must be, and what it is for."""

    name: str
    default: str
    read: Callable[[str], Any]
    must_be: str
    help: str
    least: float | None = None
    most: float | None = None

    @property
    def variable(self) -> str:
        """The environment variable."""
        return f"KB_{self.name.upper()}"


ROWS: tuple[Row, ...] = (
    Row("cases", "cases", _path, "a folder", "Folder of the cases"),
    Row(
        "source",
        "",
        _source,
        "a folder or the address of a repository",
        "Where 'kb update' takes content from: a folder, or a repository of git",
    ),
    Row(
        "source_branch",
        "",
        lambda text: _branch(text) if text.strip() else "",
        "empty or the name of a branch or tag",
        "Branch or tag of that repository; empty for the one that it shows first",
    ),
    Row(
        "source_folder",
        "",
        _folder,
        "the path of a folder in the source, without ..",
        "Folder of the cases in the source; empty where they stand at its top or in cases",
    ),
    Row("index", "index", _path, "a folder", "Folder of the built snapshots"),
    Row(
        "model",
        "all-MiniLM-L6-v2",
        _model,
        "a name or a folder",
        "Encoder: the packaged default, any sentence-transformers name, or a folder",
    ),
    Row(
        "revision",
        "",
        lambda text: _branch(text) if text.strip() else "",
        "empty or the name of a branch or tag, or the number of a commit",
        "Revision of an encoder that comes from a hub",
    ),
    Row(
        "multilingual",
        "on",
        _switch,
        "on or off",
        "Second encoder, for other languages: about 125 MB of memory in each worker",
    ),
    Row(
        "min_score",
        "0.30",
        _number,
        "a number from -1 to 1",
        "Least cosine at which a case counts as found, for an encoder without a calibration",
        least=-1,
        most=1,
    ),
    Row("batch_size", "16", _whole, "a whole number of at least 1", "Passages per batch", least=1),
    Row(
        "device",
        "cpu",
        _device,
        "cpu, cuda, cuda:1 and so on, or mps",
        "What encodes many passages in a build: the processor, or a graphics card",
    ),
    Row(
        "keep_snapshots",
        "3",
        _whole,
        "a whole number of at least 1",
        "How many snapshots to keep; what is served and what was before it in any case",
        least=1,
    ),
    Row(
        "engine",
        "",
        _engine,
        "empty or the address of a PostgreSQL server, postgresql://user@host/database",
        "What is searched lies in the snapshots; with the address of a PostgreSQL server, there",
    ),
    Row("host", "127.0.0.1", str, "an address", "Address that the site listens on"),
    Row(
        "port",
        "8000",
        _whole,
        "a whole number from 0 to 65535",
        "Port of the site",
        least=0,
        most=65535,
    ),
    Row(
        "workers",
        "2",
        _whole,
        "a whole number from 1 to 64",
        "Web worker processes",
        least=1,
        most=64,
    ),
    Row(
        "client_rate",
        "20",
        _number,
        "a number of at least 0",
        "Costly requests a second (searches, comparisons, files, assistants) that one client may "
        "go on making; 0 for no limit",
        least=0,
    ),
    Row(
        "language",
        "en",
        str,
        "the code of a language",
        "Language of the pages that are translated into it; the others stay English",
    ),
    Row(
        "site_url",
        "",
        _front_page,
        "empty or the address of the front page, such as https://host or https://host/path",
        "Public address of the front page, its path included: of every link, and the one host "
        "that is answered",
    ),
    Row(
        "hosts",
        "",
        _hosts,
        "names of hosts without ports, with commas between them; .host for all below one",
        "Further hosts under which the site is asked for; localhost always is",
    ),
    Row(
        "trusted_proxies",
        "",
        _networks,
        f"addresses or networks, such as 10.0.0.0/8, with commas between them; or {UNIX}",
        "Proxies of which the headers Forwarded and X-Forwarded-… are believed; of others, none",
    ),
    Row(
        "contribute_url",
        "",
        _any_page,
        "empty or the URL of a page, such as https://github.com/org/repo",
        "Where the repository is, for the links that invite contributions",
    ),
    Row(
        "forge",
        "",
        _web_page,
        "empty or the URL of a repository, such as https://github.com/org/repo",
        "Repository in whose “new file” page a case that was written on the site can be opened",
    ),
    Row(
        "forge_kind",
        "",
        _forge_kind,
        f"empty or one of {', '.join(FORGES)}",
        "What the repository of KB_FORGE is kept by, where its address does not say",
    ),
    Row(
        "forge_branch",
        "main",
        _branch,
        "the name of a branch",
        "Branch of that repository which changes are proposed to",
    ),
    Row(
        "forge_cases",
        "cases",
        _folder,
        "the path of a folder in the repository, without ..",
        "Folder of the cases in that repository",
    ),
    Row(
        "operator",
        "",
        _name,
        f"a name of at most {MAX_NAME} characters in one line",
        "Who runs the site, for the foot of every page; without it there is no such line",
    ),
    Row(
        "contact",
        "",
        _contact,
        "an e-mail address or the URL of a page",
        "Where who runs the site can be reached, beside the name",
    ),
    Row(
        "privacy",
        "",
        _words,
        f"empty or a file of text or Markdown in UTF-8 with at most {MAX_WORDS:,} characters",
        "File with what who runs the site adds to /privacy in their own words; read at the start",
    ),
    Row(
        "enforcement",
        "",
        _office,
        f"a name of at most {MAX_OFFICE} characters in one line, and last a page or e-mail address",
        "Office to turn to, for /accessibility, where no answer comes: its name, and last its page "
        "or e-mail address",
    ),
    Row(
        "log",
        TEXT,
        _form_of_log,
        " or ".join(FORMS),
        "How the lines are written that the site leaves on standard error: text, or json",
    ),
    Row(
        "log_requests",
        "off",
        _switch,
        "on or off",
        "A line for each request, without what was asked for and without who asked",
    ),
    Row(
        "log_clients",
        "off",
        _switch,
        "on or off",
        "The address of who asked, in the line of each request: personal data in many countries",
    ),
    Row(
        "metrics_port",
        "",
        _port_or_none,
        "empty or a whole number from 1 to 65535",
        "Port at which Prometheus reads figures of the running site; without it there are none",
        least=1,
        most=65535,
    ),
    Row(
        "metrics_host",
        "127.0.0.1",
        _own_address,
        "an address",
        "Address of that port; it is for no reader, so keep it inside",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one run; see ``ROWS`` for what each one means."""

    cases: Path
    source: str
    source_branch: str
    source_folder: str
    index: Path
    model: str
    revision: str
    multilingual: bool
    min_score: float
    batch_size: int
    device: str
    keep_snapshots: int
    engine: str = field(repr=False)  # its password is shown nowhere
    host: str
    port: int
    workers: int
    client_rate: float
    language: str
    site_url: str
    hosts: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    contribute_url: str
    forge: str
    forge_kind: str
    forge_branch: str
    forge_cases: str
    operator: str
    contact: str
    privacy: str
    enforcement: str
    log: str
    log_requests: bool
    log_clients: bool
    metrics_port: int | None
    metrics_host: str

    @property
    def contact_address(self) -> str:
        """The contact as a link: a page as it is, an e-mail address with its scheme."""
        return _address_of(self.contact)

    @property
    def office(self) -> str:
        """The name of the office that sees to accessible websites; empty where only a page is."""
        name, _, last = self.enforcement.rpartition(" ")
        return name.rstrip(" ,:;(") if _is_contact(last) else self.enforcement

    @property
    def office_contact(self) -> str:
        """The page or e-mail address of that office; empty where none is told."""
        last = self.enforcement.rpartition(" ")[2]
        return last if _is_contact(last) else ""

    @property
    def office_address(self) -> str:
        """The same as a link."""
        return _address_of(self.office_contact)


def _address_of(contact: str) -> str:
    return f"mailto:{contact}" if "@" in contact.partition("/")[0] else contact


def read_settings(environ: Mapping[str, str], **explicit: object) -> Settings:
    """Read every setting: explicit values first, then the environment, then defaults.

    Args:
        environ: the environment, usually ``os.environ``.
        **explicit: values that win over the environment; None means not given.

    Raises:
        SettingError: a value cannot be understood; names variable, value and
            what it must be. An unknown ``KB_`` variable is refused as well.
    """
    known = {row.variable for row in ROWS}
    for variable in sorted(environ):
        if variable.startswith("KB_") and variable not in known:
            near = ", ".join(get_close_matches(variable, sorted(known), n=3, cutoff=0))
            raise SettingError(
                f"The environment variable {variable} is not a setting. The nearest are {near}. "
                "The README lists every setting, under Settings."
            )
    values = {}
    for row in ROWS:
        given = explicit.get(row.name)
        text = str(given) if given is not None else environ.get(row.variable, row.default)
        values[row.name] = _read(row, text)
    if values["forge"] and not values["forge_kind"]:
        values["forge_kind"] = _kind_of_forge(values["forge"])
    if values["log_clients"] and not values["log_requests"]:
        raise SettingError(
            "KB_LOG_CLIENTS must be off where KB_LOG_REQUESTS is off, as no line is written that "
            "could hold an address. Set KB_LOG_REQUESTS to on, or KB_LOG_CLIENTS to off."
        )
    if values["metrics_port"] is not None and values["metrics_port"] == values["port"]:
        raise SettingError(
            f"KB_METRICS_PORT must be another port than KB_PORT, not {values['port']} for both."
        )
    return Settings(**values)


def _kind_of_forge(address: str) -> str:
    """What a repository is kept by, as its address says.

    Raises:
        SettingError: it does not say.
    """
    host = urlsplit(address).hostname or ""
    kind = next((kind for begin, kind in _HOSTS.items() if f"{host}.".startswith(begin)), "")
    if not kind:
        raise SettingError(
            f"KB_FORGE_KIND must be given, as KB_FORGE does not say by what {host} is kept; it is "
            f"one of {', '.join(FORGES)}."
        )
    return kind


#: A password in an address, or in the words that stand for one; no address of mail has one.
_PASSWORD = re.compile(r"(?<!mailto:)(?<=:)(?!/)\S+(?=@)|(?<=password=)[^\s&]+", re.IGNORECASE)


#: The most characters of a value, or of what is said of it, that a message holds; of what has more
#: it has so many.
_SHOWN, _BEGINNING = 400, 150


def shown(value: str) -> str:
    """A value as messages have it: in quotes, without a password, and not endless."""
    if len(value) > _SHOWN:
        may_be_secret = "@" in value or "password=" in value.lower()
        beginning = repr("" if may_be_secret else value[:_BEGINNING])
        return f"{beginning[:-1]}…{beginning[-1]} ({len(value):,} characters)"
    return repr(_PASSWORD.sub("…", value))


def _read(row: Row, text: str) -> object:
    try:
        value = row.read(text)
        outside = value is not None and (
            (row.least is not None and value < row.least)
            or (row.most is not None and value > row.most)
        )
    except _Wrong as err:
        why = str(err) if len(str(err)) <= _SHOWN else f"{str(err)[:_BEGINNING]}…"
        told = f"{row.variable} must be {row.must_be}, not {shown(text)}: {why}."
        raise SettingError(told) from err
    except (ValueError, KeyError) as err:
        raise SettingError(f"{row.variable} must be {row.must_be}, not {shown(text)}.") from err
    if outside or (isinstance(value, float) and not isfinite(value)):
        raise SettingError(f"{row.variable} must be {row.must_be}, not {shown(text)}.")
    return value
