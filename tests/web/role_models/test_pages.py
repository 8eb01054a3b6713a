"""Role models on the site: the form, the answer, its JSON twin, and what they reported."""

import csv
import html
import io
import re

import pytest
from jsonschema import Draft202012Validator

from kb.guidance.profile import FIELDS
from kb.model.facets import FACETS
from kb.text.typography import curly

WINE = "/role-models?aim=export+wine&partners=5&my_country=France&goal=exporting"
WRONG = "/role-models?aim=export+wine&size=-3&partners=1000000&common=horizontal&country=NO"


def texts(page: str, pattern: str) -> list[str]:
    """What a pattern finds, without tags and spaces."""
    found = re.findall(pattern, page, re.S)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in found]


def titles(page: str) -> list[str]:
    """The titles of the role models, in order."""
    return texts(page, r'<h2 class="card-title"><span.*?</span> (.*?)</h2>')


def headings(page: str) -> list[str]:
    """The headings of a page down to the second level."""
    return texts(page, r"<h[12][^>]*>(.*?)</h[12]>")


def test_the_form_asks_for_everything_and_needs_nothing(client):
    """Every field of a profile has a control, none is required, and the filters are there too."""
    page = client.get("/role-models").text

    form = re.search(r'<form class="profile-form".*?</form>', page, re.S)[0]
    names = dict.fromkeys(re.findall(r' name="([a-z_]+)"', form))
    assert [name for name in names if name in FIELDS] == [
        *("business", "my_sector", "my_country", "size", "aim", "goal"),
        *("partners", "common", "my_form", "funding"),
    ]
    assert set(names) - set(FIELDS) <= set(FACETS)
    assert " required" not in form
    assert headings(page) == ["Find role models for your firm"]


def test_a_trade_may_be_typed_as_the_sector(client):
    """It leads to its sector, stays as it was typed, and is in the list that the field offers."""
    page = client.get("/role-models?my_sector=Winemakers").text
    by_id = client.get("/role-models?my_sector=wine-spirits").text

    assert titles(page) == titles(by_id)
    values = [
        re.findall(r'<input name="my_sector"[^>]* value="([^"]*)"', one) for one in (page, by_id)
    ]
    assert values == [["Winemakers", ""], ["Wine and spirits", ""]]
    assert '<option value="Winemakers" label="Wine and spirits"></option>' in page
    assert '<option value="Wine and spirits"></option>' in page


@pytest.mark.parametrize(
    ("typed", "sentence", "offered"),
    [
        ("Winemaking", "The nearest:", ["Add Sector: Wine and spirits +"]),
        ("sawmill", "If a sector of the list fits, choose it under “Change what you said”.", []),
        ("zzzz", "If a sector of the list fits, choose it under “Change what you said”.", []),
    ],
)
def test_a_trade_that_no_sector_has_is_answered(client, typed, sentence, offered):
    """It counts as words, the nearest sectors are offered, and what was typed stays."""
    answer = client.get(f"/role-models?my_sector={typed}&goal=exporting&business=Wine")
    words = client.get(f"/role-models?goal=exporting&business=Wine.+{typed}")

    assert answer.status_code == 200
    assert titles(answer.text) == titles(words.text) != []
    said = texts(answer.text, r'<p id="trade-1">(.*?)</p>')
    assert said == [
        f"No sector here is called “{typed}”. It counts as words on what your firm does. {sentence}"
    ]
    lists = re.findall(r'<ul aria-labelledby="trade-1">.*?</ul>', answer.text, re.S)
    assert [one for each in lists for one in texts(each, r"<a [^>]*>(.*?)</a>")] == offered
    assert re.findall(r'<input name="my_sector"[^>]* value="([^"]*)"', answer.text) == [typed, ""]


def test_a_trade_beside_a_fault_waits_until_that_is_mended(client):
    """The page tells the fault at its field; the trade is none, and what was typed stays."""
    answer = client.get("/role-models?my_sector=zzzz&size=-3")

    assert answer.status_code == 400
    assert re.findall(r'<li><a href="(#[^"]+)">', answer.text) == ["#field-size"]
    assert re.findall(r'<input name="my_sector"[^>]* value="([^"]*)"', answer.text) == ["zzzz", ""]


def test_a_trade_for_which_no_room_is_left_is_told_at_its_field(client):
    """Beside as many words as fit it cannot count, so the form says what to do."""
    answer = client.get(
        "/role-models", query_string={"my_sector": "zzzz", "business": "wine " * 120}
    )

    assert answer.status_code == 400
    assert (
        "“Your sector” has no answer “zzzz”. "
        "Choose one of its list, or leave it empty and say what your firm does."
    ) in answer.text


def test_the_filters_count_cases_and_no_guides(client):
    """Beside each filter stands how many cases would be compared."""
    page = client.get("/role-models").text
    kinds = re.search(r"<summary><span>Kind</span>.*?</details>", page, re.S)[0]

    assert texts(kinds, r'<label class="choice">(.*?)</label>') == [
        "Network 4 found",
        "Programme 1 found",
        "Study 1 found",
    ]


def test_why_it_fits_and_where_it_differs(client):
    """Each case says in sentences what is alike, what is not, and what is not reported."""
    page = client.get(WINE).text

    assert titles(page)[:2] == ["Wine makers export together", "Textile firms export"]
    cards = page.split('<li class="hit"')[1:]
    assert [texts(card, r'<li class="model-[a-z]+">(.*?)</li>') for card in cards[:2]] == [
        ["Like you: more than five members; exporting; in wine and spirits; in France."],
        [
            "Like you: exporting.",
            "Unlike you: in textiles, clothing and footwear; in Norway.",
            "Not reported: how many took part.",
        ],
    ]


def test_field_by_field(client):
    """A table sets what was said beside the case, and tells what was only heard in the words."""
    first = client.get(WINE).text.split('<li class="hit"')[1]

    assert texts(first, r'<tr class="model-[a-z]+">(.*?)</tr>') == [
        "Firms 5 Alike: more than five members",
        "Goal Exporting Alike: exporting",
        "Sector Wine and spirits (from your words) Alike: in wine and spirits",
        "Country France Alike: in France",
    ]


def test_the_parts_of_the_score_add_up(client):
    """The page shows each part with its value and weight; so does the API, to the digit."""
    first = client.get(WINE).text.split('<li class="hit"')[2]
    model = client.get(f"/api/v1{WINE}").json["models"][1]

    shown = texts(first, r'<tr><th scope="row">(.*?)</tr>')
    assert shown == [
        f"{part['label']} {round(part['value'] * 100)}% {round(part['share'] * 100)}%"
        for part in model["parts"]
    ]
    assert sum(part["share"] for part in model["parts"]) == pytest.approx(1)
    weighted = sum(part["value"] * part["share"] for part in model["parts"])
    assert model["score"] == pytest.approx(weighted, abs=1e-6)


def test_figures_and_what_was_done(client):
    """What the case achieved stands large, and the steps that it went through are told."""
    second = client.get(WINE).text.split('<li class="hit"')[2]

    assert texts(second, r'<span class="figure-number">(.*?)</span>') == ["×6"]
    assert texts(second, r"<summary>What they did together</summary>(.*?)</details>") == [
        "They export textile."
    ]


def test_what_was_said_can_be_taken_back(client):
    """Each part is a chip whose address lacks it and keeps the rest."""
    page = client.get(WINE).text
    chips = re.findall(r'<a rel="nofollow" class="chip" href="([^"]+)">', page)

    assert [html.unescape(chip) for chip in chips] == [
        "/role-models?partners=5&aim=export+wine&goal=exporting",
        "/role-models?my_country=FR&aim=export+wine&goal=exporting",
        "/role-models?my_country=FR&partners=5&goal=exporting",
        "/role-models?my_country=FR&partners=5&aim=export+wine",
    ]
    assert client.get(html.unescape(chips[0])).status_code == 200


def test_what_is_heard_is_on_offer(client):
    """A sector that the words name can be said in its field, with one click."""
    page = client.get(WINE).text

    assert texts(page, r'<a [^>]*class="offer" [^>]*>(.*?)</a>') == [
        "Add Sector: Wine and spirits +"
    ]
    offer = html.unescape(re.search(r'<a rel="nofollow" class="offer" href="([^"]+)"', page)[1])
    assert "my_sector=wine-spirits" in offer
    assert "offer" not in client.get(offer).text.partition("models-list")[0].partition("said")[2]


def test_what_is_wrong_is_told_and_everything_is_kept(client):
    """Status 400, one sentence for each fault, beside its field too; the rest stays filled in."""
    response = client.get(WRONG)
    page = response.text

    assert response.status_code == 400
    faults = re.findall(r'<li><a href="(#[^"]+)">(.*?)</a></li>', page)
    assert [(at, html.unescape(words)) for at, words in faults] == [
        (
            "#field-size",
            "“People in your firm” must be a whole number from 1 to 10,000, such as 4. "
            "It cannot be “-3”.",
        ),
        (
            "#field-partners",
            "“Firms that would join” must be a whole number from 2 to 1,000, your own firm "
            "included. It cannot be “1000000”.",
        ),
    ]
    assert texts(page, r'<p class="profile-why" [^>]*>(.*?)</p>') == [
        html.unescape(words) for _, words in faults
    ]
    assert '<input id="field-size" name="size" type="text" inputmode="numeric"' in page
    assert 'value="-3"' in page
    assert 'value="1000000"' in page
    assert ">export wine</textarea>" in page
    assert re.search(r'name="common" value="horizontal" checked', page)
    assert re.search(r'name="country" value="NO" checked', page)
    assert titles(page) == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("size=four", "“People in your firm” must be a whole number from 1 to 10,000, such as 4."),
        ("size=2&size=3", "“People in your firm” takes one answer, not two. Choose one."),
        (
            f"partners={'9' * 70}",
            "“Firms that would join” must be a whole number from 2 to 1,000, your own firm "
            f"included. It cannot be “{'9' * 59}…”.",
        ),
        (f"aim={'x' * 601}", "“What do you want to do together?” must be 600 characters or fewer."),
        ("goal=exprting", "“What kind of project is it?” has no answer “exprting”. Did you mean"),
        ("funding=luck", "“Who pays for it?” has no answer “luck”. Choose one of those on"),
        ("aim=x&country=Norwey", "“Country” has no answer “Norwey”. Did you mean Norway?"),
        (
            "aim=x&results=sales&results_min=much",
            "“Reported figure of at least” must be a number, such as 20. It cannot be “much”.",
        ),
    ],
    ids=[
        "no number",
        "twice",
        "many digits",
        "too long",
        "no such goal",
        "no such money",
        "filter",
        "least",
    ],
)
def test_each_fault_has_its_sentence(client, query, sentence):
    """A fault names the field as the form does, what may be, and what was given."""
    response = client.get(f"/role-models?{query}")

    assert response.status_code == 400
    (fault,) = texts(response.text, r'<li><a href="#[^"]+">(.*?)</a></li>')
    assert fault.startswith(sentence)
    assert headings(response.text)[1] == "One answer needs another look"


def test_an_empty_form_is_told_so(client):
    """What is enough; nothing is wrong with a blank, and filters alone are just the form."""
    sent = client.get("/role-models?business=&aim=+&size=")

    assert sent.status_code == 200
    assert headings(sent.text) == [
        "Find role models for your firm",
        "Nothing is said of your firm yet",
    ]
    plain = client.get("/role-models?country=NO")
    assert plain.status_code == 200
    assert headings(plain.text) == ["Find role models for your firm"]
    assert re.search(r'name="country" value="NO" checked', plain.text)


def test_numbers_alone_say_too_little(client):
    """Size and number are compared and chosen by nothing: no case is named, and why is told."""
    page = client.get("/role-models?size=4&partners=3").text

    assert headings(page)[2:] == ["That says too little to tell which cases suit you."]
    assert titles(page) == []


def test_nothing_suits(client):
    """Words that no case has to do with name none."""
    page = client.get("/role-models?aim=zebra").text

    assert headings(page)[2:] == ["None of the 6 cases suits this well."]
    assert titles(page) == []


def test_filters_that_leave_nothing(client):
    """Where the filters allow no case, that is what the page says."""
    page = client.get("/role-models?aim=export+wine&country=ES&type=vertical").text

    assert headings(page)[2:] == ["The filters leave no case to compare with."]


def test_contradictions_are_told_and_answered(client):
    """A profile that contradicts itself is answered, with a sentence on why it is odd."""
    page = client.get("/role-models?aim=export+wine&common=public-private&funding=own").text

    assert texts(page, r'<p class="profile-notice">(.*?)</p>') == [
        "You want a public body as a partner, and no public money. Networks with a public "
        "partner were hardly ever without it.",
        "Who pays is compared and leaves nothing out: public support helped one of these cases "
        "along.",
    ]
    assert page.count("public support helped it along.</span>") == 1
    assert len(titles(page)) == 6


@pytest.mark.parametrize("name", ["business", "aim", "my_country"])
def test_html_in_a_text_stays_text(client, name):
    """Tags of a visitor are shown as letters, in the form, the summary and the chips."""
    page = client.get(f"/role-models?goal=exporting&{name}=%3Cscript%3Ealert(1)%3C/script%3E").text

    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_pages_with_a_profile_stay_out_of_indexes(client):
    """What somebody said of a firm is for no search engine, while the empty form is."""
    noindex = '<meta name="robots" content="noindex">'
    assert noindex in client.get(WINE).text
    assert noindex in client.get(WRONG).text
    assert noindex not in client.get("/role-models").text


def test_the_api_answers_as_its_description_says(client):
    """Each answer matches the schema, an empty one too."""
    description = client.get("/api/v1/openapi.json").json
    schema = {
        "$ref": "#/components/schemas/RoleModelsAnswer",
        "components": description["components"],
    }
    for query in (WINE, "/role-models?aim=zebra", "/role-models?size=4"):
        answer = client.get(f"/api/v1{query}").json
        assert list(Draft202012Validator(schema).iter_errors(answer)) == []


def test_the_api_says_what_the_page_says(client):
    """Same cases in the same order, same sentences, and an address that leads to the page."""
    answer = client.get(f"/api/v1{WINE}").json
    page = client.get(answer["url"]).text

    assert [curly(m["title"]) for m in answer["models"]] == titles(page)
    assert len(answer["models"]) == len(titles(page)) == 6
    assert [s for m in answer["models"] for s in m["sentences"]] == texts(
        page, r'<li class="model-(?:like|unlike|unknown)">(.*?)</li>'
    )
    assert answer["total"] == 6
    assert answer["profile"]["my_country"] == "FR"


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("", "aim", "a profile must say something of the firm: give at least one of business,"),
        ("country=NO", "aim", "a profile must say something of the firm:"),
        ("aimm=x", "aimm", "'aimm' is not a parameter. Did you mean 'aim'?"),
        ("size=-3", "size", "size must be a whole number from 1 to 10,000 (the people in your"),
        (
            "size=2&size=3",
            "size",
            "size must be given once, not 2 times ('2' and '3'); choose one.",
        ),
        ("aim=x&country=Norwey", "country", "country has no value 'Norwey'."),
    ],
    ids=["nothing", "filters alone", "unknown name", "too small", "twice", "filter"],
)
def test_the_api_refuses(client, query, parameter, detail):
    """A problem of status 400 names the parameter and what is allowed."""
    response = client.get(f"/api/v1/role-models?{query}")

    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert response.json["parameter"] == parameter
    assert response.json["detail"].startswith(detail)


def test_every_role_model_satisfies_the_filters(client):
    """Filters narrow the cases exactly as in the search, guides left out."""
    answer = client.get("/api/v1/role-models?aim=export+wine&country=NO&type=horizontal").json
    found = client.get("/api/v1/search?country=NO&type=horizontal").json

    assert answer["total"] == found["total"] == 3
    assert {m["id"] for m in answer["models"]} == {hit["id"] for hit in found["hits"]}


def test_what_role_models_reported(client):
    """The page of outcomes takes a profile, and its cases are the role models."""
    models = client.get(f"/api/v1{WINE}").json["models"]
    query = WINE.partition("?")[2]
    page = client.get(f"/outcomes?{query}").text
    answer = client.get(f"/api/v1/outcomes?{query}").json
    rows = client.get(f"/outcomes.csv?{query}").text

    assert headings(page)[:3] == [
        "What your role models reported",
        "You said",
        "The 6 role models of your firm",
    ]
    assert answer["n_cases"] == len(models) == 6
    assert answer["query"]["profile"]["aim"] == "export wine"
    told = {f["case"] for m in answer["metrics"] for d in m["distributions"] for f in d["findings"]}
    told |= {f["case"] for m in answer["metrics"] for f in m["in_words"]}
    assert told == {m["id"] for m in models if m["results"]}
    assert told == {row["case"] for row in csv.DictReader(io.StringIO(rows))}


def test_outcomes_of_a_profile_that_nothing_suits(client):
    """Where there is no role model there is nothing to set side by side, and that is told."""
    page = client.get("/outcomes?aim=zebra").text

    assert headings(page) == [
        "What your role models reported",
        "You said",
        "No case suits this profile well enough.",
    ]


@pytest.mark.parametrize("address", ["/outcomes", "/api/v1/outcomes", "/outcomes.csv"])
def test_words_of_a_search_do_not_go_with_a_profile(client, address):
    """Both at once would be two selections: 400 says which to leave out."""
    response = client.get(f"{address}?aim=export&q=wine")

    assert response.status_code == 400
    name = "Your text" if address == "/outcomes" else "q"
    assert f"{name} must be empty beside a profile" in response.text


def test_whom_it_suits_is_the_editors_reading(real_client):
    """Over the real compendium each card names whom it suits, and says that this is a reading."""
    page = real_client.get("/role-models?aim=we+are+five+wineries+and+want+to+sell+abroad").text
    cards = page.split('<li class="hit"')[1:]

    assert len(cards) == 10
    assert titles(page)[:3] == [
        "Five New Zealand wineries set out to build a regional brand mark",
        "Canadian wineries set out to buy together and build an up-scale brand mark",
        "Three New Zealand liquor firms cut the cost of landing a product in Japan",
    ]
    assert [texts(card, r'<li class="model-[a-z]+">(.*?)</li>') for card in cards[:2]] == [
        ["Like you: five members; in wine and spirits."],
        ["Like you: in wine and spirits.", "Not reported: how many took part."],
    ]
    assert all("our reading" in card for card in cards)


def test_one_case_is_no_plural(client):
    """Beside how many role models there are stands of how many cases."""
    one, all_of_them = (
        client.get(f"/role-models?aim=export+wine{within}").text
        for within in ("&type=vertical", "")
    )
    tally = r'<p class="tally" role="status">(.*?)</p>'

    assert texts(one, tally) == ["1 of 1 case, the one that suits you best first."]
    assert texts(all_of_them, tally) == ["6 of 6 cases, the one that suits you best first."]
