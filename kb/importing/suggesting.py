"""A first mapping of columns to fields, by their names and by what stands in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from kb.content.yaml_source import write_fields
from kb.importing.cells import Meanings, parts_of, text_of
from kb.importing.foreign import Refused, Story, cut
from kb.importing.mapping import ColumnMapping, RecordRule, Rule
from kb.model.english import slug
from kb.text.body import case_headings

#: So many stories are looked at.
_LOOKED_AT = 200
#: A column whose values are words of a list, but for so many, is a column of that list.
_SHARE = 0.6

Target = tuple[str, ...]

#: What columns of a field are called elsewhere, in the form of ids.
_NAMES: Mapping[Target, str] = {
    ("title",): "title name project-name project-title network-name case-title display-name titel "
    "titre titulo nome navn headline network project",
    ("country",): "country countries land pays pais paese nation",
    ("region",): "region town city place location province county ort ville ciudad",
    ("summary",): "summary description abstract excerpt short-description lead synopsis in-brief "
    "kurzbeschreibung resume resumen",
    ("sectors",): "sector sectors industry industries branch branche trade secteur",
    ("type",): "network-type type-of-network types",
    ("project",): "activity activities project-type type-of-project projects theme themes",
    ("form",): "form network-form",
    ("formation",): "formation how-formed funding-model",
    ("status",): "status",
    ("members", "who"): "members participants who firms companies member-firms partners-in-words",
    ("members", "count"): "number-of-members number-of-firms number-of-companies no-of-firms "
    "no-of-members member-count members-count firms-count size",
    ("members", "partners"): "partners supporters other-partners",
    (
        "period",
        "from",
    ): "start begin beginning from start-date start-year year-started since founded",
    ("period", "to"): "end to end-date end-year year-ended until",
    ("period",): "years period duration",
    ("teaching", "questions"): "questions teaching-questions",
    ("role_model_for",): "role-model-for suits suitable-for",
    ("related",): "see-also",
}
_RESULT_NAMES: Mapping[Target, str] = {
    ("statement",): "result results outcome outcomes achievement achievements result-statement",
    ("metric",): "metric indicator measure kpi result-metric",
    ("level",): "level result-level",
    ("direction",): "direction change result-direction",
    ("value",): "value amount figure result-value",
    ("unit",): "unit units currency result-unit",
    ("horizon",): "horizon time-frame timeframe",
    ("year",): "year result-year",
}
_SOURCE_NAMES: Mapping[Target, str] = {
    ("key",): "source source-key reference bibkey citekey",
    ("locator",): "locator page pages place-in-source",
    ("work", "title"): "source-title work-title",
    ("work", "by"): "publisher source-author",
    ("work", "year"): "source-year",
    ("work", "url"): "source-url source-link",
}
#: Fields of documents that are called one thing or another in the same collection.
_FIRST_OF = (("title",), ("summary",))
#: By the place of the heading in business-case form.
_SECTION_NAMES = (
    "situation background context problem challenge ausgangslage",
    "the-network network-description partners-description organisation",
    "what-they-did-together what-they-did approach solution project-description story text body",
    "results-as-reported results-in-words",
    "what-to-take-from-it lessons lessons-learned lessons-learnt conclusion",
)
#: Lists by whose words a column is known, and the field of each.
_LISTS: tuple[tuple[str, Target], ...] = (
    ("countries", ("country",)),
    ("sectors", ("sectors",)),
    ("projects", ("project",)),
    ("types", ("type",)),
    ("kinds", ("kind",)),
    ("forms", ("form",)),
    ("formations", ("formation",)),
    ("statuses", ("status",)),
)
_RESULT_LISTS = (
    ("metrics", "metric"),
    ("units", "unit"),
    ("directions", "direction"),
    ("levels", "level"),
)
_FILE_TITLE = ("(first heading)", "(name of the file)")


@dataclass(slots=True, kw_only=True)
class Suggestion:
    """A mapping, and the columns that nothing was found for, each with an example."""

    mapping: ColumnMapping
    left: dict[str, str] = field(default_factory=dict)

    def as_yaml(self, place: str) -> str:
        """The mapping file, with what is left as comments."""
        mapping = self.mapping
        given: dict[str, Any] = {}
        for path, rule in mapping.fields.items():
            given[".".join(path)] = _rule(rule)
        for name, records in mapping.records.items():
            given[name] = [
                {".".join(path): _rule(rule) for path, rule in one.rules.items()} for one in records
            ]
        parts: dict[str, Any] = {"fields": given}
        if mapping.sections:
            parts["sections"] = {name: _rule(rule) for name, rule in mapping.sections.items()}
        head = (
            f"# A first mapping for {place}, by the names of its columns and what stands there.\n"
            "# Look at each line; docs/importing.md says what else it can say.\n"
        )
        missing = [
            name
            for name in ("title", "kind", "country", "summary", "sources")
            if name not in {path.split(".")[0] for path in given}
        ]
        tail = [f"# Not found: {', '.join(missing)}."] if missing else []
        if "kind" in missing:
            tail.append("# Where all are of one kind:   kind: {value: network}")
        if self.left:
            tail.append("# Columns that nothing was found for; 'skip: [...]' leaves them out:")
            tail += [f"#   {cut(name, 40)}: {example}" for name, example in self.left.items()]
        return head + write_fields(parts) + "".join(f"{line}\n" for line in tail)


def _rule(rule: Rule) -> Any:
    if rule.value is not None:
        return {"value": rule.value}
    if rule.text:
        return {"text": rule.text}
    if rule.first:
        return {"first": list(rule.columns)}
    more = {"split": rule.split} if rule.split else {}
    if more:
        return {"column": rule.columns[0], **more}
    return rule.columns[0] if len(rule.columns) == 1 else list(rule.columns)


def suggest(stories: Iterable[Story | Refused], meanings: Meanings) -> Suggestion:
    """A first mapping for some stories, of which the first few are looked at."""
    first = [one for one in islice(stories, _LOOKED_AT) if isinstance(one, Story)]
    return _Suggester(stories=first, meanings=meanings).suggest()


@dataclass(slots=True, kw_only=True)
class _Suggester:
    stories: Sequence[Story]
    meanings: Meanings
    fields: dict[Target, Rule] = field(default_factory=dict)
    result: dict[Target, Rule] = field(default_factory=dict)
    source: dict[Target, Rule] = field(default_factory=dict)
    sections: dict[str, Rule] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    seldom: set[str] = field(default_factory=set)

    def suggest(self) -> Suggestion:
        filled = Counter(name for story in self.stories for name in story.cells)
        columns = list(filled)
        plain = [name for name in columns if not name.startswith("(")]
        plain.sort(key=lambda name: -filled[name])  # of two that are called alike the fuller one
        self.seldom = {name for name in plain if filled[name] * 5 < len(self.stories)}
        for name in plain:
            self._by_name(name)
        for name in plain:
            if name not in self.used and name not in self.seldom:
                self._by_values(name)
        self._titles(columns)
        self._work(plain)
        if "statement" not in {path[0] for path in self.result}:
            self.used -= {rule.columns[0] for rule in self.result.values()}
            self.result = {}
        records = {}
        if self.source:
            records["sources"] = (RecordRule(rules=self.source),)
        if self.result:
            records["results"] = (RecordRule(rules=self.result),)
        left = {name: self._example(name) for name in plain if name not in self.used}
        return Suggestion(
            mapping=ColumnMapping(fields=self.fields, records=records, sections=self.sections),
            left=left,
        )

    def _take(self, found: dict[Target, Rule], target: Target, name: str) -> None:
        split = next(
            (sign for sign in (";", "|") if any(sign in one for one in self._texts(name))), ""
        )
        many = target[-1] in ("sectors", "project", "type", "country", "partners", "questions")
        found[target] = Rule(columns=(name,), split=split if many else "")
        self.used.add(name)

    def _by_name(self, name: str) -> None:
        called = slug(name.rpartition(".")[2] or name)
        is_period = {("period", "from"), ("period", "to")} & self.fields.keys()
        for target, names in _NAMES.items():
            if target == ("period",) and is_period:
                continue
            if called not in names.split() or not self._fits(target, name):
                continue
            if target not in self.fields:
                self._take(self.fields, target, name)
                return
            if target in _FIRST_OF and any("(name of the file)" in s.cells for s in self.stories):
                before = self.fields[target].columns
                self.fields[target] = Rule(columns=(*before, name), first=True)
                self.used.add(name)
                return
        for found, table in ((self.result, _RESULT_NAMES), (self.source, _SOURCE_NAMES)):
            target = _named(called, table)
            if target and target not in found:
                self._take(found, target, name)
                return
        self._section(called, name)

    def _section(self, called: str, name: str) -> None:
        headings = case_headings(self.meanings.taxonomy.subject)
        for heading, names in zip(headings, _SECTION_NAMES, strict=True):
            if called in names.split() and heading not in self.sections:
                self.sections[heading] = Rule(columns=(name,))
                self.used.add(name)
                return

    def _fits(self, target: Target, name: str) -> bool:
        """Whether the values of a column can be what its name says."""
        if target == ("members", "who"):
            return not all(one.isdigit() for one in self._texts(name))
        lists = {path: one for one, path in _LISTS}
        if target in lists and target != ("country",):
            return self._share(name, lists[target]) > 0.2
        return True

    def _by_values(self, name: str) -> None:
        for list_name, target in _LISTS:
            if target not in self.fields and self._share(name, list_name) >= _SHARE:
                self._take(self.fields, target, name)
                return
        for list_name, key in _RESULT_LISTS:
            if (key,) not in self.result and self._share(name, list_name) >= _SHARE:
                self._take(self.result, (key,), name)
                return

    def _share(self, name: str, list_name: str) -> float:
        """How many of the different values of a column are words of a list."""
        values = dict.fromkeys(
            text_of(part)
            for story in self.stories
            if name in story.cells
            for part in parts_of(story.cells[name].value)
        )
        parts = [part.strip() for one in values for part in _split(one) if part.strip()]
        if len(parts) < 2 < len(self.stories):
            return 0.0
        known = sum(self.meanings.found(part, list_name) is not None for part in parts)
        return known / len(parts) if parts else 0.0

    def _titles(self, columns: Sequence[str]) -> None:
        """Documents have a title in any case."""
        others = [name for name in _FILE_TITLE if name in columns]
        if others:
            before = self.fields.get(("title",))
            names = (*(before.columns if before else ()), *others)
            self.fields = {("title",): Rule(columns=names, first=True), **self.fields}
        elif ("title",) in self.fields:
            self.fields = {("title",): self.fields.pop(("title",)), **self.fields}

    def _work(self, columns: Sequence[str]) -> None:
        """A document of another site is itself the source, where its day and address are known."""
        if self.source or not any("(name of the file)" in story.cells for story in self.stories):
            return
        by_slug = {slug(name.rpartition(".")[2]): name for name in columns}
        dated = [name for name in ("date", "published", "year", "created") if name in by_slug]
        day = by_slug[dated[0]] if dated else "(date in the name of the file)"
        if dated or any(day in story.cells for story in self.stories):
            title = self.fields[("title",)]
            self.source = {
                ("key",): Rule(text="{(name of the file)}"),
                ("locator",): Rule(value="the whole page"),
                ("work", "title"): title,
                ("work", "year"): Rule(columns=(day, "(date in the name of the file)"), first=True),
            }
            self.used.add(day)
            if "url" in by_slug:
                self.source[("work", "url")] = Rule(columns=(by_slug["url"],))
                self.used.add(by_slug["url"])

    def _texts(self, name: str) -> Iterator[str]:
        for story in self.stories:
            if name in story.cells:
                yield text_of(story.cells[name].value)

    def _example(self, name: str) -> str:
        example = next(self._texts(name), "")
        return example if len(example) <= 60 else f"{example[:59]}…"


def _named(called: str, table: Mapping[Target, str]) -> Target:
    """The field that is called so elsewhere; empty where there is none."""
    return next((target for target, names in table.items() if called in names.split()), ())


def _split(text: str) -> list[str]:
    for sign in (";", "|", ","):
        if sign in text:
            return text.split(sign)
    return [text]
