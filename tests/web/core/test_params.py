"""From an address to what it asks: one reader, for pages and for programs."""

import pytest
from werkzeug.datastructures import MultiDict

from kb.errors import QueryError
from kb.guidance.profile import FIELDS
from kb.model.facets import FACETS
from kb.search.query import Query
from tests.toy import ROOT
from web.core.params import (
    COMPARE,
    OUTCOMES,
    PROFILE,
    REPEATED,
    SEARCH,
    UNKNOWN,
    VALUE,
    answers_of,
    read_page,
    read_strict,
    to_query,
)
from web.words.kinds import NO_KINDS


def read(searcher, *pairs, table=SEARCH):
    return read_page(table, MultiDict(pairs), searcher.taxonomy)


def strict(searcher, *pairs, table=SEARCH):
    return read_strict(table, MultiDict(pairs), searcher.taxonomy)


def query(searcher, *pairs):
    return to_query(read(searcher, *pairs).values, searcher.taxonomy)


def wrong(searcher, *pairs, table=SEARCH):
    """The parameter, the rule that it broke and what may have been meant, for each fault."""
    return [(one.name, one.rule, one.nearest) for one in read(searcher, *pairs, table=table).wrong]


def test_names_are_the_facets_and_a_few_more():
    """Every facet is a parameter under its own name; a profile has the filters of a search."""
    least = ("all_of", "results_min", "results_unit", "results_direction")
    more = ("exact", "sort", "page", "per_page")
    names = [tuple(param.name for param in table) for table in (SEARCH, PROFILE, OUTCOMES, COMPARE)]
    assert names == [
        ("q", *FACETS, *least, *more),
        (*FIELDS, *FACETS, *least),
        ("q", *FACETS, *least, *more, *FIELDS),
        ("id",),
    ]


def test_nothing_given_browses(searcher):
    """Without parameters everything is listed."""
    assert query(searcher) == Query()


def test_everything_given(searcher):
    """Repeated values, labels and aliases become one canonical query."""
    assert query(
        searcher,
        ("q", "  wine "),
        ("country", "norway"),
        ("country", "FR"),
        ("results", "Export sales"),
        ("results_min", "20.5"),
        ("results_unit", "%"),
        ("exact", "true"),
        ("sort", "result"),
        ("page", "2"),
        ("per_page", "5"),
    ) == Query(
        text="wine",
        filters={"country": ("NO", "FR"), "results": ("export-sales",)},
        results_min=20.5,
        results_unit="percent",
        exact=True,
        sort="result",
        page=2,
        per_page=5,
    )


def test_empty_fields_of_a_form_are_not_given(searcher):
    """A form sends its empty fields; they mean nothing, and nothing is wrong with them."""
    names = ("q", "country", "results_min", "results_unit", "exact", "sort", "page")
    pairs = [*((name, "") for name in names), ("per_page", " ")]
    assert query(searcher, *pairs) == Query()
    assert wrong(searcher, *pairs) == []


@pytest.mark.parametrize("name", ["country", "results_min", "exact", "sort", "page"])
def test_a_program_gives_no_blanks(searcher, name):
    """The API and files take an empty text, and no empty number or value of a list."""
    assert strict(searcher, ("q", ""))["q"] == ""
    with pytest.raises(QueryError) as caught:
        strict(searcher, (name, ""))
    assert caught.value.parameter == name


def test_unknown_names_are_told_with_the_nearest(searcher):
    """A slip in a name is no search without a filter: the page says what it left out."""
    pairs = (("contry", "NZ"), ("q", "wine"), ("zzz", "1"))
    assert query(searcher, *pairs) == Query(text="wine")
    assert wrong(searcher, *pairs) == [
        ("contry", UNKNOWN, ("country",)),
        ("zzz", UNKNOWN, ()),
    ]
    assert read(searcher, *pairs).status == 200
    with pytest.raises(QueryError, match="'contry' is not a parameter"):
        strict(searcher, *pairs)


@pytest.mark.parametrize(
    "name", ["utm_source", "utm_campaign", "fbclid", "gclid", "msclkid", "mc_eid", "_hsenc"]
)
def test_marks_of_mail_programs_are_passed_over(searcher, name):
    """A link out of a letter works in silence on a page; a program does not add any."""
    assert wrong(searcher, (name, "x"), ("q", "wine")) == []
    with pytest.raises(QueryError, match="is not a parameter"):
        strict(searcher, (name, "x"))


def test_a_second_value_is_told(searcher):
    """Of two different values the page takes the first and says so; the same one twice is one."""
    assert wrong(searcher, ("q", "wine"), ("q", "fish")) == [("q", REPEATED, ("wine", "fish"))]
    assert query(searcher, ("q", "wine"), ("q", "fish")) == Query(text="wine")
    assert read(searcher, ("q", "wine"), ("q", "fish")).status == 400
    assert wrong(searcher, ("q", "wine"), ("q", " wine "), ("q", "")) == []
    with pytest.raises(QueryError) as caught:
        strict(searcher, ("page", "1"), ("page", "2"))
    assert str(caught.value) == "page must be given once, not 2 times ('1' and '2'); choose one."


def test_what_hangs_on_a_metric_goes_with_it(searcher):
    """A form in which the metric was unticked, or a second one ticked, can be answered."""
    unticked = (("sort", "result"), ("results_min", "20"), ("results_unit", "percent"))
    assert query(searcher, *unticked) == Query()
    assert query(searcher, *unticked, ("results", "sales"), ("results", "jobs")) == Query(
        filters={"results": ("sales", "jobs")}, results_min=20, results_unit="percent"
    )
    with pytest.raises(QueryError, match="results_min needs a metric in results"):
        to_query(strict(searcher, ("results_min", "20")), searcher.taxonomy)


def test_a_name_that_means_nothing_by_itself_is_not_offered(searcher):
    """What counts only beside a metric is offered where one is given, and not without it."""
    slip = ("results_mins", "20")
    assert wrong(searcher, slip) == [("results_mins", UNKNOWN, ())]
    assert wrong(searcher, slip, ("results", "sales")) == [
        ("results_mins", UNKNOWN, ("results_min",))
    ]


def test_what_is_understood_of_a_bad_address(searcher):
    """Faults are left out, each of them told, and the rest is kept."""
    pairs = (
        ("q", "wine " + "a" * 1000),
        ("country", "Norway"),
        ("country", "Atlantis"),
        ("type", "sideways"),
        ("results", "sales"),
        ("results_min", "much"),
        ("sort", "newst"),
        ("exact", "maybe"),
        ("page", "two"),
        ("per_page", "1000"),
        ("utm_source", "letter"),
    )
    assert query(searcher, *pairs) == Query(
        text="wine " + "a" * 995, filters={"country": ("NO",), "results": ("sales",)}
    )
    assert [(name, rule) for name, rule, _ in wrong(searcher, *pairs)] == [
        (name, VALUE)
        for name in ("q", "country", "type", "results_min", "exact", "sort", "page", "per_page")
    ]


def test_a_country_without_a_case_is_a_country(searcher):
    """It is understood by code and by name, and nothing is found there."""
    for name in ("AT", "aut", "Austria"):
        found = query(searcher, ("country", name))
        assert found == Query(filters={"country": ("AT",)})
    assert searcher.search(found).total == 0
    assert strict(searcher, ("country", "Austria"))["country"] == ["AT"]
    assert wrong(searcher, ("country", "Norwey")) == [("country", VALUE, ("NO",))]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("page", "two", "page must be a whole number from 1 to 1,000,000, not 'two'."),
        ("page", "0", "page must be a whole number from 1 to 1,000,000, not '0'."),
        ("page", "1.0", "page must be a whole number from 1 to 1,000,000, not '1.0'."),
        ("per_page", "101", "per_page must be a whole number from 1 to 100, not '101'."),
        ("exact", "maybe", "exact must be true or false, not 'maybe'."),
        ("results_min", "many", "results_min must be a number, not 'many'."),
        ("results_min", "nan", "results_min must be a number, not 'nan'."),
        ("q", "a" * 1001, "q must be text of at most 1,000 characters, not 1,001."),
        (
            "sort",
            "eldest",
            "sort must be one of relevance, newest, oldest, result, not 'eldest'.",
        ),
    ],
)
def test_wrong_values(searcher, name, value, message):
    """The error names the parameter, what it must be and what was given."""
    with pytest.raises(QueryError) as caught:
        strict(searcher, (name, value))
    assert (str(caught.value), caught.value.parameter, caught.value.value) == (
        message,
        name,
        value,
    )


def test_wrong_values_of_a_profile(searcher):
    """A firm's numbers have bounds and its choices a vocabulary, as a search's have."""
    for name, value, message in [
        ("size", "0", "size must be a whole number from 1 to 10,000 (the people in your firm)"),
        ("partners", "1", "partners must be a whole number from 2 to 1,000 (the firms that would"),
        ("aim", "a" * 601, "aim must be text of at most 600 characters, not 601."),
        ("goal", "exprting", "goal has no value 'exprting'. Did you mean exporting"),
        ("funding", "luck", "funding must be one of own, public, not 'luck'."),
        ("my_form", "firm", "my_form has no value 'firm'."),
    ]:
        with pytest.raises(QueryError) as caught:
            strict(searcher, (name, value), table=PROFILE)
        assert str(caught.value).startswith(message)
        assert caught.value.parameter == name


def test_answers_by_question(searcher):
    """The same rules hold where the names are data: those of the questions."""
    table = answers_of(("profit", "swot"), ("yes", "no"))
    pairs = (("profit", "YES"), ("swot", "maybe"), ("swott", "no"))
    found = read(searcher, *pairs, table=table)
    assert found.values == {"profit": "yes", "swot": ""}
    assert wrong(searcher, *pairs, table=table) == [
        ("swott", UNKNOWN, ()),
        ("swot", VALUE, ()),
    ]
    assert wrong(searcher, ("swott", "no"), table=table) == [("swott", UNKNOWN, ("swot",))]


#: Address to what it takes.
ADDRESSES = {"search": SEARCH, "outcomes": OUTCOMES, "role-models": PROFILE, "compare": COMPARE}


def rows_of_parameters():
    """What the document says of each parameter, a line each, from the tables."""
    for name, param in {
        param.name: param for table in ADDRESSES.values() for param in table
    }.items():
        takes = param.takes.words + (", repeatable" if param.many else "")
        if param.default not in ("", None, False):
            takes += f"; {param.default} where it is not given"
        read_by = ", ".join(where for where, table in ADDRESSES.items() if param in table)
        yield f"| `{name}` | {read_by} | {takes} | {NO_KINDS.filled(param.words)} |"


def test_the_document_has_every_parameter():
    """``docs/addresses.md`` says what the tables say, line by line."""
    text = (ROOT / "docs" / "addresses.md").read_text(encoding="utf-8")
    section = text.partition("\n## The parameters\n")[2].partition("\n## ")[0]
    written = [line for line in section.splitlines() if line.startswith("| `")]

    assert written == list(rows_of_parameters())
