"""Every problem at once: one file wrong in every way, and mistakes that need two files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kb.content.corpus import Corpus, read_corpus
from kb.errors import CorpusError, Problem, TaxonomyError
from kb.model.taxonomy import LISTS, Term, Vocabulary
from tests.plain import plain

BROKEN = Path(__file__).parents[2] / "broken"

FIELDS = (
    "Fields are title, kind, country, type, project, results, summary, sources, planned, form, "
    "sectors, members, formation, period, region, status, related, teaching, role_model_for, "
    "answers, reading, our_reading, authors, added, verified, aliases, changes, withdrawn."
)
RESULT_FIELDS = (
    "Fields are metric, level, direction, statement, locator, source, about, value, range, "
    "before, unit, qualifier, before_qualifier, horizon, of, compared_with, merged, year, "
    "contradicted."
)
QUALIFIERS = "Allowed are about, at least, at most, more than, under."
EMPTY = "must not be empty; give a value or remove the line."
UNIT = "must be given with a figure: percent, jobs, percent-of-firms."
HEADINGS = (
    "Situation, The network, What they did together, Results as reported, What to take from it"
)
LEAD = "a link must lead to another case ('../guides/trends.md') or a web address, not "
READING = (
    "kind, country, region, type, form, project, planned, sectors, members, period, formation, "
    "results, unit, status"
)

#: All that is wrong with everything-wrong.md, in order.
EVERYTHING = [
    (2, "summary must be given; add a line such as "
        "'summary: Three printers in Norway bought a press together.'."),
    (2, "title must be at most 90 characters, not 94; shorten it."),
    (3, "title is given twice; keep one of the two."),
    (4, f"description is not a field of a case: did you mean 'summary'? {FIELDS}"),
    (6, "country[2] is 'NO' again; once is enough."),
    (6, "country[3] must be an ISO 3166 code or English name, not 'Qqqq'; nearest: none."),
    (6, "country[4] must be an ISO 3166 code or English name, not '5'; nearest: none."),
    (7, "type[1] must be in the vocabulary, not 'horizontle': did you mean 'horizontal'? "
        "Allowed are horizontal, vertical."),
    (7, "type[3] is 'horizontal' again; once is enough."),
    (9, "form must be text, not a mapping."),
    (10, "sectors must be in the vocabulary, not 'food, furniture': "
         "several values make a list: [food, furniture]. Allowed are food, furniture."),
    (12, "members.count must be a whole number of at least 1, not 0."),
    (13, f"members.who {EMPTY}"),
    (14, f"members.qualifier must be in the vocabulary, not 'roughly': {QUALIFIERS}"),
    (15, "members.networks must be a whole number of at least 1, not 'many'."),
    (16, f"members.partners[2] {EMPTY}"),
    (16, f"members.partners[3] {EMPTY}"),
    (17, "members.founder is not a field of members: "
         "Fields are who, count, qualifier, networks, partners."),
    (18, "formation must be in the vocabulary, not 'market': Allowed are self-financed."),
    (19, "period must not end (1990) before it starts (1992)."),
    (19, "period.about must be true or false, not 'perhaps'."),
    (19, "period.until is not a field of a period: Fields are from, to, about."),
    (20, "region must be text, not true."),
    (21, "status must be one value, not a list; one of success, mixed."),
    (22, "related[1] must not name the case itself: 'everything-wrong'."),
    (22, "related[2] must name an id that exists, not 'norway/nowhere'."),
    (24, "teaching.question is not a field of teaching: did you mean 'questions'? "
         "Fields are questions."),
    (25, f"our_reading must name fields of {READING}, not 'colour'."),
    (25, f"our_reading must name fields of {READING}, not 'our_reading'."),
    (26, "added must be a day such as 2026-11-22, not '2024-13-45'."),
    (28, "results[1].metric must be in the vocabulary, not 'sails': did you mean 'sales'? "
         "Allowed are sales, cost."),
    (28, f"results[1].unit {UNIT}"),
    (30, "results[1].direction must be in the vocabulary, not 'sideways': Allowed are up, down."),
    (31, "results[1].value must be a plain number such as 30 or 7000000, not 'about 30'."),
    (32, "results[1].range must have the low number first, not 60."),
    (33, "results[1].before must be a plain number such as 30 or 7000000, not '.inf'."),
    (34, f"results[1].statement {EMPTY}"),
    (37, "results[1].horizon must be at most 60 characters, not 72; shorten it."),
    (38, "results[2] must hold fields with names (metric, level, direction, statement, locator, "
         "source, about, value and 11 more), not 'just a sentence'."),
    (39, "results[3].level must be given (rule: a result has a level); add a line such as "
         "'level: output'."),
    (39, "results[3].locator must be given; add a line such as "
         "'locator: section 8, third example'."),
    (39, "results[3].metric must be one value, not a list; one of sales, cost."),
    (39, "results[3].source must be given, as the case has 2: doe-2001, doe-2010."),
    (39, f"results[3].unit {UNIT}"),
    (41, "results[3].value must stand in the statement, not only here: 30. The statement is "
         "'Sales rose.', which tells no figure; correct one of the two."),
    (42, "results[3].range must not be given together with value; keep one of the two."),
    (42, "results[3].range[1] must stand in the statement, not only here: 20. The statement is "
         "'Sales rose.', which tells no figure; correct one of the two."),
    (42, "results[3].range[2] must stand in the statement, not only here: 40. The statement is "
         "'Sales rose.', which tells no figure; correct one of the two."),
    (44, f"results[3].amount is not a field of a result: {RESULT_FIELDS}"),
    (48, "results[4].unit must not be given without value or range; remove the line."),
    (49, f"results[4].qualifier must be in the vocabulary, not '5': {QUALIFIERS}"),
    (53, "results[4].source must be one of the case's sources, doe-2001, doe-2010."),
    (57, "sources[2].key must be a key of sources.bib, not 'doe-2010': did you mean 'doe-2001'? "
         "Keys are doe-2001, roe-2002."),
    (59, "sources[3].locator must be given; add a line such as "
         "'locator: section 8, third example'."),
    (60, "sources[3].page is not a field of a source: Fields are key, locator, told, work."),
    (61, f"tags is not a field of a case: did you mean 'project'? {FIELDS}"),
    (66, "a heading must start at '##', as the title is the first: 'A heading of the first rank'."),
    (70, "raw HTML is not allowed: '<b>'; write Markdown."),
    (72, f"a section of a case must be one of {HEADINGS}, not 'Conclusion'."),
    (72, "the section 'Conclusion' is empty; write it, or take its heading out: a case has only "
         "the sections that its source fills."),
    (74, "the heading 'Situation' stands twice; join the two sections."),
    (76, f"{LEAD}'javascript:alert(1'."),
    (77, f"{LEAD}''."),
    (77, "an image is not shown on the site: '![picture](picture.png)'. A case is kept as text, in "
         "files, in print and for ever; say in words what it shows, or let a link lead to it."),
    (77, "the link '../norway/nowhere.md' must lead to a case that exists."),
    (79, f"{LEAD}'ftp://example.com'."),
]  # fmt: skip

#: Per file, all that is wrong with it beside the others.
ACROSS = {
    "good": [],
    "same-title-one": [],
    "same-title-two": [
        (2, f"title must be unique; {BROKEN / 'across' / 'same-title-one.md'} has the same."),
    ],
    "links-to-nowhere": [
        (14, "the link 'goood.md' must lead to a case that exists; nearest: across/good."),
        (15, "the link '../guides/trends.md#one' must lead to a case that exists."),
    ],
    "related-to-nowhere": [
        (12, "related[2] must name an id that exists, not 'across/gone'; "
             "nearest: across/good, across/same-title-one."),
        (13, "related[3] must name an id that exists, not 'guides/xyz'."),
    ],
    "related-to-itself": [
        (10, "related must not name the case itself: 'across/related-to-itself'."),
    ],
    "related-in-one-text": [
        (10, "related must name an id that exists, not 'across/good, across/same-title-one'; "
             "several ids make a list: [across/good, across/same-title-one]."),
    ],
    "unknown-sources": [
        (10, "sources[1].key must be a key of sources.bib, not 'doe-2010': "
             "did you mean 'doe-2001'? Keys are doe-2001, roe-2002."),
        (11, "sources[2].key must be a key of sources.bib, not 'xyz': "
             "Keys are doe-2001, roe-2002."),
    ],
}  # fmt: skip


@pytest.fixture(name="broken", scope="module")
def _broken() -> Corpus:
    return read_corpus(BROKEN)


def _told(corpus: Corpus, name: str) -> list[tuple[int, str]]:
    """Line and message of every problem of one file."""
    path = str(BROKEN / f"{name}.md")
    return [(problem.line, problem.message) for problem in corpus.problems if problem.path == path]


def test_a_file_that_is_wrong_in_every_way(broken: Corpus) -> None:
    """Every mistake of a file is told at once, each with its line, none hiding another."""
    assert _told(broken, "everything-wrong") == EVERYTHING


@pytest.mark.parametrize("name", sorted(ACROSS))
def test_mistakes_across_files(broken: Corpus, name: str) -> None:
    """A mistake that shows only beside other files is told in the file that makes it."""
    assert _told(broken, f"across/{name}") == ACROSS[name]


def test_every_broken_file_is_expected(broken: Corpus) -> None:
    """No broken file goes without its list of problems, and nothing else is told."""
    names = {path.relative_to(BROKEN).as_posix() for path in BROKEN.rglob("*.md")}
    expected = len(EVERYTHING) + sum(map(len, ACROSS.values()))

    assert names == {"everything-wrong.md", *(f"across/{name}.md" for name in ACROSS)}
    assert (len(broken.problems), broken.files) == (expected, len(names))


def test_problems_are_in_order(broken: Corpus) -> None:
    """Problems come by path, line and message, so that two runs say the same."""
    order = [(problem.path, problem.line, problem.message) for problem in broken.problems]

    assert order == sorted(order)
    assert read_corpus(BROKEN).problems == broken.problems


def test_problems_name_their_field(broken: Corpus) -> None:
    """A problem of a field carries the field's name, with which its message begins."""
    by_field = [problem for problem in broken.problems if problem.field]
    astray = [str(p) for p in by_field if not p.message.startswith(p.field)]

    assert astray == []
    assert {problem.field for problem in by_field if problem.line == 39} == {
        "results[3].level",
        "results[3].locator",
        "results[3].metric",
        "results[3].source",
        "results[3].unit",
    }


def test_a_good_corpus_has_no_problem(toy_cases: Path) -> None:
    """Good cases are read without a problem, in the order of their ids, with their sources."""
    corpus = read_corpus(toy_cases)

    assert corpus.problems == ()
    assert [case.id for case in corpus.compendium.cases] == [
        "denmark/hostile-title",
        "france/wine-exporters",
        "guides/purchase-guide",
        "international/wine-and-metal-programme",
        "norway/metal-buyers",
        "norway/textile-exporters",
        "spain/textile-training",
    ]
    assert corpus.files == 7
    assert list(corpus.compendium.references) == ["doe-2001", "anon"]


def test_countries_that_occur_make_a_vocabulary(toy_cases: Path) -> None:
    """The vocabulary gains the countries of the cases, each once, in the order of their names.

    Their further names come from the list of the vocabulary, where it has one, and then from
    the adjectives of all countries, none of them twice; beside them stand the names in the other
    languages of the search.
    """
    path = toy_cases / "taxonomy.yaml"
    lists, _, _ = path.read_text().partition("\ncountries:\n")
    names = "[{id: FR, label: France, aliases: [French, Frankrike]}, {id: SE, label: Sweden}]"
    path.write_text(f"{lists}\ncountries: {names}\n")

    taxonomy = read_corpus(toy_cases).compendium.taxonomy

    assert tuple(taxonomy.vocabularies) == (
        *(*LISTS, "countries", "collections", "decades", "taught", "lengths"),
    )
    assert taxonomy["countries"] == Vocabulary(
        name="countries",
        terms=(
            Term(
                id="DK",
                label="Denmark",
                aliases=("Danish",),
                foreign=("Danemark", "Dinamarca", "Dänemark", "Danimarca", "Danmark"),
                group="Northern Europe",
            ),
            Term(
                id="FR",
                label="France",
                aliases=("French", "Frankrike"),
                foreign=("Francia", "Frankreich", "França", "Frankrike"),
                group="Western Europe",
            ),
            Term(
                id="NO",
                label="Norway",
                aliases=("Norwegian",),
                foreign=("Norvège", "Noruega", "Norwegen", "Norvegia", "Norge"),
                group="Northern Europe",
            ),
            Term(
                id="ES",
                label="Spain",
                aliases=("Spanish",),
                foreign=("Espagne", "España", "Spanien", "Spagna", "Espanha", "Spania"),
                group="Southern Europe",
            ),
        ),
    )


def test_another_folder_can_lend_its_vocabulary(tmp_path: Path) -> None:
    """A folder of cases without a vocabulary is checked with that of another."""
    shutil.copy(BROKEN / "across" / "same-title-one.md", tmp_path / "a.md")
    corpus = read_corpus(tmp_path, vocabulary=BROKEN)

    assert corpus.problems == ()
    assert [case.id for case in corpus.compendium.cases] == ["a"]


def test_a_folder_without_a_vocabulary_is_read_with_its_own_sources(tmp_path: Path) -> None:
    """Only what it does not have is lent."""
    case = (BROKEN / "across" / "same-title-one.md").read_text()
    (tmp_path / "a.md").write_text(case.replace("key: doe-2001", "key: own-2001"))
    (tmp_path / "sources.bib").write_text(
        "@misc{own-2001, title = {Own}, author = {Doe, Jane}, year = {MMI}}"
    )
    corpus = read_corpus(tmp_path, vocabulary=BROKEN)

    assert list(corpus.compendium.references) == ["own-2001"]
    assert [(one.path, one.rule) for one in corpus.problems] == [
        (str(tmp_path / "sources.bib"), "source-date-malformed")
    ]


def test_one_file_can_be_checked_alone() -> None:
    """A path of one file is checked by itself: its neighbours do not exist."""
    path = BROKEN / "across" / "good.md"
    corpus = read_corpus(path, vocabulary=BROKEN)

    assert corpus.problems == (
        Problem(
            path=str(path),
            line=10,
            message="related[1] must name an id that exists, not 'across/same-title-one'.",
            field="related[1]",
        ),
        Problem(
            path=str(path),
            line=15,
            message="the link 'same-title-one.md#situation' must lead to a case that exists.",
        ),
    )


def test_an_empty_folder_is_a_problem(tmp_path: Path) -> None:
    """A folder without any case says how to add one."""
    corpus = read_corpus(tmp_path, vocabulary=BROKEN)

    assert corpus.compendium.cases == ()
    assert corpus.problems == (
        Problem(path=str(tmp_path), line=1, message="holds no case; add one with 'kb new'."),
    )


def test_a_folder_of_what_cannot_be_read_is_not_empty(tmp_path: Path) -> None:
    """Where no file could be read the reason is told, and nothing about an empty folder."""
    (tmp_path / "a.md").write_text("Text only.\n")
    corpus = read_corpus(tmp_path, vocabulary=BROKEN)

    assert [plain(problem) for problem in corpus.problems] == [
        f"{tmp_path / 'a.md'}:1: must open with front-matter on line 1; open the file with a "
        "line '---', the fields, and another line '---'."
    ]


def test_links_to_a_file_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    """A link to a file that is no case leads nowhere, although the file is there."""
    good = (BROKEN / "across" / "same-title-one.md").read_text()
    (tmp_path / "a.md").write_text(good + "\nSee [b](b.md).\n")
    (tmp_path / "b.md").write_text("Text only.\n")
    corpus = read_corpus(tmp_path, vocabulary=BROKEN)

    assert [(problem.line, problem.message) for problem in corpus.problems][:1] == [
        (good.count("\n") + 2, "the link 'b.md' must lead to a case that exists.")
    ]
    assert len(corpus.problems) == 2


@pytest.mark.parametrize(
    ("missing", "error", "message"),
    [
        pytest.param(
            "taxonomy.yaml",
            TaxonomyError,
            "the vocabulary cannot be read: No such file or directory.",
            id="vocabulary",
        ),
        pytest.param(
            "sources.bib",
            CorpusError,
            "the sources cannot be read: No such file or directory.",
            id="sources",
        ),
    ],
)
def test_without_vocabulary_or_sources_nothing_is_checked(
    tmp_path: Path, missing: str, error: type[Exception], message: str
) -> None:
    """A compendium without its vocabulary or its sources is refused by the name of the file."""
    for name in {"taxonomy.yaml", "sources.bib"} - {missing}:
        shutil.copy(BROKEN / name, tmp_path)

    with pytest.raises(error) as raised:
        read_corpus(tmp_path)

    assert str(raised.value) == f"{tmp_path / missing}: {message}"


def _guides(folder: Path, *places: int, part: str = "to-begin") -> Path:
    """A folder of guides, one read at each place, with the small vocabulary."""
    (folder / "guides").mkdir(parents=True)
    for name in ("taxonomy.yaml", "sources.bib"):
        (folder / name).write_text((BROKEN / name).read_text(encoding="utf-8"), encoding="utf-8")
    for number, place in enumerate(places):
        (folder / "guides" / f"g{number}.md").write_text(
            f"---\ntitle: Guide {number}\nkind: guide\ntype: []\nproject: []\nresults: []\n"
            f"reading: {{part: {part}, place: {place}}}\nsummary: How firms share.\n"
            "sources: [{key: doe-2001, locator: p. 1}]\n---\n\n## Anything\n\nText.\n"
        )
    return folder


def test_two_guides_are_not_read_in_one_place(tmp_path: Path) -> None:
    """The second names the first; another place, or another part, is free."""
    folder = _guides(tmp_path, 1, 2, 1)

    assert [(p.path, p.line, p.message) for p in read_corpus(folder).problems] == [
        (
            str(folder / "guides" / "g2.md"),
            7,
            "reading.place must be that of no other guide in its part; "
            f"{folder / 'guides' / 'g0.md'} has it.",
        )
    ]


@pytest.mark.parametrize("has_kind", [True, False], ids=["without role", "without kind"])
def test_guides_that_the_vocabulary_does_not_know_are_one_problem(
    tmp_path: Path, has_kind: bool
) -> None:
    """Where no kind is that of guides, eighteen guides make one problem and not two hundred."""
    folder = _guides(tmp_path, 1, 2, 3)
    path = folder / "taxonomy.yaml"
    line = "  - {id: guide, label: Guide, role: guide}\n"
    new = line.replace(", role: guide", "") if has_kind else ""
    path.write_text(path.read_text(encoding="utf-8").replace(line, new), encoding="utf-8")

    (problem,) = read_corpus(folder).problems
    assert (problem.path, problem.line) == (str(path), 5 if has_kind else 2)
    assert problem.message == (
        "kinds must say which kind is that of guides: no document of the kind 'guide' (3 in all) "
        "has a country, type, project or result, as a guide has none. "
        f"{'Give that kind the line' if has_kind else 'Add that kind with the line'} "
        "'role: guide'; if they are cases, give each of them a country."
    )


def test_without_guides_no_kind_has_to_be_theirs(toy_cases: Path) -> None:
    """A compendium of cases alone needs no kind for guides."""
    (toy_cases / "guides" / "purchase-guide.md").unlink()
    path = toy_cases / "taxonomy.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("    role: guide\n", ""))
    metal = toy_cases / "norway" / "metal-buyers.md"
    text = metal.read_text(encoding="utf-8")
    metal.write_text(
        text.replace(", guides/purchase-guide]", "]").split("## What to take from it")[0]
    )

    assert [str(problem) for problem in read_corpus(toy_cases).problems] == []
