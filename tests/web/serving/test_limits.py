"""What one request and one client may ask for."""

import os
from types import SimpleNamespace

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from kb.search.opening import open_live
from kb.settings import Settings, read_settings
from web.app import create_app
from web.core.refused import REFUSED, Refusal
from web.serving import limits
from web.serving.limits import (
    FILE_COSTS,
    MOST_ADDRESS,
    MOST_PARAMETERS,
    Accounts,
    Limits,
    client_of,
    cost_of,
)


class Clock:
    """Stands still until it is set on, however long a busy machine takes."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        """The time, in seconds."""
        return self.now


@pytest.fixture(name="clock", autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of all accounts."""
    clock = Clock()
    monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


@pytest.fixture(name="site")
def _site(settings: Settings):
    """The toy site, asked for 0.1 costly requests a second by each client: three at once."""
    limited = read_settings(
        {}, index=settings.index, model=settings.model, multilingual="off", client_rate="0.1"
    )
    return Client(Limits(create_app(open_live(limited), limited), limited), Response)


def of(address: str, port: int = 1, *, proxied: bool = False) -> dict:
    """What the server knows of a client."""
    return {"REMOTE_ADDR": address, "REMOTE_PORT": str(port), "kb.proxied": proxied}


@pytest.mark.parametrize(
    ("path", "cost"),
    [
        ("/", 0),
        ("/cases/norway/graphic-arts", 0),
        ("/healthz", 0),
        ("/static/css/base.css", 0),
        ("/search", 1),
        ("/search.bib", 1),
        ("/api/v1/role-models", 1),
        ("/outcomes/sales", 1),
        ("/mcp", 1),
        ("/contribute", 0),
        ("/contribute/preview", 1),
        ("/flyers/norway/graphic-arts.pdf", FILE_COSTS),
        ("/teaching/all.docx", FILE_COSTS),
    ],
)
def test_what_costs(path, cost):
    """What computes is paid for; pages of cases are free."""
    assert cost_of(path) == cost


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (of("8.8.8.8"), of("8.8.8.8", 2), True),
        (of("8.8.8.8"), of("8.8.4.4"), False),
        (of("2a00:1450:1:2::3"), of("2a00:1450:1:2:9::4"), True),
        (of("2a00:1450:1:2::3"), of("2a00:1450:1:3::3"), False),
        (of("::ffff:8.8.8.8"), of("8.8.8.8"), True),
        (of("127.0.0.1"), of("127.0.0.1", 2), False),
        (of("10.0.0.7"), of("10.0.0.7", 2), False),
        (of("10.0.0.7", proxied=True), of("10.0.0.7", 2, proxied=True), True),
        (of("127.0.0.1", proxied=True), of("127.0.0.1", 2, proxied=True), False),
        (of(""), of("", 2), False),
    ],
)
def test_who_is_one_client(one, other, is_same):
    """An address or a network; behind a proxy that is not named, a connection."""
    assert (client_of(one) == client_of(other)) is is_same


def test_costly_addresses_are_refused_beyond_the_rate(site, clock):
    """The fourth search in a row is refused with when to come back; others and pages are not."""
    one, other = of("8.8.8.8"), of("8.8.4.4")
    statuses = [site.get("/search?q=wine", environ_overrides=one).status_code for _ in range(3)]
    clock.now += 0.5
    page = site.get("/search?q=wine", environ_overrides=one)
    program = site.get("/api/v1/search?q=wine", environ_overrides=one)
    assistant = site.post("/mcp", json={}, environ_overrides=one)

    assert statuses == [200] * 3
    assert (page.status_code, page.mimetype) == (429, "text/html")
    assert "That is more than one visitor can ask for at once" in page.text
    assert page.headers["Retry-After"] == "10"
    assert (program.status_code, program.json["status"]) == (429, 429)
    assert program.json["type"].endswith("#problem-too-many-requests")
    assert (assistant.status_code, assistant.json["error"]["code"]) == (429, -32603)
    assert site.get("/browse", environ_overrides=one).status_code == 200
    assert site.get("/search?q=wine", environ_overrides=other).status_code == 200


def test_no_limit_where_it_is_switched_off(settings):
    """A rate of 0 counts nothing."""
    free = read_settings(
        {}, index=settings.index, model=settings.model, multilingual="off", client_rate="0"
    )
    site = Client(Limits(create_app(open_live(free), free), free), Response)
    asked = [
        site.get("/api/v1/outcomes", environ_overrides=of("8.8.8.8")).status_code for _ in range(20)
    ]
    assert asked == [200] * 20


def test_the_size_of_an_address(site):
    """As long and as many as allowed is answered, one more is not."""
    longest = "/browse?" + "a" * (MOST_ADDRESS - len("/browse"))
    most = "/api/v1/cases?" + "&" * (MOST_PARAMETERS - 1)

    assert site.get(longest).status_code == 200
    assert site.get(f"{longest}a").status_code == 414
    assert site.get(most).status_code == 200
    assert site.get(f"{most}&").status_code == 400


def test_whoever_comes_when_all_is_full_is_sent_to_no_log(site):
    """Nothing is wrong then, and nothing of it is written down."""
    page = site.get("/", environ_overrides={REFUSED: Refusal(status=503, retry_after=5)})

    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "More is asked for just now than can be answered" in page.text
    assert "For the operator" not in page.text
    assert "<nav class" not in page.text
    assert "<nav class" in site.get("/").text


def test_accounts_fill_with_time(clock):
    """What was paid comes back at the rate, and is never more than an account holds."""
    accounts = Accounts(per_second=16, most=4)  # in sixteenths no second is rounded
    paid = [accounts.pay("one", 1) for _ in range(4)]
    wait = accounts.pay("one", 1)
    other = accounts.pay("other", 4)
    clock.now += wait

    assert paid == [0.0] * 4
    assert wait == 1 / 16
    assert other == 0.0
    assert accounts.pay("one", 1) == 0.0
    assert accounts.pay("one", 4) > 0


def test_accounts_are_shared_by_processes():
    """What is paid in a process that was forked is paid in its parent."""
    accounts = Accounts(per_second=0.001, most=2)
    child = os.fork()
    if not child:
        accounts.pay("one", 1)
        os._exit(0)
    os.waitpid(child, 0)

    assert accounts.pay("one", 1) == 0.0
    assert accounts.pay("one", 1) > 0


def test_very_many_clients_take_no_more_memory():
    """A client who is refused stays so, while twenty thousand others come."""
    accounts = Accounts(per_second=1, most=30)
    for _ in range(30):
        accounts.pay("greedy", 1)
    for n in range(20_000):
        accounts.pay(f"client {n}", 1)

    assert accounts.pay("greedy", 30) > 0
