"""The vocabulary: one copy, any spelling, no ambiguity."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kb.content.taxonomy import load_taxonomy
from kb.errors import TaxonomyError
from kb.model.english import in_line
from kb.model.facets import FACET_LISTS, FACETS
from kb.model.taxonomy import (
    LISTS,
    MARKS,
    OPTIONAL_LISTS,
    Taxonomy,
    Term,
    Vocabulary,
    fold,
)
from tests.plain import plain

ROOT = Path(__file__).parents[3]
SMALL = Path(__file__).parents[2] / "broken" / "taxonomy.yaml"

FRUIT = Vocabulary(
    name="fruit",
    terms=(
        Term(id="apple", label="Apples", aliases=("malus domestica",), group="Pome"),
        Term(id="blood-orange", label="Blood orange", definition="A red one."),
        Term(id="EUR", label="euros", aliases=("€",)),
    ),
)


@pytest.fixture(name="real", scope="module")
def _real() -> Taxonomy:
    return load_taxonomy(ROOT / "cases" / "taxonomy.yaml")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Joint purchasing", "joint purchasing"),
        ("joint-purchasing", "joint purchasing"),
        ("JOINT__PURCHASING", "joint purchasing"),
        ("  joint \t\n purchasing ", "joint purchasing"),
        ("-joint-", "joint"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("", ""),
        ("- _", ""),
    ],
)
def test_fold_forgets_spelling(text: str, folded: str) -> None:
    """Case, spaces, hyphens and underscores do not count."""
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("spelling", "term"),
    [
        ("apple", "apple"),
        ("APPLES", "apple"),
        ("Malus  Domestica", "apple"),
        ("blood orange", "blood-orange"),
        ("Blood_Orange", "blood-orange"),
        ("eur", "EUR"),
        ("€", "EUR"),
        ("app", None),
        ("", None),
    ],
)
def test_canonical_knows_ids_labels_and_aliases(spelling: str, term: str | None) -> None:
    """An id, a label and an alias all mean the id; anything else means nothing."""
    assert FRUIT.canonical(spelling) == term


@pytest.mark.parametrize(
    ("spelling", "ids"),
    [
        ("aple", ("apple",)),
        ("malus domestika", ("apple",)),
        ("blood oranges", ("blood-orange",)),
        ("xyzzy", ()),
        ("", ()),
        ("apple" + "x" * 100_000, ()),
    ],
    ids=["typo", "alias", "plural", "far", "empty", "huge"],
)
def test_nearest_suggests_ids(spelling: str, ids: tuple[str, ...]) -> None:
    """A wrong spelling leads to the ids that look most like it, each once, or to none."""
    assert FRUIT.nearest(spelling) == ids


def test_nearest_is_cut_to_what_is_asked(real: Taxonomy) -> None:
    """No more ids are suggested than are wanted, the nearest first."""
    assert real["projects"].nearest("market", most=1) == ("marketing",)
    assert real["projects"].nearest("market", most=2) == ("marketing", "market-research")


def test_terms_are_found_by_id() -> None:
    """Ids keep their order; a term and a label are found by id, and an unknown id is shown."""
    assert FRUIT.ids == ("apple", "blood-orange", "EUR")
    assert tuple(FRUIT) == FRUIT.terms
    assert FRUIT.get("EUR") == Term(id="EUR", label="euros", aliases=("€",))
    assert FRUIT.get("eur") is None
    assert (FRUIT.label("apple"), FRUIT.label("pear")) == ("Apples", "pear")


def test_facets_have_vocabularies(real: Taxonomy) -> None:
    """Each facet leads to its list; countries come with the content."""
    countries = Vocabulary(name="countries", terms=(Term(id="NO", label="Norway"),))
    whole = Taxonomy(vocabularies={**real.vocabularies, "countries": countries})

    assert [whole.facet(facet).name for facet in FACETS] == [
        "countries",
        "types",
        "projects",
        "sectors",
        "metrics",
        "kinds",
        "forms",
        "formations",
        "statuses",
        "decades",
        "taught",
        "lengths",
        "collections",
    ]
    assert tuple(FACET_LISTS) == FACETS
    assert whole.label("country", "NO") == "Norway"
    assert whole.label("results", "export-sales") == "Export sales"
    assert whole.label("type", "no-such-type") == "no-such-type"


def test_a_vocabulary_is_read_whole(tmp_path: Path) -> None:
    """Every field of a term is read; definition, aliases and group may be left out."""
    path = tmp_path / "taxonomy.yaml"
    text = SMALL.read_text().replace(
        "  - {id: soft, label: Soft network}\n",
        "  - id: soft\n    label: Soft network\n    definition: A club.\n"
        "    aliases: [informal, club]\n    group: Loose\n",
    )
    path.write_text("\ufeff" + text, encoding="utf-8")

    taxonomy = load_taxonomy(path)

    assert tuple(taxonomy.vocabularies) == (*LISTS, "guide_parts")
    assert taxonomy["countries"] == Vocabulary(name="countries", terms=())
    assert taxonomy["forms"] == Vocabulary(
        name="forms",
        terms=(
            Term(
                id="soft",
                label="Soft network",
                definition="A club.",
                aliases=("informal", "club"),
                group="Loose",
            ),
            Term(id="hard", label="Hard network"),
        ),
    )


def test_a_vocabulary_may_name_countries(tmp_path: Path) -> None:
    """The list of countries may be left out; where it is there it is read as any other."""
    path = tmp_path / "taxonomy.yaml"
    named = "countries:\n  - {id: ES, label: Spain, aliases: [Spanish, España]}\n"
    path.write_text(f"{SMALL.read_text().rstrip()}\n{named}", encoding="utf-8")

    taxonomy = load_taxonomy(path)

    spain = Term(id="ES", label="Spain", aliases=("Spanish", "España"))
    assert tuple(taxonomy.vocabularies) == (*LISTS, "countries", "guide_parts")
    assert taxonomy["countries"].terms == (spain,)
    assert taxonomy["countries"].canonical("españa") == "ES"


#: What is replaced in the small vocabulary, with what, and the message after the path.
MISTAKES = {
    "not-yaml": (
        "kinds:\n",
        "kinds: [\n",
        ":3: the vocabulary is not YAML: while parsing a flow node, "
        "expected the node content, but found '-'.",
    ),
    "id-twice": (
        "{id: hard, label: Hard network}",
        "{id: soft, label: Hard network}",
        ":11: forms[2] spells 'soft', which already stands for 'soft'; "
        "one spelling means one term.",
    ),
    "label-twice": (
        "{id: hard, label: Hard network}",
        "{id: hard, label: soft NETWORK}",
        ":11: forms[2] spells 'soft network', which already stands for 'soft'; "
        "one spelling means one term.",
    ),
    "alias-of-another": (
        "{id: hard, label: Hard network}",
        "{id: hard, label: Hard network, aliases: [Soft_Network]}",
        ":11: forms[2] spells 'soft network', which already stands for 'soft'; "
        "one spelling means one term.",
    ),
    "no-id": (
        "{id: hard, label: Hard network}",
        "{label: Hard network}",
        ":11: forms[2].id must be given; add a line such as 'id: joint-purchasing'.",
    ),
    "id-with-a-space": (
        "{id: hard, label: Hard network}",
        "{id: hard one, label: Hard network}",
        ":11: forms[2].id must be letters and digits joined by hyphens, not 'hard one'.",
    ),
    "id-with-a-line-break": (
        "{id: hard, label: Hard network}",
        '{id: "hard\\n", label: Hard network}',
        ":11: forms[2].id must be letters and digits joined by hyphens, not 'hard\\n'.",
    ),
    "id-that-is-a-number": (
        "{id: hard, label: Hard network}",
        "{id: 5, label: Hard network}",
        ":11: forms[2].id must be letters and digits joined by hyphens, not 5.",
    ),
    "no-label": (
        "{id: hard, label: Hard network}",
        "{id: hard}",
        ":11: forms[2].label must be given; add a line such as 'label: Joint purchasing'.",
    ),
    "blank-label": (
        "{id: hard, label: Hard network}",
        "{id: hard, label: ' '}",
        ":11: forms[2].label must not be empty; give a value or remove the line.",
    ),
    "label-in-a-list": (
        "{id: hard, label: Hard network}",
        "{id: hard, label: [Hard network]}",
        ":11: forms[2].label must be text, not a list.",
    ),
    "aliases-in-one-text": (
        "{id: hard, label: Hard network}",
        "{id: hard, label: Hard network, aliases: formal}",
        ":11: forms[2].aliases must be a list of texts, not 'formal'.",
    ),
    "alias-that-is-no-text": (
        "{id: hard, label: Hard network}",
        "{id: hard, label: Hard network, aliases: [formal, 5]}",
        ":11: forms[2].aliases[2] must be text, not 5.",
    ),
    "unknown-field-of-a-term": (
        "{id: hard, label: Hard network}",
        "{id: hard, label: Hard network, alias: Hard}",
        ":11: forms[2].alias is not a field of a form: did you mean 'aliases'? "
        "Fields are id, label, definition, aliases, group, short, means, said, "
        "least_members, most_members, notice.",
    ),
    "term-that-is-text": (
        "{id: hard, label: Hard network}",
        "hard",
        ":11: forms[2] must hold fields with names (id, label, definition, aliases, group, short, "
        "means, said and 3 more), not 'hard'.",
    ),
    "list-that-is-text": (
        "forms:\n  - {id: soft, label: Soft network}\n  - {id: hard, label: Hard network}\n",
        "forms: soft\n",
        ":9: forms must be a list of terms, not 'soft'.",
    ),
    "empty-list": (
        "forms:\n  - {id: soft, label: Soft network}\n  - {id: hard, label: Hard network}\n",
        "forms: []\n",
        ":9: forms must hold at least one term.",
    ),
    "missing-list": (
        "forms:\n  - {id: soft, label: Soft network}\n  - {id: hard, label: Hard network}\n",
        "",
        ":2: forms must be given; add a line such as 'forms: [{id: an-id, label: A label}]'.",
    ),
    "unknown-list": (
        "forms:\n",
        "colours:\n  - {id: red, label: Red}\nforms:\n",
        ":9: colours is not a field of the vocabulary: Fields are "
        f"{', '.join((*LISTS, *OPTIONAL_LISTS))}.",
    ),
    "list-twice": (
        "projects:\n",
        "forms:\n  - {id: other, label: Other}\nprojects:\n",
        ":12: forms is given twice; keep one of the two.",
    ),
    "field-twice": (
        "{id: hard, label: Hard network}",
        "{id: hard, label: Hard, label: Hard network}",
        ":11: forms[2].label is given twice; keep one of the two.",
    ),
    "property-of-another-list": (
        "{id: furniture, label: Furniture}",
        "{id: furniture, label: Furniture, role: guide}",
        ":35: sectors[2].role is not a field of a sector: "
        "Fields are id, label, definition, aliases, group, trades, materials, products, "
        "activities, near.",
    ),
    "role-that-is-none": (
        "{id: programme, label: Programme}",
        "{id: programme, label: Programme, role: guides}",
        ":4: kinds[2].role must be in the vocabulary, not 'guides': did you mean 'guide'? "
        "Allowed are subject, guide.",
    ),
    "two-subjects": (
        "{id: programme, label: Programme}",
        "{id: programme, label: Programme, role: subject}",
        ":4: kinds[2].role must not be 'subject' again: a compendium is about one kind, "
        "and 'network' is it.",
    ),
    "mark-that-is-none": (
        "{id: vertical, label: Vertical network}",
        "{id: vertical, label: Vertical network, mark: blob}",
        ":8: types[2].mark must be in the vocabulary, not 'blob': "
        "Allowed are bars, peak, plus, star, halves, ring, diamond, dot.",
    ),
    "public-money-perhaps": (
        "{id: self-financed, label: Self-financed}",
        "{id: self-financed, label: Self-financed, public_money: perhaps}",
        ":16: formations[1].public_money must be true or false, not 'perhaps'.",
    ),
    "members-in-words": (
        "{id: hard, label: Hard network}",
        "{id: hard, label: Hard network, most_members: few}",
        ":11: forms[2].most_members must be a whole number of at least 1, not 'few'.",
    ),
    "bounds-without-room": (
        "{id: hard, label: Hard network}",
        "{id: hard, label: Hard network, least_members: 9, most_members: 5}",
        ":11: forms[2].most_members must be at least least_members, 9, not 5.",
    ),
    "words-in-a-list": (
        "{id: hard, label: Hard network}",
        "{id: hard, label: Hard network, said: [few]}",
        ":11: forms[2].said must be text, not a list.",
    ),
    "written-without-the-figure": (
        "{id: jobs, label: jobs}",
        "{id: jobs, label: jobs, written: n jobs}",
        ":25: units[2].written must show how 30 is written, such as '30%' or 'A$30 a year', "
        "not 'n jobs'.",
    ),
    "written-as-a-number": (
        "{id: jobs, label: jobs}",
        "{id: jobs, label: jobs, written: 30}",
        ":25: units[2].written must show how 30 is written, such as '30%' or 'A$30 a year', "
        "not 30.",
    ),
    "measure-that-is-none": (
        "{id: jobs, label: jobs}",
        "{id: jobs, label: jobs, measures: count}",
        ":25: units[2].measures must be in the vocabulary, not 'count': did you mean 'amount'? "
        "Allowed are change, rate, usual, share, multiple, proportion, place, rating, money, "
        "amount.",
    ),
    "usual-without-a-change": (
        "written: 30%, measures: change}",
        "written: 30%, measures: usual}",
        ":24: units[1].measures cannot be 'usual' where no unit measures a 'change': "
        "what differs from the usual is counted as a change.",
    ),
    "sign-that-is-none": (
        "label: higher, sign: plus}",
        "label: higher, sign: up}",
        ":28: directions[1].sign must be in the vocabulary, not 'up': "
        "Allowed are plus, minus, none.",
    ),
    "tone-that-is-none": (
        "{id: mixed, label: Mixed}",
        "{id: mixed, label: Mixed, tone: grey}",
        ":32: statuses[2].tone must be in the vocabulary, not 'grey': "
        "Allowed are good, even, warning.",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), list(MISTAKES.values()), ids=list(MISTAKES))
def test_a_malformed_vocabulary_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    """A mistake in the vocabulary is refused with file, line and what is wrong."""
    path = tmp_path / "taxonomy.yaml"
    text = SMALL.read_text()
    path.write_text(text.replace(old, new))

    with pytest.raises(TaxonomyError) as error:
        load_taxonomy(path)

    assert text.count(old) == 1
    assert plain(error.value) == f"{path}{message}"


def test_every_mistake_of_a_vocabulary_is_told(tmp_path: Path) -> None:
    """Mistakes in several places come in one pass, a line each, in the order of the file."""
    path = tmp_path / "taxonomy.yaml"
    text = SMALL.read_text()
    for old, new in (
        ("{id: network, label: Network, role: subject}", "{id: network}"),
        ("{id: hard, label: Hard network}", "{id: soft, label: [Hard]}"),
        ("sectors:\n", "sectors:\n  - food\n"),
    ):
        text = text.replace(old, new)
    path.write_text(text)

    with pytest.raises(TaxonomyError) as error:
        load_taxonomy(path)

    assert plain(error.value).splitlines() == [
        f"{path}:3: kinds[1].label must be given; add a line such as 'label: Joint purchasing'.",
        f"{path}:11: forms[2].label must be text, not a list.",
        f"{path}:11: forms[2] spells 'soft', which already stands for 'soft'; "
        "one spelling means one term.",
        f"{path}:34: sectors[1] must hold fields with names (id, label, definition, aliases, "
        "group, trades, materials, products and 2 more), not 'food'.",
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(
            b"", f":1: the vocabulary must hold the lists {', '.join(LISTS)}.", id="empty"
        ),
        pytest.param(
            b"- kinds\n", f":1: the vocabulary must hold the lists {', '.join(LISTS)}.", id="list"
        ),
        pytest.param(
            b"# one\nkinds: caf\xe9\n",
            ":2: the vocabulary must be UTF-8; byte 0xe9 is not. Save the file as UTF-8.",
            id="latin-1",
        ),
    ],
)
def test_what_is_no_vocabulary_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    """A file that is empty, no mapping or not UTF-8 is refused by name."""
    path = tmp_path / "taxonomy.yaml"
    path.write_bytes(data)

    with pytest.raises(TaxonomyError) as error:
        load_taxonomy(path)

    assert plain(error.value) == f"{path}{message}"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("none.yaml", "No such file or directory"), (".", "Is a directory")],
    ids=["missing", "folder"],
)
def test_a_vocabulary_that_cannot_be_opened(tmp_path: Path, name: str, reason: str) -> None:
    """A missing vocabulary, or a folder in its place, is refused with the reason."""
    with pytest.raises(TaxonomyError) as error:
        load_taxonomy(tmp_path / name)

    assert str(error.value) == f"{tmp_path / name}: the vocabulary cannot be read: {reason}."


def test_a_vocabulary_without_properties_gets_the_defaults(tmp_path: Path) -> None:
    """A file of ids and labels loads: no subject, no guide, plain figures, a mark for each type."""
    path = tmp_path / "taxonomy.yaml"
    types = "".join(f"  - {{id: t{n}, label: Type {n}}}\n" for n in range(9))
    lists = (f"{name}:\n  - {{id: a, label: Agency}}\n" for name in LISTS if name != "types")
    path.write_text(f"types:\n{types}{''.join(lists)}", encoding="utf-8")

    taxonomy = load_taxonomy(path)

    assert taxonomy["kinds"].terms == (Term(id="a", label="Agency"),)
    assert (taxonomy.subject.label, taxonomy.subject.many) == ("Case", "cases")
    assert [kind.headed for kind in taxonomy.reporting] == ["Agencies"]
    assert [term.mark for term in taxonomy["types"]] == [*MARKS, "dot"]
    assert taxonomy["types"].terms[8] == Term(id="t8", label="Type 8")
    assert (taxonomy.direction(1), taxonomy.direction(0)) == ("", "a")
    assert (taxonomy.unit_of("change"), taxonomy.unit_of("amount")) == ("", "a")
    assert taxonomy.public_money(["a", "unknown"]) == (False, False)


def test_a_mark_that_is_given_is_taken_by_no_other_type(tmp_path: Path) -> None:
    """Types without a mark get those that are left, in the order of the file."""
    path = tmp_path / "taxonomy.yaml"
    given = "{id: vertical, label: Vertical network, mark: bars}"
    path.write_text(SMALL.read_text().replace("{id: vertical, label: Vertical network}", given))

    assert [term.mark for term in load_taxonomy(path)["types"]] == ["peak", "bars"]


def test_properties_of_the_real_vocabulary(real: Taxonomy) -> None:
    """Which kind is a guide, what brings public money, which way directions go."""
    assert (real.subject.id, real.subject.headed) == ("network", "Single networks")
    assert [kind.id for kind in real.reporting] == ["network", "programme", "study"]
    assert [kind.many for kind in real["kinds"]] == ["networks", "programmes", "studies", "guides"]
    assert [(term.id, term.public_money) for term in real["formations"]] == [
        ("self-financed", False),
        ("soft-network", None),
        ("development-commission", True),
        ("supply-push", True),
        ("demand-pull", True),
        ("trade-association", None),
        ("development-aid", True),
    ]
    assert real.public_money(["supply-push", "self-financed"]) == (True, True)
    assert real.public_money(["soft-network"]) == (False, False)
    assert [real.direction(sign) for sign in (1, -1, 0)] == ["up", "down", "level"]
    assert [(term.id, term.tone) for term in real["statuses"]] == [
        ("success", "good"),
        ("mixed", "even"),
        ("cautionary", "warning"),
    ]
    assert [term.mark for term in real["types"]] == list(MARKS[:5])


@pytest.mark.parametrize(
    ("label", "words"),
    [("Horizontal network", "horizontal network"), ("ISO 9000", "ISO 9000"), ("A", "A"), ("", "")],
)
def test_a_label_inside_a_sentence(label: str, words: str) -> None:
    """It begins with a small letter unless it is an abbreviation."""
    assert in_line(label) == words


def test_the_real_vocabulary_is_unambiguous(real: Taxonomy) -> None:
    """In every list, each id, label and alias means its own term and no other."""
    astray = [
        (name, spelling)
        for name in LISTS
        for term in real[name]
        for spelling in (term.id, term.label, *term.aliases, term.label.upper())
        if real[name].canonical(spelling) != term.id
    ]

    assert astray == []


def test_the_real_vocabulary_explains_itself(real: Taxonomy) -> None:
    """Every term has a definition that ends in a full stop, and a group where its list has any."""
    vague = [
        (name, term.id) for name in LISTS for term in real[name] if term.definition[-1:] != "."
    ]
    grouped = {name for name in LISTS if any(term.group for term in real[name])}
    stray = [(name, term.id) for name in grouped for term in real[name] if not term.group]

    assert vague == []
    assert grouped == {"projects", "metrics", "sectors", "units"}
    assert stray == []


def test_the_real_vocabulary_follows_the_paper(real: Taxonomy) -> None:
    """Types, formations and levels are those of sections 6, 9 and 15 of Roy (1998), in order."""
    assert real["kinds"].ids == ("network", "programme", "study", "guide")
    assert real["types"].ids == (
        "horizontal",
        "vertical",
        "cross-sectoral",
        "emerging-technologies",
        "public-private",
    )
    assert real["formations"].ids == (
        *("self-financed", "soft-network", "development-commission"),
        *("supply-push", "demand-pull"),
        *("trade-association", "development-aid"),  # of the networks of our time
    )
    assert real["levels"].ids == ("output", "outcome", "impact", "consequence")
    assert real["directions"].ids == ("up", "down", "level")
    assert real["statuses"].ids == ("success", "mixed", "cautionary")


def test_there_is_one_copy(tmp_path: Path) -> None:
    """The vocabulary can be moved: nothing but the file says what its terms are."""
    path = tmp_path / "elsewhere.yaml"
    shutil.copy(SMALL, path)

    assert load_taxonomy(path) == load_taxonomy(SMALL)
