"""Where a case that was written goes: a file, an e-mail, the page of a forge for a new file."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from kb.settings import FORGEJO, GITEA, GITHUB, GITLAB, Settings

#: A longer address is cut or refused somewhere on its way, and the text in it is lost.
LONGEST_ADDRESS = 8_000
#: What stands in the new file where the whole text does not fit into the address.
PASTE = "Paste the whole text of the case here, in place of this line.\n"
#: What each forge is called.
NAMES = {GITHUB: "GitHub", GITEA: "Gitea", FORGEJO: "Forgejo", GITLAB: "GitLab"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeWay:
    """The page of a forge on which a new file is begun.

    ``is_whole`` says whether the text stands there already; else it has to be pasted.
    """

    name: str
    url: str
    is_whole: bool


def forge_way(settings: Settings, case_id: str, text: str) -> ForgeWay | None:
    """The page for a new file with the path of the case, and its text if it fits.

    None where the operator names no repository. The id has been checked: it becomes a path.
    """
    if not settings.forge:
        return None
    name = NAMES[settings.forge_kind]
    path = "/".join(filter(None, (settings.forge_cases, f"{case_id}.md")))
    url = _address(settings, path, text)
    if settings.forge_kind == GITLAB:  # it takes no text
        return ForgeWay(name=name, url=url, is_whole=False)
    if len(url) <= LONGEST_ADDRESS:
        return ForgeWay(name=name, url=url, is_whole=True)
    return ForgeWay(name=name, url=_address(settings, path, PASTE), is_whole=False)


def _address(settings: Settings, path: str, text: str) -> str:
    branch = quote(settings.forge_branch, safe="/")
    if settings.forge_kind == GITLAB:
        asked = urlencode({"file_name": path}, quote_via=quote)
        return f"{settings.forge}/-/new/{branch}?{asked}"
    asked = urlencode({"filename": path, "value": text}, quote_via=quote)
    page = "new" if settings.forge_kind == GITHUB else "_new"
    return f"{settings.forge}/{page}/{branch}?{asked}"


def mail_address(settings: Settings, *, site: str, title: str, file: str, note: str = "") -> str:
    """An e-mail to who runs the site that says what is attached; empty without an address.

    No e-mail can be begun with a file, and a long text is cut: so it asks to attach the file.

    Args:
        settings: with the contact.
        site: the name of the site.
        title: of the case; empty where it has none yet.
        file: the name of the file.
        note: what else the editors must know.
    """
    if "@" not in settings.contact.partition("/")[0]:
        return ""
    words = [
        f"Here is a case for {site}.",
        f"Please attach the file that you downloaded: {file}",
        *([note] if note else []),
    ]
    asked = {
        "subject": " ".join(f"A case for {site}: {title or 'a story'}".split()),
        "body": "\r\n\r\n".join(words),
    }
    return f"mailto:{quote(settings.contact, safe='@')}?{urlencode(asked, quote_via=quote)}"


def file_name(case_id: str) -> str:
    """The name of the file, of the checked id alone; a plain one where there is none."""
    return f"{case_id.rpartition('/')[2] or 'case'}.md"
