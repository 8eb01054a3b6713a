"""The questions of ``kb new``: what is asked of a new case, and what an answer means.

Every question fills one field of the front-matter, or one section of the text. An answer is
held at once to the rules that ``kb check`` has of that field, with the same sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kb.content.countries import countries, country_code
from kb.content.front_matter import FrontMatter
from kb.content.known import Known
from kb.content.new_case import Around
from kb.content.own_sources import own_keys
from kb.content.placeholders import MARK, SECTIONS
from kb.content.schema import read
from kb.content.yaml_source import Located
from kb.model.english import capital, slug
from kb.model.taxonomy import GUIDE, Taxonomy, Vocabulary
from kb.text.body import case_headings
from kb.text.similar_names import similar_names

#: The name of the field in which a section's text waits until it is written.
TEXT = "text"
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to ask.

    Attributes:
        path: the names of the field and of what is in it: ``("members", "count")``.
        asks: the question.
        help: what a good answer is.
        option: the option of the command that answers it; empty where there is none.
        vocabulary: the list of the words that are allowed; empty where any will do.
        many: whether there may be several.
        number: ``int`` or ``float`` where the answer is a number.
        must: whether a case needs an answer.
        for_guides: whether it is asked of a guide too.
    """

    path: Path
    asks: str
    help: str = ""
    option: str = ""
    vocabulary: str = ""
    many: bool = False
    number: type[float] | None = None
    must: bool = False
    for_guides: bool = False

    @property
    def name(self) -> str:
        """The field as messages name it."""
        return ".".join(self.path)


def case_questions() -> tuple[Question, ...]:
    """What is asked of every case, in the order of asking; its text and results come later."""
    return (
        Question(
            path=("title",),
            asks="What is the title?",
            help="A name of at most 90 characters that no other case has, such as "
            "“Three printers buy a press together”.",
            option="--title",
            must=True,
            for_guides=True,
        ),
        Question(
            path=("kind",),
            asks="What is the document?",
            option="--kind",
            vocabulary="kinds",
            must=True,
            for_guides=True,
        ),
        Question(
            path=("country",),
            asks="In which country, or countries?",
            help="Names or ISO 3166 codes, with a comma between.",
            option="--country",
            vocabulary="countries",
            many=True,
            must=True,
        ),
        Question(path=("region",), asks="In which region or town?", option="--region"),
        Question(
            path=("type",),
            asks="Of which type is the network?",
            help="One or more, with a comma between.",
            option="--type",
            vocabulary="types",
            many=True,
        ),
        Question(
            path=("project",),
            asks="What did they do together?",
            help="The kinds of project, done or planned, with a comma between.",
            option="--project",
            vocabulary="projects",
            many=True,
        ),
        Question(
            path=("form",),
            asks="Of which form is the network?",
            option="--form",
            vocabulary="forms",
            many=True,
        ),
        Question(
            path=("sectors",),
            asks="In which sectors are the members?",
            help="One or more, with a comma between; a trade such as “bakers” will do.",
            option="--sector",
            vocabulary="sectors",
            many=True,
        ),
        Question(
            path=("members", "who"),
            asks="Who took part?",
            help="The members in words: small graphic arts companies.",
            option="--who",
        ),
        Question(
            path=("members", "count"),
            asks="How many members?",
            help="A whole number.",
            option="--members",
            number=int,
        ),
        Question(
            path=("period", "from"),
            asks="In which year did it begin?",
            option="--from",
            number=int,
        ),
        Question(
            path=("period", "to"),
            asks="In which year did it end?",
            option="--to",
            number=int,
        ),
        Question(
            path=("summary",),
            asks="What is the story in one or two sentences?",
            help="Who did what together, where, and what came of it; at most 300 characters.",
            option="--summary",
            must=True,
            for_guides=True,
        ),
        Question(
            path=("sources", "key"),
            asks="In which source does it stand?",
            help="A key of sources.bib.",
            option="--source",
            vocabulary="sources",
            must=True,
            for_guides=True,
        ),
        Question(
            path=("sources", "locator"),
            asks="Where in that source?",
            help="A section, a page, a table: section 8, third example.",
            option="--locator",
            must=True,
            for_guides=True,
        ),
    )


def result_questions() -> tuple[Question, ...]:
    """What is asked of each result; the first one ends the asking where it stays empty."""
    return (
        Question(
            path=("results", "statement"),
            asks="What does the source report as achieved?",
            help="One result in one sentence of at most 160 characters, with the figure that the "
            "source gives. No aim, no plan, and nothing that the source does not tell.",
        ),
        Question(
            path=("results", "metric"),
            asks="What was measured?",
            vocabulary="metrics",
            must=True,
        ),
        Question(
            path=("results", "level"), asks="How far does it reach?", vocabulary="levels", must=True
        ),
        Question(
            path=("results", "direction"),
            asks="Which way did it go?",
            vocabulary="directions",
            must=True,
        ),
        Question(
            path=("results", "value"),
            asks="What is the figure?",
            help="A plain number, 30 or 7000000; nothing where the source gives none.",
            number=float,
        ),
        Question(path=("results", "unit"), asks="In which unit?", vocabulary="units", must=True),
        Question(
            path=("results", "horizon"),
            asks="For which time?",
            help="As the source tells it: first year, over 3 years.",
        ),
        Question(
            path=("results", "locator"),
            asks="Where in the source does it stand?",
            must=True,
        ),
    )


def section_questions(taxonomy: Taxonomy) -> tuple[Question, ...]:
    """What is asked of the text: a question for each heading of business-case form."""
    headings = zip(case_headings(taxonomy.subject), SECTIONS, strict=True)
    return tuple(
        Question(
            path=(TEXT, heading),
            asks=f"{heading}: {placeholder.removeprefix(MARK).strip()}",
            help="A sentence or more. A dash, -, leaves the section out: the source tells nothing.",
            must=True,
        )
        for heading, placeholder in headings
    )


@dataclass(slots=True, kw_only=True)
class Answers:
    """What was answered until now.

    Attributes:
        here: what the case stands in.
        given: the value of each question, by its path; None where there is nothing to say.
        results: those that are told in full.
        others: fields that no question asks for.
    """

    here: Around
    given: dict[Path, Any] = field(default_factory=dict)
    results: list[dict[str, Any]] = field(default_factory=list)
    others: dict[str, Any] = field(default_factory=dict)

    @property
    def is_guide(self) -> bool:
        """Whether the document is a guide, which is asked less."""
        kind = self.given.get(("kind",))
        return self.here.taxonomy["kinds"].term(str(kind)).role == GUIDE

    def fields(self) -> dict[str, Any]:
        """The fields of the front-matter that are known."""
        found: dict[str, Any] = {}
        for path, value in self.given.items():
            if path[0] in (TEXT, "id", "results") or value is None:
                continue
            if len(path) == 1:
                found[path[0]] = value
            else:
                found.setdefault(path[0], {})[path[1]] = value
        if "sources" in found:
            names = [name for name in ("key", "locator", "work") if name in found["sources"]]
            found["sources"] = [{name: found["sources"][name] for name in names}]
        if self.results:
            found["results"] = self.results
        return {**found, **self.others}

    def sections(self) -> dict[str, str]:
        """The text under each heading; empty where the source tells nothing."""
        return {path[1]: value or "" for path, value in self.given.items() if path[0] == TEXT}

    def suggested_id(self) -> str:
        """An id by country and title; empty where these are not known."""
        title = slug_of(str(self.given.get(("title",)) or ""))
        places = self.given.get(("country",))
        place = places[0] if isinstance(places, list) else places
        folder = f"{self.here.taxonomy.guide.id or 'guide'}s" if self.is_guide else ""
        folder = folder or slug(countries().label(str(place or "")))
        return free_id(f"{folder}/{title}", self.here.ids) if folder and title else ""


def slug_of(text: str, most: int = 60) -> str:
    """A name in any script as an id has it, at most so long: ``Søn & Åse`` is ``son-ase``."""
    from slugify import slugify  # reads a table of 70,000 letters

    return slugify(text, max_length=most, word_boundary=True, save_order=True)


def free_id(wanted: str, taken: Any) -> str:
    """An id that nothing has: the one that is wanted, or that with a number behind it."""
    if wanted not in taken:
        return wanted
    return next(
        name for number in range(2, 1_000_000) if (name := f"{wanted}-{number}") not in taken
    )


# --- what an answer means --------------------------------------------------------------------


def allowed(question: Question, here: Around, near: str = "") -> tuple[str, ...]:
    """The words that a question allows, the nearest to what was typed first; all in the end."""
    if not question.vocabulary:
        return ()
    if question.vocabulary == "sources":
        return tuple(dict.fromkeys((*similar_names(near, here.keys, 5), *here.keys)))
    vocabulary = _list(question.vocabulary, here.taxonomy)
    ids = dict.fromkeys((*vocabulary.nearest(near), *vocabulary.ids))
    as_names = question.vocabulary == "countries"
    return tuple(vocabulary.label(one) if as_names else one for one in ids)


def _list(name: str, taxonomy: Taxonomy) -> Vocabulary:
    return countries() if name == "countries" else taxonomy[name]


def value_of(question: Question, answer: str, here: Around) -> Any:
    """What an answer stands for, as a file gives it; what is not understood stays as it is."""
    answer = " ".join(answer.split())
    if question.number is not None:
        return _number(answer, question.number)
    if not question.vocabulary or question.vocabulary == "sources":
        return answer
    if not question.many:
        return _word(answer, question.vocabulary, here.taxonomy) or answer
    whole = _word(answer, question.vocabulary, here.taxonomy)
    if whole:  # a label may have a comma in it
        return whole
    parts = [part.strip() for part in re.split(r"[,;]", answer) if part.strip()]
    words = [_word(part, question.vocabulary, here.taxonomy) or part for part in parts]
    words = list(dict.fromkeys(words))
    return words[0] if len(words) == 1 else words


def _word(spelling: str, name: str, taxonomy: Taxonomy) -> str | None:
    """The id that a spelling means."""
    if name == "countries":
        return country_code(spelling) or taxonomy[name].canonical(spelling)
    return taxonomy[name].canonical(spelling)


def _number(answer: str, kind: type[float]) -> Any:
    """A number that is written plainly; with a comma or a space between thousands it is clear."""
    plain = answer
    if re.fullmatch(r"[1-9]\d{0,2}([, ]\d{3})+", plain):
        plain = re.sub("[, ]", "", plain)
    if re.fullmatch(r"[-+]?\d{1,15}", plain):
        return int(plain)
    if kind is float and re.fullmatch(r"[-+]?\d{1,12}\.\d{1,6}", plain):
        return float(plain)
    return answer


def complaint(question: Question, value: Any, answers: Answers) -> str:
    """What ``kb check`` says of an answer, as a sentence about it; empty where it is fine."""
    if question.path[0] == TEXT:
        return ""
    if question.path[0] == "results":
        return _of_result(question, value, answers)
    fields = {**answers.fields()}
    if len(question.path) == 1:
        fields[question.path[0]] = value
        names = [question.path[0]]
    else:
        record = {**(_inner(fields, question.path[0])), question.path[1]: value}
        is_list = question.path[0] == "sources"
        fields[question.path[0]] = [record] if is_list else record
        begin = f"{question.path[0]}[1]" if is_list else question.path[0]
        names = [f"{begin}.{question.path[1]}", *([] if is_list else [begin])]
    return _first(fields, answers, names)


def _inner(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = fields.get(name) or {}
    return inner[0] if isinstance(inner, list) else inner


def _of_result(question: Question, value: Any, answers: Answers) -> str:
    fields = answers.fields()
    record = {
        path[1]: given
        for path, given in answers.given.items()
        if path[0] == "results" and given is not None
    }
    fields["results"] = [{**record, question.path[1]: value}]
    return _first(fields, answers, [f"results[1].{question.path[1]}"])


def complaint_on_work(key: str, work: Mapping[str, str], answers: Answers) -> str:
    """What ``kb check`` says of a work that the case brings along; empty where it is fine."""
    fields = {**answers.fields(), "sources": [{"key": key, "locator": "-", "work": dict(work)}]}
    names = ("sources[1].key", "sources[1].work")
    told = (
        message.removeprefix("sources[1].")
        for name, message in field_problems(fields, answers)
        if name.startswith(names)
    )
    return capital(next(told, ""))


def _first(fields: Mapping[str, Any], answers: Answers, names: Sequence[str]) -> str:
    """The first thing that is wrong with one of some fields, without its name before it."""
    for name, message in field_problems(fields, answers):
        for wanted in names:
            if name == wanted or re.fullmatch(rf"{re.escape(wanted)}\[\d+\]", name):
                return capital(message.removeprefix(name).strip())
    return ""


def field_problems(fields: Mapping[str, Any], answers: Answers) -> Iterator[tuple[str, str]]:
    """What is wrong in the front-matter as it would be: the field, and the message on it."""
    here = answers.here
    known = Known(
        taxonomy=here.taxonomy,
        guides=dict.fromkeys(here.ids, False),
        sources=here.keys,
        undated=here.undated,
        own=own_keys(fields),
    )
    located = Located(value=dict(fields), lines={})
    _, problems = read(FrontMatter, located, "", known=known)
    for problem in problems:
        yield problem.field, problem.message


def asked_now(questions: Sequence[Question], answers: Answers) -> Iterator[Question]:
    """Those of some questions that still make sense, as others are answered."""
    for question in questions:
        if answers.is_guide and not question.for_guides:
            continue
        if question.path == ("members", "count") and not answers.given.get(("members", "who")):
            continue
        if question.path == ("period", "to") and not answers.given.get(("period", "from")):
            continue
        yield question
