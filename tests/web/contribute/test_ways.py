"""Where a case goes: the addresses of forges and of e-mails, read back as those read them."""

from __future__ import annotations

from email.utils import parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from kb.settings import Settings, read_settings
from web.contribute.ways import LONGEST_ADDRESS, PASTE, file_name, forge_way, mail_address

TEXT = "---\ntitle: Straße & Söhne #1 + 50%?\n---\n\n## Situation\n\nA line; another=one.\n"
LONG = TEXT + "x " * LONGEST_ADDRESS


def settings(forge: str, **more: str) -> Settings:
    """Settings with a repository."""
    return read_settings({}, forge=forge, **more)


def asked(url: str) -> dict[str, str]:
    """The parameters of an address, as a server reads them."""
    return {name: text for name, (text,) in parse_qs(urlsplit(url).query).items()}


#: The repository, further settings, the path of the page, and the parameters with the text.
FORGES = [
    (
        "https://github.com/org/repo",
        {},
        "/org/repo/new/main",
        {"filename": "cases/norway/bakers.md", "value": TEXT},
    ),
    (
        "https://codeberg.org/org/repo",
        {"forge_branch": "next/one", "forge_cases": "content/cases"},
        "/org/repo/_new/next/one",
        {"filename": "content/cases/norway/bakers.md", "value": TEXT},
    ),
    (
        "https://code.example/org/repo/",
        {"forge_kind": "gitea", "forge_cases": ""},
        "/org/repo/_new/main",
        {"filename": "norway/bakers.md", "value": TEXT},
    ),
    (
        "https://gitlab.example/group/sub/repo",
        {},
        "/group/sub/repo/-/new/main",
        {"file_name": "cases/norway/bakers.md"},
    ),
]


@pytest.mark.parametrize(("forge", "more", "path", "given"), FORGES)
def test_a_forge_reads_what_was_meant(
    forge: str, more: dict[str, str], path: str, given: dict[str, str]
) -> None:
    """Path and text come out as they went in, with every sign; GitLab is given no text."""
    way = forge_way(settings(forge, **more), "norway/bakers", TEXT)

    assert unquote(urlsplit(way.url).path) == path
    assert asked(way.url) == given
    assert way.is_whole == ("value" in given)


@pytest.mark.parametrize("forge", [row[0] for row in FORGES if "gitlab" not in row[0]])
def test_a_long_text_is_left_to_be_pasted(forge: str) -> None:
    """Where the encoded address would be too long a line stands in place of the text."""
    way = forge_way(settings(forge, forge_kind="gitea"), "norway/bakers", LONG)

    assert (way.is_whole, asked(way.url)["value"]) == (False, PASTE)
    assert len(way.url) < LONGEST_ADDRESS


def test_the_limit_is_one_of_the_encoded_address() -> None:
    """A text that is short but long when encoded does not go into the address, one less does."""
    here = settings("https://github.com/org/repo")
    room = LONGEST_ADDRESS - len(forge_way(here, "norway/bakers", "").url)

    assert forge_way(here, "norway/bakers", "é" * (room // 6)).is_whole
    assert not forge_way(here, "norway/bakers", "é" * (room // 6 + 1)).is_whole


def test_without_a_repository_there_is_no_link() -> None:
    """An operator who names no repository gets no link."""
    assert forge_way(read_settings({}), "norway/bakers", TEXT) is None


def test_an_e_mail_reads_as_it_was_written() -> None:
    """Address, subject and text come out of the link; a line end in a title stays inside it."""
    link = mail_address(
        read_settings({}, contact="desk@example.org"),
        site="Guild & Co",
        title="Ovens?\r\nBcc: all@example.org",
        file="bakers.md",
        note="You can reach me here: +47 55",
    )
    parts = urlsplit(link)

    assert (parts.scheme, parseaddr(parts.path)[1]) == ("mailto", "desk@example.org")
    assert asked(link) == {
        "subject": "A case for Guild & Co: Ovens? Bcc: all@example.org",
        "body": "Here is a case for Guild & Co.\r\n\r\n"
        "Please attach the file that you downloaded: bakers.md\r\n\r\n"
        "You can reach me here: +47 55",
    }


@pytest.mark.parametrize("contact", ["", "https://example.org/desk", "https://x.org/@desk"])
def test_without_an_address_there_is_no_e_mail(contact: str) -> None:
    """A contact that is a page, or none, is no address of e-mail."""
    assert mail_address(read_settings({}, contact=contact), site="x", title="", file="y") == ""


def test_a_file_is_named_by_a_checked_id() -> None:
    """The last part of the id is the name; without an id it is a plain one."""
    assert [file_name(one) for one in ("norway/five-bakers", "")] == ["five-bakers.md", "case.md"]
