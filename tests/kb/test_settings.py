"""Settings: one table, read once, with plain messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.errors import SettingError
from kb.settings import MAX_WORDS, ROWS, Settings, read_settings, shown

DEFAULTS = {
    "cases": Path("cases"),
    "source": "",
    "source_branch": "",
    "source_folder": "",
    "index": Path("index"),
    "model": "all-MiniLM-L6-v2",
    "revision": "",
    "multilingual": True,
    "min_score": 0.3,
    "batch_size": 16,
    "device": "cpu",
    "keep_snapshots": 3,
    "engine": "",
    "host": "127.0.0.1",
    "port": 8000,
    "workers": 2,
    "client_rate": 20.0,
    "language": "en",
    "site_url": "",
    "hosts": (),
    "trusted_proxies": (),
    "contribute_url": "",
    "forge": "",
    "forge_kind": "",
    "forge_branch": "main",
    "forge_cases": "cases",
    "operator": "",
    "contact": "",
    "privacy": "",
    "enforcement": "",
    "log": "text",
    "log_requests": False,
    "log_clients": False,
    "metrics_port": None,
    "metrics_host": "127.0.0.1",
}


#: Variable, its text, the setting, its value.
GOOD = [
    ("KB_CASES", "/srv/a b/cases", "cases", Path("/srv/a b/cases")),
    ("KB_SOURCE", " https://x.example/r.git ", "source", "https://x.example/r.git"),
    ("KB_SOURCE_BRANCH", "v1", "source_branch", "v1"),
    ("KB_SOURCE_FOLDER", "/content/", "source_folder", "content"),
    ("KB_INDEX", "./index", "index", Path("index")),
    ("KB_MODEL", "intfloat/e5-small", "model", "intfloat/e5-small"),
    ("KB_REVISION", "abc123", "revision", "abc123"),
    ("KB_MULTILINGUAL", "on", "multilingual", True),
    ("KB_MULTILINGUAL", " OFF ", "multilingual", False),
    ("KB_MULTILINGUAL", "False", "multilingual", False),
    ("KB_MULTILINGUAL", "1", "multilingual", True),
    ("KB_MULTILINGUAL", " Yes ", "multilingual", True),
    ("KB_MULTILINGUAL", "0", "multilingual", False),
    ("KB_MULTILINGUAL", "no", "multilingual", False),
    ("KB_MIN_SCORE", "-1", "min_score", -1.0),
    ("KB_MIN_SCORE", "1", "min_score", 1.0),
    ("KB_MIN_SCORE", " .25 ", "min_score", 0.25),
    ("KB_BATCH_SIZE", "1", "batch_size", 1),
    ("KB_DEVICE", " CUDA:1 ", "device", "cuda:1"),
    ("KB_DEVICE", "mps", "device", "mps"),
    ("KB_KEEP_SNAPSHOTS", "1", "keep_snapshots", 1),
    ("KB_ENGINE", " postgresql://kb@db/kb ", "engine", "postgresql://kb@db/kb"),
    ("KB_ENGINE", "postgres://one,two/kb", "engine", "postgres://one,two/kb"),
    ("KB_HOST", "::1", "host", "::1"),
    ("KB_PORT", "0", "port", 0),
    ("KB_WORKERS", "12", "workers", 12),
    ("KB_CLIENT_RATE", "0", "client_rate", 0.0),
    ("KB_LANGUAGE", "fr", "language", "fr"),
    ("KB_SITE_URL", "https://kb.example", "site_url", "https://kb.example"),
    ("KB_SITE_URL", " https://kb.example/ ", "site_url", "https://kb.example"),
    ("KB_SITE_URL", "http://[::1]:8000/a-b/c_1.2/", "site_url", "http://[::1]:8000/a-b/c_1.2"),
    ("KB_SITE_URL", "", "site_url", ""),
    ("KB_HOSTS", "Kb.example., .möbel.example", "hosts", ("kb.example", ".xn--mbel-5qa.example")),
    ("KB_HOSTS", "192.0.2.1 [2001:DB8::1]", "hosts", ("192.0.2.1", "2001:db8::1")),
    (
        "KB_TRUSTED_PROXIES",
        "192.0.2.1, 10.0.0.0/8 fd00::/8, UNIX",
        "trusted_proxies",
        ("192.0.2.1/32", "10.0.0.0/8", "fd00::/8", "unix"),
    ),
    ("KB_CONTRIBUTE_URL", "https://x.example/r", "contribute_url", "https://x.example/r"),
    ("KB_CONTRIBUTE_URL", " https://x.example/r?a#b ", "contribute_url", "https://x.example/r?a#b"),
    ("KB_CONTRIBUTE_URL", "", "contribute_url", ""),
    ("KB_OPERATOR", " Seed Guild of Ostreval ", "operator", "Seed Guild of Ostreval"),
    ("KB_FORGE_BRANCH", "release/2", "forge_branch", "release/2"),
    ("KB_FORGE_CASES", "/content/cases/", "forge_cases", "content/cases"),
    ("KB_FORGE_CASES", "", "forge_cases", ""),
    ("KB_FORGE_KIND", " GitLab ", "forge_kind", "gitlab"),
    ("KB_LOG", " JSON ", "log", "json"),
    ("KB_LOG_REQUESTS", "on", "log_requests", True),
    ("KB_METRICS_PORT", "9464", "metrics_port", 9464),
    ("KB_METRICS_PORT", " ", "metrics_port", None),
    ("KB_METRICS_HOST", "::1", "metrics_host", "::1"),
    ("KB_CONTACT", "desk@guild.example", "contact", "desk@guild.example"),
    ("KB_CONTACT", "https://guild.example/desk", "contact", "https://guild.example/desk"),
    ("KB_PRIVACY", " ", "privacy", ""),
    ("KB_ENFORCEMENT", " Ombud, https://a.example ", "enforcement", "Ombud, https://a.example"),
]

_SITE_URL = (
    "KB_SITE_URL must be empty or the address of the front page, such as https://host or "
    "https://host/path, not"
)
_PART = (
    "each part of its path may hold letters from a to z, digits, and - _ ~ and ., and does not "
    "begin with a dot"
)
_HOSTS = (
    "KB_HOSTS must be names of hosts without ports, with commas between them; .host for all below "
    "one, not"
)
_PROXIES = (
    "KB_TRUSTED_PROXIES must be addresses or networks, such as 10.0.0.0/8, with commas between "
    "them; or unix, not"
)
_CONTACT = "KB_CONTACT must be an e-mail address or the URL of a page, not"

_PRIVACY = (
    "KB_PRIVACY must be empty or a file of text or Markdown in UTF-8 with at most 20,000 "
    "characters, not"
)
_ENFORCEMENT = (
    "KB_ENFORCEMENT must be a name of at most 300 characters in one line, and last a page or "
    "e-mail address, not"
)


#: Variable, its text, the message.
BAD = [
    (
        "KB_PRIVACY",
        "/nowhere/at/all.md",
        f"{_PRIVACY} '/nowhere/at/all.md': no such file or directory.",
    ),
    ("KB_PRIVACY", "/", f"{_PRIVACY} '/': is a directory."),
    ("KB_ENFORCEMENT", "Office only", f"{_ENFORCEMENT} 'Office only'."),
    ("KB_CLIENT_RATE", "inf", "KB_CLIENT_RATE must be a number of at least 0, not 'inf'."),
    (
        "KB_REVISION",
        "a b;",
        "KB_REVISION must be empty or the name of a branch or tag, or the number of a commit, not "
        "'a b;'.",
    ),
    ("KB_METRICS_HOST", "x y", "KB_METRICS_HOST must be an address, not 'x y'."),
    ("KB_METRICS_HOST", "", "KB_METRICS_HOST must be an address, not ''."),
    ("KB_ENFORCEMENT", "a\nb", f"{_ENFORCEMENT} 'a\\nb'."),
    (
        "KB_ENFORCEMENT",
        f"{'x' * 301} https://a.example",
        f"{_ENFORCEMENT} '{'x' * 301} https://a.example'.",
    ),
    (
        "KB_OPERATOR",
        "x" * 121,
        f"KB_OPERATOR must be a name of at most 120 characters in one line, not '{'x' * 121}'.",
    ),
    (
        "KB_OPERATOR",
        "Guild\nof Seeds",
        "KB_OPERATOR must be a name of at most 120 characters in one line, not 'Guild\\nof Seeds'.",
    ),
    (
        "KB_SOURCE",
        "--upload-pack=x",
        "KB_SOURCE must be a folder or the address of a repository, not '--upload-pack=x'.",
    ),
    (
        "KB_SOURCE_BRANCH",
        "a..b",
        "KB_SOURCE_BRANCH must be empty or the name of a branch or tag, not 'a..b'.",
    ),
    (
        "KB_SOURCE_FOLDER",
        "../a",
        "KB_SOURCE_FOLDER must be the path of a folder in the source, without .., not '../a'.",
    ),
    ("KB_LOG", "xml", "KB_LOG must be text or json, not 'xml'."),
    ("KB_LOG_REQUESTS", "sometimes", "KB_LOG_REQUESTS must be on or off, not 'sometimes'."),
    *(
        (
            "KB_CONTRIBUTE_URL",
            given,
            "KB_CONTRIBUTE_URL must be empty or the URL of a page, such as "
            f"https://github.com/org/repo, not {given!r}.",
        )
        for given in ("foo", "javascript:alert(1)", "https://", "https://a b", "//x.example")
    ),
    (
        "KB_LOG_CLIENTS",
        "on",
        "KB_LOG_CLIENTS must be off where KB_LOG_REQUESTS is off, as no line is written that "
        "could hold an address. Set KB_LOG_REQUESTS to on, or KB_LOG_CLIENTS to off.",
    ),
    (
        "KB_METRICS_PORT",
        "0",
        "KB_METRICS_PORT must be empty or a whole number from 1 to 65535, not '0'.",
    ),
    (
        "KB_METRICS_PORT",
        "8000",
        "KB_METRICS_PORT must be another port than KB_PORT, not 8000 for both.",
    ),
    (
        "KB_METRICS_PORT",
        "metrics",
        "KB_METRICS_PORT must be empty or a whole number from 1 to 65535, not 'metrics'.",
    ),
    ("KB_CONTACT", "the desk", f"{_CONTACT} 'the desk'."),
    ("KB_CONTACT", "javascript:alert(1)", f"{_CONTACT} 'javascript:alert(1)'."),
    ("KB_CONTACT", "a@b", f"{_CONTACT} 'a@b'."),
    ("KB_CONTACT", "https://", f"{_CONTACT} 'https://'."),
    *(
        ("KB_SITE_URL", given, f"{_SITE_URL} {given!r}: {why}.")
        for given, why in (
            ("kb.example", "it does not begin with https:// and a host"),
            ("ftp://kb.example", "it does not begin with https:// and a host"),
            ("https:///compendium", "it does not begin with https:// and a host"),
            ("https://kb.example/a?b=c", "it has a query"),
            ("https://kb.example/a?", "it has a query"),
            ("https://kb.example/a#b", "it has a fragment"),
            ("https://me@kb.example/", "it has a user"),
            ("https://kb_example!/", "kb_example! is no host"),
            ("https://kb.example/a/../b", "it has dots that lead elsewhere"),
            ("https://kb.example/./b", "it has dots that lead elsewhere"),
            ("https://kb.example//a", "it has two slashes in a row"),
            ("https://kb.example/a//", "it has two slashes in a row"),
            ("https://kb.example/%C3%A9", _PART),
            ("https://kb.example/.hidden", _PART),
            ("https://kb.example/a b", _PART),
        )
    ),
    (
        "KB_SITE_URL",
        "https://me:pass@kb.example/",
        f"{_SITE_URL} 'https://me:…@kb.example/': it has a user.",
    ),
    ("KB_SITE_URL", "https://kb.example:port/", f"{_SITE_URL} 'https://kb.example:port/'."),
    ("KB_HOSTS", "kb.example:8000", f"{_HOSTS} 'kb.example:8000': kb.example:8000 is none."),
    ("KB_HOSTS", "*", f"{_HOSTS} '*': * is none."),
    (
        "KB_TRUSTED_PROXIES",
        "10.0.0.1/8",
        f"{_PROXIES} '10.0.0.1/8': 10.0.0.1/8 has host bits set.",
    ),
    (
        "KB_TRUSTED_PROXIES",
        "*",
        f"{_PROXIES} '*': '*' does not appear to be an IPv4 or IPv6 network.",
    ),
    (
        "KB_FORGE",
        "git@github.com:org/repo",
        "KB_FORGE must be empty or the URL of a repository, such as https://github.com/org/repo, "
        "not 'git@github.com:org/repo'.",
    ),
    (
        "KB_FORGE",
        "https://code.example/org/repo",
        "KB_FORGE_KIND must be given, as KB_FORGE does not say by what code.example is kept; it "
        "is one of github, gitea, forgejo, gitlab.",
    ),
    (
        "KB_FORGE_KIND",
        "svn",
        "KB_FORGE_KIND must be empty or one of github, gitea, forgejo, gitlab, not 'svn'.",
    ),
    ("KB_FORGE_BRANCH", "a..b", "KB_FORGE_BRANCH must be the name of a branch, not 'a..b'."),
    (
        "KB_FORGE_CASES",
        "../cases",
        "KB_FORGE_CASES must be the path of a folder in the repository, without .., not "
        "'../cases'.",
    ),
    ("KB_CASES", "", "KB_CASES must be a folder, not ''."),
    ("KB_INDEX", "  ", "KB_INDEX must be a folder, not '  '."),
    (
        "KB_ENGINE",
        "mysql://db/kb",
        "KB_ENGINE must be empty or the address of a PostgreSQL server, "
        "postgresql://user@host/database, not 'mysql://db/kb'.",
    ),
    *(
        (
            "KB_ENGINE",
            given,
            "KB_ENGINE must be empty or the address of a PostgreSQL server, "
            f"postgresql://user@host/database, not {shown!r}.",
        )
        for given, shown in (
            ("mysql://kb:geheim@db/kb", "mysql://kb:…@db/kb"),
            ("kb:ge:h@eim@db/kb", "kb:…@db/kb"),
            ("host=db password=geheim user=kb", "host=db password=… user=kb"),
        )
    ),
    ("KB_CONTACT", "mailto:desk@kb.example", f"{_CONTACT} 'mailto:desk@kb.example'."),
    ("KB_MULTILINGUAL", "", "KB_MULTILINGUAL must be on or off, not ''."),
    ("KB_MULTILINGUAL", "2", "KB_MULTILINGUAL must be on or off, not '2'."),
    ("KB_MULTILINGUAL", "y", "KB_MULTILINGUAL must be on or off, not 'y'."),
    ("KB_MIN_SCORE", "high", "KB_MIN_SCORE must be a number from -1 to 1, not 'high'."),
    ("KB_MIN_SCORE", "nan", "KB_MIN_SCORE must be a number from -1 to 1, not 'nan'."),
    ("KB_MIN_SCORE", "-1.1", "KB_MIN_SCORE must be a number from -1 to 1, not '-1.1'."),
    ("KB_MIN_SCORE", "1.1", "KB_MIN_SCORE must be a number from -1 to 1, not '1.1'."),
    ("KB_MIN_SCORE", "inf", "KB_MIN_SCORE must be a number from -1 to 1, not 'inf'."),
    ("KB_MIN_SCORE", "30%", "KB_MIN_SCORE must be a number from -1 to 1, not '30%'."),
    (
        "KB_BATCH_SIZE",
        "0",
        "KB_BATCH_SIZE must be a whole number of at least 1, not '0'.",
    ),
    ("KB_DEVICE", "gpu", "KB_DEVICE must be cpu, cuda, cuda:1 and so on, or mps, not 'gpu'."),
    (
        "KB_KEEP_SNAPSHOTS",
        "1.5",
        "KB_KEEP_SNAPSHOTS must be a whole number of at least 1, not '1.5'.",
    ),
    ("KB_PORT", "-1", "KB_PORT must be a whole number from 0 to 65535, not '-1'."),
    ("KB_PORT", "65536", "KB_PORT must be a whole number from 0 to 65535, not '65536'."),
    ("KB_PORT", "", "KB_PORT must be a whole number from 0 to 65535, not ''."),
    ("KB_WORKERS", "two", "KB_WORKERS must be a whole number from 1 to 64, not 'two'."),
    ("KB_WORKERS", "65", "KB_WORKERS must be a whole number from 1 to 64, not '65'."),
    # What Python's own readers of numbers take, and nobody writes.
    ("KB_PORT", "8_0", "KB_PORT must be a whole number from 0 to 65535, not '8_0'."),
    ("KB_PORT", "٨٠", "KB_PORT must be a whole number from 0 to 65535, not '٨٠'."),
    (
        "KB_METRICS_PORT",
        "9_464",
        "KB_METRICS_PORT must be empty or a whole number from 1 to 65535, not '9_464'.",
    ),
    (
        "KB_BATCH_SIZE",
        "1" * 19,
        f"KB_BATCH_SIZE must be a whole number of at least 1, not '{'1' * 19}'.",
    ),
    ("KB_CLIENT_RATE", "1_0", "KB_CLIENT_RATE must be a number of at least 0, not '1_0'."),
    ("KB_MIN_SCORE", "٠.٣", "KB_MIN_SCORE must be a number from -1 to 1, not '٠.٣'."),
    ("KB_MODEL", " ", "KB_MODEL must be a name or a folder, not ' '."),
    ("KB_MODEL", "a\nb", "KB_MODEL must be a name or a folder, not 'a\\nb'."),
    (
        "KB_CONTACT",
        "https://host:x/",
        "KB_CONTACT must be an e-mail address or the URL of a page, not 'https://host:x/'.",
    ),
    (
        "KB_CONTRIBUTE_URL",
        "https://host:99999",
        "KB_CONTRIBUTE_URL must be empty or the URL of a page, such as "
        "https://github.com/org/repo, not 'https://host:99999'.",
    ),
    (
        "KB_FORGE",
        "https://host:0/org/repo",
        "KB_FORGE must be empty or the URL of a repository, such as https://github.com/org/repo, "
        "not 'https://host:0/org/repo'.",
    ),
    (
        "KB_ENFORCEMENT",
        "Office https://host:99999",
        "KB_ENFORCEMENT must be a name of at most 300 characters in one line, and last a page or "
        "e-mail address, not 'Office https://host:99999'.",
    ),
]


def test_defaults() -> None:
    """An empty environment gives the default of every row."""
    assert read_settings({}) == Settings(**DEFAULTS)


def test_rows_are_the_settings() -> None:
    """Every setting has one row that says in a sentence what it is for."""
    assert [row.name for row in ROWS] == list(DEFAULTS)
    assert [row.name for row in ROWS if not row.help.strip() or not row.must_be.strip()] == []


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"), GOOD, ids=[f"{row[0]}={row[1]}" for row in GOOD]
)
def test_environment_is_read(variable: str, text: str, name: str, value: object) -> None:
    """A variable sets its own setting, with the right type, and no other one."""
    assert read_settings({variable: text, "HOME": "/root"}) == Settings(**{**DEFAULTS, name: value})


def test_explicit_values_win_over_the_environment() -> None:
    """An explicit value wins, of any type; None means that it was not given."""
    environ = {"KB_PORT": "1", "KB_CASES": "there", "KB_HOST": "::1"}
    settings = read_settings(environ, port=2, cases=Path("here"), host=None)

    assert (settings.port, settings.cases, settings.host) == (2, Path("here"), "::1")


@pytest.mark.parametrize(
    ("variable", "text", "message"), BAD, ids=[f"{row[0]}={row[1]}" for row in BAD]
)
def test_a_bad_value_is_refused(variable: str, text: str, message: str) -> None:
    """A value that cannot be meant is refused with variable, value and what it must be."""
    with pytest.raises(SettingError) as error:
        read_settings({variable: text})

    assert str(error.value) == message


@pytest.mark.parametrize("variable", ["KB_INDEX", "KB_CASES"])
def test_where_no_folder_can_be_is_told(variable, tmp_path):
    """What is no folder, or can never be one, is refused here, and not by whoever looks into it."""
    (file := tmp_path / "file").write_text("")
    (loop := tmp_path / "loop").symlink_to(loop)
    wrong = {
        str(file): "it is a file",
        f"{file}/index/deep": f"{file} is a file",
        str(loop): "its links lead in a circle",
        "a" * 256: "its name is too long",
    }
    for text, why in wrong.items():
        with pytest.raises(SettingError) as error:
            read_settings({variable: text})
        assert str(error.value) == f"{variable} must be a folder, not '{text}': {why}."

    assert read_settings({variable: str(tmp_path / "new")}) is not None


def test_no_message_is_endless():
    """A value that is far too long is shown as far as it helps, and its password is not."""
    with pytest.raises(SettingError) as error:
        read_settings({"KB_PORT": "8" * 5000})
    assert str(error.value) == (
        f"KB_PORT must be a whole number from 0 to 65535, not '{'8' * 150}…' (5,000 characters)."
    )
    with pytest.raises(SettingError) as error:
        read_settings({"KB_HOSTS": "a/" * 5000})
    assert str(error.value) == (
        "KB_HOSTS must be names of hosts without ports, with commas between them; .host for all "
        f"below one, not '{'a/' * 75}…' (10,000 characters): {'a/' * 75}…."
    )
    assert shown("postgresql://me:secret@host/db") == "'postgresql://me:…@host/db'"
    assert shown(f"x://me:{'secret' * 1000}@host") == "'…' (6,012 characters)"


def test_a_bad_explicit_value_is_refused_too() -> None:
    """Explicit values pass the same checks as the environment."""
    with pytest.raises(SettingError) as error:
        read_settings({"KB_WORKERS": "4"}, workers=0)

    assert str(error.value) == "KB_WORKERS must be a whole number from 1 to 64, not '0'."


def test_an_unknown_variable_is_refused() -> None:
    """A KB_ variable that is no setting, mostly a slip, is refused with the three nearest."""
    with pytest.raises(SettingError) as error:
        read_settings({"KB_CASE": "cases", "PATH": "/bin"})

    assert str(error.value) == (
        "The environment variable KB_CASE is not a setting. The nearest are KB_CASES, "
        "KB_FORGE_CASES, KB_SOURCE. The README lists every setting, under Settings."
    )


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        ("", ""),
        ("desk@guild.example", "mailto:desk@guild.example"),
        ("https://guild.example/@desk", "https://guild.example/@desk"),
    ],
)
def test_a_contact_is_a_link(contact, address):
    """An e-mail address gets its scheme, a page is its own address."""
    assert read_settings({}, contact=contact).contact_address == address


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("", ""),
        ("https://github.com/org/repo/", "github"),
        ("https://gitlab.example/org/sub/repo", "gitlab"),
        ("https://gitea.example/org/repo", "gitea"),
        ("https://codeberg.org/org/repo", "forgejo"),
    ],
)
def test_an_address_may_say_what_a_repository_is_kept_by(address, kind):
    """The host tells the kind of the forge; given, it wins."""
    settings = read_settings({}, forge=address)
    assert (settings.forge, settings.forge_kind) == (address.rstrip("/"), kind)
    other = read_settings({}, forge="https://github.com/o/r", forge_kind="gitea")
    assert other.forge_kind == "gitea"


def test_the_words_of_an_operator_are_read_with_the_settings(tmp_path):
    """A file of text, with or without a mark of its order of bytes; too long is refused."""
    file = tmp_path / "privacy.md"
    file.write_bytes(b"\xef\xbb\xbf We keep *nothing*. \n")
    assert read_settings({"KB_PRIVACY": str(file)}).privacy == "We keep *nothing*."

    file.write_text("é" * (MAX_WORDS + 1), "utf-8")
    with pytest.raises(SettingError, match="it has more than 20,000 characters"):
        read_settings({"KB_PRIVACY": str(file)})
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingError, match="it is no text in UTF-8"):
        read_settings({"KB_PRIVACY": str(file)})


@pytest.mark.parametrize(
    ("given", "office", "contact", "address"),
    [
        ("Ombud, https://a.example/x", "Ombud", "https://a.example/x", "https://a.example/x"),
        (
            "Office of Access desk@a.example",
            "Office of Access",
            "desk@a.example",
            "mailto:desk@a.example",
        ),
        ("https://a.example", "", "https://a.example", "https://a.example"),
        ("", "", "", ""),
    ],
)
def test_an_office_is_told_with_where_to_reach_it(given, office, contact, address):
    """The last word is its page or its e-mail address, if it is one."""
    settings = read_settings({"KB_ENFORCEMENT": given})

    assert (settings.office, settings.office_contact, settings.office_address) == (
        *(office, contact, address),
    )
