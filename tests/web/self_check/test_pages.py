"""The page of the self-check: by client, by keyboard, on paper, and in the server's log."""

import os
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect
from werkzeug.datastructures import MultiDict
from werkzeug.serving import make_server

from kb.indexing.pipeline import build
from kb.model.self_check import ANSWERS
from kb.search.opening import LiveSearcher
from tests.browser.pages import follow
from tests.kb.model.test_self_check import toy_check
from tests.toy import copy_toy_corpus, settings_of_toy
from tests.web.whole_answers import whole_answers
from web import create_app
from web.self_check.page import WORDS, read_answers

ROOT = Path(__file__).parents[3]
SOME = "profit=yes&swot=partly&skills=not-yet&trust=unknown"
ALL = "profit=yes&swot=yes&skills=yes&chemistry=yes&trust=yes&weight=yes"


@pytest.fixture(name="checked", scope="module")
def _checked(tmp_path_factory, tiny_encoder):
    """Settings of a toy compendium with a self-check of two steps."""
    folder = tmp_path_factory.mktemp("checked")
    cases = copy_toy_corpus(folder / "cases")
    (cases / "self-check.yaml").write_text(toy_check())
    settings = settings_of_toy(cases, folder / "index", tiny_encoder)
    build(settings)
    return settings


@pytest.fixture(name="app", scope="module")
def _app(checked):
    return create_app(LiveSearcher(checked.index, min_score=0.3), checked)


@pytest.fixture(name="site")
def _site(app):
    return app.test_client()


def steps_of(page: str) -> list[tuple[str, tuple[str, ...]]]:
    """How each step of a page stands: in words, and by a mark for each question."""
    found = re.search(r'<ol class="check-steps">(.*?)</ol>', page, re.S)[1]
    return [
        (
            re.search(r'<span class="check-standing">(.*?)</span>', step)[1],
            tuple(re.findall(r'check-mark check-([\w-]+)"', step)),
        )
        for step in found.split("<li>")[1:]
    ]


def chosen(page: str) -> dict[str, str]:
    """The answers that are checked in a page's form."""
    return dict(re.findall(r'type="radio" name="([\w-]+)" value="([\w-]+)" checked', page))


def test_every_answer_has_words():
    """The words of the answers are those of the answers that there are, in order."""
    assert tuple(WORDS) == ANSWERS


def test_nothing_answered(site):
    """Without answers the page says where to begin, and one page has every question."""
    response = site.get("/self-check")

    page = response.text
    assert response.status_code == 200
    assert page.count("<h1") == 1
    assert '<a class="check-button" href="/self-check/questions/profit">Start now</a>' in page
    assert "0 of 6 questions answered. Begin with the step that you like;" in page
    assert "<fieldset" not in page
    assert "Weak spots" not in page
    everything = site.get("/self-check/all").text
    assert everything.count("<h1") == 1
    assert everything.count("<fieldset") == 6
    assert everything.count('type="radio"') == 24
    assert chosen(everything) == {}
    assert 'rel="canonical"' in page
    assert "noindex" not in page
    assert response.headers["Cache-Control"] == "no-cache"


def test_how_the_steps_stand(site):
    """Each step says in words how many questions are in place and what of the others."""
    page = site.get(f"/self-check?{SOME}").text

    assert steps_of(page) == [
        ("1 of 3 in place, 1 not yet, 1 partly", ("yes", "partly", "not-yet")),
        ("0 of 3 in place, 1 not known, 2 not answered", ("open", "unknown", "open")),
    ]
    assert "4 of 6 questions answered." in page
    assert "Begin with step 1, Your own firm: the steps build on each other" in page
    nothing, everything = (site.get(f"/self-check?{one}").text for one in ("", ALL))
    assert [words for words, _ in steps_of(nothing)] == ["Not answered yet"] * 2
    assert [words for words, _ in steps_of(everything)] == ["All 3 in place"] * 2


def test_weak_spots_with_what_to_read(site):
    """A weak spot comes with why it matters, its source, guides and cases with what they show."""
    page = site.get("/self-check?swot=partly&chemistry=not-yet").text

    spots = re.findall(r'<p class="check-weak-text">.*?</dl>', page, re.S)
    swot, chemistry = (re.sub(r"\s+", " ", spot) for spot in spots)
    assert (
        '<a rel="nofollow" href="/self-check/questions/swot?swot=partly&amp;chemistry=not-yet">'
        'Do you know your firm’s strengths?</a> <span class="check-said">'
        '<span class="check-mark check-partly" aria-hidden="true"></span>Partly</span>'
    ) in swot
    assert (
        '<p>A group must agree on them. <span class="check-source">Jane Doe and Richard Roe '
        "(2001), section 12; An unsigned note (no date), whole note</span></p>"
    ) in swot
    guide = '<a href="/cases/guides/purchase-guide">How to purchase together</a>'
    assert f"<div><dt>Guides</dt><dd>{guide}</dd></div>" in swot
    assert "<dt>Cases</dt>" not in swot
    assert (
        '<div><dt>Cases</dt><dd><a href="/cases/france/wine-exporters">Wine makers export '
        'together</a> <span class="check-shows">They got on.</span></dd>'
        '<dd><a href="/cases/norway/metal-buyers">Metal firms purchase machines</a> '
        '<span class="check-shows">They did not.</span></dd></div>'
    ) in chemistry


@pytest.mark.parametrize(
    ("query", "line"),
    [
        (ALL, "You are ready: all 6 points are in place."),
        (
            "profit=yes&swot=yes",
            "Nothing is missing so far: 2 of 6 points are in place, and 4 questions are still "
            "open.",
        ),
        (
            SOME,
            "Not ready yet: 1 point is still to do. Begin with step 1, Your own firm.",
        ),
        (
            "trust=partly&weight=unknown",
            "Nearly there: 2 points need another look. Begin with step 2, The partners.",
        ),
    ],
)
def test_the_verdict(site, query, line):
    """How everything stands is one line at the top."""
    page = site.get(f"/self-check?{query}").text

    assert f'<p class="lead check-verdict">{line}</p>' in page


def test_one_question_a_page(site):
    """A page has one question, its answer if there is one, and the others out of sight."""
    page = site.get("/self-check/questions/skills?profit=yes&skills=partly&trust=unknown").text

    assert page.count("<fieldset") == page.count("<h1>") == 1
    assert "Question 3 of 6 · Step 1: Your own firm" in page
    assert chosen(page) == {"skills": "partly"}
    assert re.findall(r'type="hidden" name="([\w-]+)" value="([\w-]+)"', page) == [
        *(("profit", "yes"), ("trust", "unknown"))
    ]
    assert '<form action="/self-check/questions/chemistry"' in page
    back = "/self-check/questions/swot?profit=yes&amp;skills=partly&amp;trust=unknown"
    assert f'<a rel="nofollow" href="{back}">Back</a>' in page
    assert '<meta name="robots" content="noindex">' in page


def test_the_first_and_the_last_question(site):
    """The first leads back to the start, the last to the result."""
    first = site.get("/self-check/questions/profit").text
    last = site.get("/self-check/questions/weight").text

    assert '<a href="/self-check">Back</a>' in first
    assert '<form action="/self-check" ' in last
    assert last.count("See how you stand") == 1


@pytest.mark.parametrize("page", ["/self-check/all", "/self-check/questions/skills"])
def test_answers_of_other_pages_are_private_too(site, page):
    """What stands in their addresses is kept by no cache; what is wrong there is told."""
    answered, wrong = site.get(f"{page}?profit=yes"), site.get(f"{page}?profit=maybe&swot=yes")

    assert answered.headers["Cache-Control"] == "private, no-store"
    assert (answered.status_code, wrong.status_code) == (200, 400)
    assert wrong.headers["Referrer-Policy"] == "no-referrer"
    assert '<a href="#question-profit">profit must be yes' in wrong.text
    assert chosen(wrong.text) == {"swot": "yes"}


def test_a_question_that_is_not_there(site, client):
    """It answers 404, and so does every page where there is no check."""
    assert site.get("/self-check/questions/nothing").status_code == 404
    for page in ("/self-check/questions/profit", "/self-check/all"):
        assert client.get(page).status_code == 404


def test_what_to_read_first(site):
    """What speaks to several weak spots is named again, with how many."""
    page = site.get(f"/self-check?{SOME}").text

    found = re.search(r'<ul class="check-first">(.*?)</ul>', page, re.S)[1]
    assert re.findall(r"<li>(.*?)</li>", found) == [
        '<a href="/cases/guides/purchase-guide">How to purchase together</a> '
        '<span class="check-shows">for 3 of your weak spots</span>'
    ]


def test_answers_stay(site):
    """The page of all questions holds what was answered, and that of the result leads there."""
    page = site.get(f"/self-check?{SOME}").text
    link = re.search(r'<a [^>]*?href="([^"]+)">Change your answers', page)[1].replace("&amp;", "&")

    assert link == f"/self-check/all?{SOME}"
    assert chosen(site.get(link).text) == {
        "profit": "yes",
        "swot": "partly",
        "skills": "not-yet",
        "trust": "unknown",
    }
    headings = re.findall(r"<h[1-4][^>]*>([^<]+)", page)
    assert headings == [
        *("How you stand", "The steps", "Weak spots first"),
        *("Step 1: Your own firm", "Step 2: The partners", "What to read first", "In place"),
        "What to do next",
    ]


def test_all_in_place(site):
    """Where nothing is weak the page says so, and leads on."""
    page = site.get(f"/self-check?{ALL}").text

    assert '<p class="check-none">No weak spot among your answers.</p>' in page
    assert '<a href="/role-models">' in page
    assert '<a rel="nofollow" href="/search">describe your situation in the search</a>' in page


def test_some_open_without_a_weak_spot(site):
    """Questions that are still open are counted beside the good news."""
    page = site.get("/self-check?profit=yes&swot=yes&skills=yes&trust=yes&weight=yes").text

    assert "No weak spot among your answers. 1 question is still open." in page


@pytest.mark.parametrize("query", [SOME, "profit=maybe"], ids=["answered", "not understood"])
def test_answers_are_not_kept_or_passed_on(site, query):
    """A page with answers is stored by no cache, not indexed, and not told to the next page."""
    response = site.get(f"/self-check?{query}")

    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.text.count('<meta name="robots" content="noindex">') == 1
    assert 'rel="canonical"' not in response.text
    assert "Set-Cookie" not in response.headers
    assert "stand in the address of the page and nowhere else" in response.text


def test_an_answer_that_is_not_understood(site):
    """A bad value is named with what is allowed, and the other answers are kept."""
    response = site.get("/self-check?profit=maybe&swot=partly")

    assert response.status_code == 400
    assert (
        '<a href="#question-profit">profit must be yes, partly, not-yet or unknown, '
        "not “maybe”.</a>"
    ) in response.text
    assert chosen(response.text) == {"swot": "partly"}
    assert "Weak spots" not in response.text


def test_several_that_are_not_understood(site):
    """Every bad value is named, hostile ones as text and long ones cut."""
    response = site.get("/self-check", query_string={"profit": "<b>", "swot": "x" * 500})

    assert "2 answers in the address are not understood" in response.text
    assert "not “&lt;b&gt;”." in response.text
    assert f"not “{'x' * 59}…”." in response.text
    assert "<b>" not in response.text


@pytest.mark.parametrize(
    ("pairs", "given", "wrong"),
    [
        ([("profit", "yes"), ("other", "x")], {"profit": "yes"}, [("other", "unknown")]),
        ([("profit", ""), ("swot", " partly ")], {"swot": "partly"}, []),
        ([("profit", "yes"), ("profit", "no")], {"profit": "yes"}, [("profit", "repeated")]),
        ([("profit", "YES")], {"profit": "yes"}, []),
        ([("profit", "maybe"), ("utm_source", "x")], {}, [("profit", "value")]),
    ],
    ids=["unknown names", "empty", "twice", "case", "value"],
)
def test_answers_of_an_address(app, pairs, given, wrong):
    """The rules are those of every address, with the questions for names."""
    current = app.extensions["kb_live"].current()

    read = read_answers(current.compendium.self_check, MultiDict(pairs), current.taxonomy)

    assert {name: value for name, value in read.values.items() if value} == given
    assert [(one.name, one.rule) for one in read.wrong] == wrong


def test_two_answers_to_a_question(site):
    """None of them is guessed: the question says that it takes one."""
    response = site.get("/self-check?profit=yes&profit=not-yet&swot=partly")

    assert response.status_code == 400
    assert "profit takes one answer: yes, partly, not-yet or unknown. Choose one." in response.text
    assert chosen(response.text) == {"swot": "partly"}


def test_a_name_that_is_no_question(site):
    """It is told above the page, which is answered without it."""
    response = site.get("/self-check?profitt=yes&swot=partly")

    assert response.status_code == 200
    assert (
        '<a rel="nofollow" href="/self-check?profit=yes&amp;swot=partly">profit=yes</a>'
        in response.text
    )
    assert (
        '<a rel="nofollow" href="/self-check/all?swot=partly">Change your answers' in response.text
    )


def test_every_link_leads_somewhere(site):
    """Each link within the site is answered, and each fragment is there; role models aside."""
    page = site.get(f"/self-check?{SOME}").text
    links = set(re.findall(r'href="(/[^"#]*)', page)) - {"/role-models"}
    ids = re.findall(r' id="([^"]+)"', page)

    broken = []
    for link in links:
        with site.get(link.replace("&amp;", "&")) as response:
            broken += [link] if response.status_code not in (200, 302) else []
    assert broken == []
    assert set(re.findall(r'href="#([^"]+)"', page)) - set(ids) == set()
    assert sorted(set(ids)) == sorted(ids)


def test_the_footer_leads_here_where_there_is_one(site, client):
    """A site with a self-check links to it on every page, one without nowhere."""
    link = '<a href="/self-check">Are you ready for a network?</a>'

    assert [site.get(path).text.count(link) for path in ("/", "/about")] == [1, 1]
    assert [client.get(path).text.count(link) for path in ("/", "/about")] == [0, 0]


def test_without_a_check(client):
    """Where the compendium has none the page says so, with 404."""
    response = client.get("/self-check?profit=yes")

    assert response.status_code == 404
    assert "The operator of this site has none." in response.text
    assert response.text.count('content="noindex"') == 1


@pytest.fixture(name="url", scope="module")
def _url(app):
    server = make_server("127.0.0.1", 0, whole_answers(app), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(name="page", params=[True, False], ids=["javascript", "no-javascript"])
def _page(browser, url, request):
    context = browser.new_context(
        base_url=url, viewport={"width": 1280, "height": 900}, java_script_enabled=request.param
    )
    yield context.new_page()
    context.close()


def test_answer_by_keyboard(page):
    """Tab goes from question to question, arrows choose, Enter sends; the answers come back."""
    page.goto("/self-check/all")
    page.get_by_role("radio", name="Yes").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/self-check\?profit=yes&swot=not-yet$"))
    expect(page.locator(".check-progress")).to_have_text("2 of 6 questions answered.")
    expect(page.get_by_role("heading", name="Weak spots first")).to_be_visible()
    page.get_by_role("link", name="Change your answers on one page").click()
    group = page.get_by_role("group", name="Do you know your firm’s strengths?")
    expect(group.get_by_role("radio", name="Not yet")).to_be_checked()


def test_question_by_question(page):
    """Answers gather in the address from page to page, Back has them, and the end sums up."""
    page.goto("/self-check")
    follow(page.get_by_role("link", name="Start now"))
    for answer in ("Yes", "Partly", "Not yet"):
        page.get_by_label(answer, exact=True).check()
        follow(page.get_by_role("button", name="Continue"))

    expect(page.get_by_text("Question 4 of 6")).to_be_visible()
    assert page.url.endswith("/questions/chemistry?profit=yes&swot=partly&skills=not-yet")
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_label("Not yet")).to_be_checked()
    page.go_back()
    expect(page.get_by_text("Question 4 of 6")).to_be_visible()
    page.get_by_role("button", name="See how you stand").click()
    expect(page.locator(".check-verdict")).to_have_text(
        "Not ready yet: 1 point is still to do. Begin with step 1, Your own firm."
    )


def test_mend_an_answer_that_is_not_understood(page):
    """The summary leads to the question; a new answer joins those that were kept."""
    page.goto("/self-check?profit=maybe&swot=yes")
    page.get_by_role("link", name="profit must be").click()
    group = page.get_by_role("group", name="Has your firm made a profit?")
    expect(group).to_be_in_viewport()
    group.get_by_text("Partly", exact=True).click()
    page.get_by_role("button", name="See how you stand").first.click()

    expect(page).to_have_url(re.compile(r"/self-check\?profit=partly&swot=yes$"))


def test_the_printed_sheet(page):
    """On paper there are the questions with their answers, and places for name and date."""
    page.goto(f"/self-check/all?{SOME}")
    page.emulate_media(media="print")

    expect(page.locator(".check-sheet")).to_be_visible()
    expect(page.locator("fieldset:visible")).to_have_count(6)
    expect(page.get_by_role("radio", checked=True)).to_have_count(4)
    for hidden in (".check-why", ".check-submit", ".check-privacy", ".check-back", ".footer"):
        expect(page.locator(hidden).first).not_to_be_visible()


def test_targets_are_large(browser, url):
    """On a phone every answer is a target of at least 44 pixels each way."""
    context = browser.new_context(base_url=url, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto("/self-check/all")

    sizes = page.eval_on_selector_all(
        ".check-choice", "all => all.map(one => [one.offsetWidth, one.offsetHeight])"
    )

    context.close()
    assert (len(sizes), [size for size in sizes if min(size) < 44]) == (24, [])


def test_the_server_writes_no_answers(checked):
    """What gunicorn writes about requests with answers is nothing but its own address."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    environ |= {"KB_MODEL": checked.model, "KB_MULTILINGUAL": "off"}
    command = [sys.executable, "-m", "web", "serve", "--index", str(checked.index)]
    process = subprocess.Popen(
        [*command, "--port", "0", "--workers", "1"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        first = process.stdout.readline()
        site = first.split()[-1]
        address = f"{site}/self-check"
        with urllib.request.urlopen(f"{address}?{SOME}", timeout=30) as answer:
            status = answer.status
        with pytest.raises(urllib.error.HTTPError, match="BAD REQUEST"):
            urllib.request.urlopen(f"{address}?profit=maybe", timeout=30)
    finally:
        process.terminate()
        rest, _ = process.communicate(timeout=60)

    assert re.fullmatch(r"Serving the compendium on http://127\.0\.0\.1:[1-9]\d*\n", first)
    assert status == 200
    assert rest == ""
