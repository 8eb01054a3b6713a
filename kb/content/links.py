"""Asks whether the addresses of the sources still answer, politely. Owns urllib3.

Each host is asked one thing at a time, with a pause between; some hosts are asked beside
each other. A page is asked for its head, and for the page itself only where that does not
answer with it; what it holds is never read. ``robots.txt`` is not asked, as nothing is
gathered: one look at one page that the compendium links anyway.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from kb.content.bibliography import line_of
from kb.content.rules import problem
from kb.content.schema import listed
from kb.errors import Problem
from kb.model.cases import Reference
from kb.model.compendium import Compendium

#: Seconds to wait for an answer, and between two requests to one host.
TIMEOUT, PAUSE = 15.0, 1.0
#: As many hosts are asked beside each other, and as many redirects followed.
HOSTS_AT_ONCE, MOST_REDIRECTS = 4, 5

#: What an address may be found to be. Only ``GONE`` says that the page is not there.
THERE, MOVED, GONE, UNCLEAR, UNASKED = "there", "moved", "gone", "unclear", "could not be asked"

_GONE_STATUS = (404, 410)
_FOR_GOOD = (301, 308)
_WAIT = 429
_HOLD = "its host asks for a pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address in the sources: which field of which entry it stands in."""

    key: str
    field: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of an address; ``detail`` is the status, the new address, or what failed."""

    link: Link
    state: str
    detail: str = ""


def links_of(references: Mapping[str, Reference]) -> tuple[Link, ...]:
    """The addresses to ask: of copies too, and not of pages that are known to be gone."""
    fields = (
        (work, name, address)
        for work in references.values()
        for name, address in (("url", None if work.gone else work.url), ("archived", work.archived))
    )
    return tuple(
        Link(key=work.key, field=name, url=address) for work, name, address in fields if address
    )


def ask(
    links: Iterable[Link],
    *,
    agent: str,
    tell: Callable[[Answer], None] = lambda answer: None,
    timeout: float = TIMEOUT,
    pause: float = PAUSE,
) -> tuple[Answer, ...]:
    """Ask every address.

    Args:
        links: what to ask; the answers come in this order.
        agent: how the request names who asks, and whom to write to.
        tell: is told each answer as it comes, from several threads.
        timeout: the most seconds to wait for a connection, and for each piece of an answer.
        pause: the seconds between two requests to one host.
    """
    chosen = tuple(links)
    by_host: dict[str, list[Link]] = {}
    for link in chosen:
        by_host.setdefault(urlsplit(link.url).netloc.casefold(), []).append(link)
    with urllib3.PoolManager(
        headers={"User-Agent": agent, "Accept": "*/*"},
        timeout=urllib3.Timeout(connect=timeout, read=timeout),
        retries=urllib3.Retry(
            total=None, redirect=MOST_REDIRECTS, connect=0, read=0, status=0, other=0,
            raise_on_redirect=False, raise_on_status=False,
        ),
    ) as pool:  # fmt: skip
        client = _Client(pool=pool, pause=pause)
        with ThreadPoolExecutor(max_workers=HOSTS_AT_ONCE) as threads:
            hosts = threads.map(lambda host: client.ask_host(host, tell), by_host.values())
            answers = {answer.link: answer for host in hosts for answer in host}
    return tuple(answers[link] for link in chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Client:
    pool: urllib3.PoolManager
    pause: float

    def ask_host(self, links: Iterable[Link], tell: Callable[[Answer], None]) -> list[Answer]:
        """Ask the addresses of one host; none of the rest once it asks for a pause."""
        answers: list[Answer] = []
        for link in links:
            if answers and answers[-1].detail == _HOLD:
                answer = Answer(link=link, state=UNASKED, detail=_HOLD)
            else:
                if answers:
                    time.sleep(self.pause)
                answer = self._ask(link)
            answers.append(answer)
            tell(answer)
        return answers

    def _ask(self, link: Link) -> Answer:
        try:
            status, moved_to = self._status("HEAD", link.url)
            if not _is_fine(status) and status != _WAIT:
                time.sleep(self.pause)
                status, moved_to = self._status("GET", link.url)
        except HTTPError as err:
            return Answer(link=link, state=UNASKED, detail=_failure(err))
        if status == _WAIT:
            return Answer(link=link, state=UNASKED, detail=_HOLD)
        if status in _GONE_STATUS:
            return Answer(link=link, state=GONE, detail=str(status))
        if not _is_fine(status):
            return Answer(link=link, state=UNCLEAR, detail=str(status))
        if moved_to:
            return Answer(link=link, state=MOVED, detail=moved_to)
        return Answer(link=link, state=THERE, detail=str(status))

    def _status(self, method: str, url: str) -> tuple[int, str]:
        """The status of the last answer, and where the page has moved for good."""
        response = self.pool.request(method, url, preload_content=False)
        response.close()  # what it holds is not read
        steps = response.retries.history if response.retries else ()
        for step in steps:  # each may be relative to the one before, which geturl() is not told
            url = urljoin(url, step.redirect_location or "")
        for_good = steps and all(step.status in _FOR_GOOD for step in steps)
        return response.status, url if for_good else ""


def _is_fine(status: int) -> bool:
    return 200 <= status < 300


def _failure(error: HTTPError) -> str:
    """Why there was no answer, in plain words."""
    reason = getattr(error, "reason", None) or error
    for kind, words in (
        (NameResolutionError, "the name of its host leads nowhere from here"),
        (SSLError, "its certificate or its encryption is not valid"),
        (NewConnectionError, "its host takes no connection"),  # a kind of ConnectTimeoutError
        ((ConnectTimeoutError, ReadTimeoutError), "it did not answer in time"),
    ):
        if isinstance(reason, kind):
            return words
    return f"the answer is no answer of the web ({type(reason).__name__})"


def gone_problem(answer: Answer, path: Path, compendium: Compendium, today: date) -> Problem:
    """A page that is gone, as a problem of the file of the sources.

    Args:
        answer: what was found.
        path: the file of the sources.
        compendium: whose cases cite the source.
        today: the day to propose.
    """
    link = answer.link
    work = compendium.references[link.key]
    citing = [
        case.id for case in compendium.cases if any(one.key == link.key for one in case.sources)
    ]
    cited = f"Cited by {listed(citing, 5)}." if citing else "Cited by no case."
    copy = f" A copy is at {work.archived}." if work.archived and link.field == "url" else ""
    mend = (
        f"Mend the address, or add 'gone = {{{today}}}', and 'archived' where you know a copy"
        if link.field == "url"
        else "Mend the address, or take the line out"
    )
    return problem(
        "source-page-gone",
        path,
        line_of(path, link.key, link.field),
        f"{link.key}: {link.field} is gone ({answer.detail}): {link.url} (rule: a page that "
        f"is gone). {cited}{copy} {mend}.",
        field=link.field,
    )


def summary_lines(answers: Sequence[Answer]) -> tuple[str, ...]:
    """What a person is told in the end: how many of each, and every address that is in doubt."""
    if not answers:
        return ("No source has an address.",)
    if all(answer.state == UNASKED for answer in answers):
        n = len(answers)
        return (f"None of the {n} addresses could be asked; is there a way to the web from here?",)
    counts = Counter(answer.state for answer in answers)
    states = (THERE, MOVED, GONE, UNCLEAR, UNASKED)
    return (
        *(
            f"{answer.link.key}: {answer.link.url} {_DOUBT[answer.state].format(answer.detail)}"
            for answer in answers
            if answer.state in _DOUBT
        ),
        f"{len(answers)} addresses: "
        + ", ".join(f"{counts[state]} {state}" for state in states if counts[state]),
    )


#: How an address is told that is neither there nor gone.
_DOUBT = {
    MOVED: "has moved for good to {}",
    UNCLEAR: "answers {}, which does not say whether the page is there",
    UNASKED: "could not be asked: {}",
}
