"""A made-up compendium of any size, for measuring: the real cases, recombined and varied.

Each made case takes its fields from a real one, drawn by chance, so that what is common or
rare among the real cases is so here too. Its sections and lines come from that case or from
others; trades, places, names and figures in them are replaced by others of their kind, and
each case has a name of its own, so that the words grow with the number of cases. Everything
hangs on the seed and on the place of the case: the same seed makes the same files, and the
first thousand of ten thousand cases differ from a thousand cases only in what they lead to.

No case is read by anyone: each file says at its top that it is made up.
"""

from __future__ import annotations

import bisect
import itertools
import json
import random
import re
import shutil
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pycountry
import yaml

from at_scale.words import Words
from kb.content.front_matter import MAX_STATEMENT
from kb.content.yaml_source import read_yaml, text_of

MARK = "Made up for measuring by benchmarks/scale.py: nothing in it is true."

#: Beside the cases; taken over as they are, as no id of a case stands in them.
_TAKEN_OVER = ("glossary.yaml", "glossary-forms.json", "phrases.yaml", "calibration.json")
#: Where the calibration of the real compendium may lie, the first that there is.
_CALIBRATIONS = ("calibration.json", "collections/*/calibration.json")
#: The headings whose sections may come from another case.
_SWAPPED = ("Situation", "The network", "What they did together", "Results as reported")
_ANALYSIS = "What to take from it"
#: Of guides there is a set number, as a compendium that grows does not get more themes.
MOST_GUIDES = 40
#: How many of ten cases have a country that no real case has; how often a part is another's.
_SHARE_OF_NEW_COUNTRIES, _SHARE_OF_OTHERS = 0.03, 0.3
#: One source for so many cases; the first few are cited most, as they are in truth.
_CASES_A_SOURCE = 2

#: The fields of a made case; ``reading`` is left out, as two guides cannot have one place.
_FIELDS = (
    *("title", "kind", "country", "type", "project", "planned", "form", "formation", "sectors"),
    *("members", "period", "region", "results", "status", "summary", "sources", "related"),
    *("teaching", "role_model_for", "answers", "our_reading", "added"),
)
#: Fields that the release before the present one does not know: ``plain`` leaves them out.
_LATER_RESULT_FIELDS = ("about", "merged", "year", "contradicted")
_PLAIN_READING = ("type", "project", "form", "sectors", "formation", "status")

#: Stands for the target of a link until a case is made.
_TARGET = "\0"
_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(([^)]*)\)")
_DIGIT = re.compile("[1-9]")
_SYLLABLES = tuple(a + b for a in "bdfgklmnprstv" for b in ("a", "e", "i", "o", "u"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """A real case: its front-matter as it is written, and its sections by heading, in order."""

    id: str
    fields: Mapping[str, Any]
    sections: tuple[tuple[str, str], ...]

    @property
    def is_guide(self) -> bool:
        """Whether it is a guide, which has no country."""
        return self.fields["kind"] == "guide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What is settled of a made case before it is written: others lead to it by its id."""

    id: str
    place: int
    host: Real
    name: str
    countries: tuple[str, ...]
    sector: str


class Compendium:
    """A made-up compendium: ``write`` writes it, case by case."""

    def __init__(self, n: int, *, source: Path, seed: int = 1, plain: bool = False) -> None:
        """Read the real cases.

        Args:
            n: how many cases to make, guides included.
            source: the folder of the real cases.
            seed: another one makes another compendium.
            plain: leave out what the release before the present one does not know.
        """
        self.n, self.seed, self.plain, self._source = n, seed, plain, source
        self._taxonomy = _yaml_of(source / "taxonomy.yaml")
        self.real = tuple(_read(path, source) for path in sorted(source.glob("*/*.md")))
        self._guides = [real for real in self.real if real.is_guide]
        self._hosts = [real for real in self.real if not real.is_guide]
        self._by_heading = {
            heading: [
                text for real in self._hosts for name, text in real.sections if name == heading
            ]
            for heading in _SWAPPED
        }
        self.words = words_of(source)

    @cached_property
    def plan(self) -> tuple[Planned, ...]:
        """What is settled of each case, in the order in which they are written."""
        return tuple(self._planned(place) for place in range(self.n))

    def write(self, folder: Path) -> None:
        """Write the compendium into a new folder.

        Raises:
            FileExistsError: the folder holds something already.
        """
        if folder.exists() and any(folder.iterdir()):
            raise FileExistsError(f"{folder} must be empty or not there; name another folder.")
        folder.mkdir(parents=True, exist_ok=True)
        self._write_beside(folder)
        for planned in self.plan:
            path = folder / f"{planned.id}.md"
            path.parent.mkdir(exist_ok=True)
            path.write_text(self.text_of(planned), encoding="utf-8")

    def filters(self) -> dict[str, Any]:
        """How many cases there are, the commonest country, and what ten cases have together.

        That is a country and a project, of all pairs the one that nearest to ten cases have.
        """
        countries: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        spelled = {
            name.casefold(): term["id"]
            for term in self._taxonomy["projects"]
            for name in (*(term.get("aliases") or ()), term["label"], term["id"])
        }
        for planned in self.plan:
            countries.update(planned.countries)
            projects = {
                spelled[name.casefold()] for name in _listed(planned.host.fields["project"])
            }
            pairs.update(itertools.product(planned.countries, projects))
        country, project = min(pairs, key=lambda pair: (abs(pairs[pair] - 10), pair))
        return {
            "cases": self.n,
            "common": {"country": countries.most_common(1)[0][0]},
            "ten": {"country": country, "project": project},
        }

    def text_of(self, planned: Planned) -> str:
        """The file of a case."""
        chance = random.Random(f"{self.seed} case {planned.place}")
        host, replace = planned.host, self._replacement(planned, chance)

        def vary(text: str, *, figures: bool = True) -> str:
            def chosen(word: str) -> str:
                is_figure = any(map(str.isdigit, word))
                return word if is_figure and not figures else replace(word)

            return self.words.replaced(text, chosen)

        related = self._related(planned, chance)
        fields = self._fields_of(planned, vary, chance, related)
        body = []
        for heading, text in host.sections:
            others = self._by_heading.get(heading, ())
            if others and not host.is_guide and chance.random() < _SHARE_OF_OTHERS:
                text = chance.choice(others)
            text = _linked(vary(text), related)
            body.append(f"## {heading}\n\n{text}" if heading else text)
        front = "\n".join(_yaml(fields))
        return f"---\n# {MARK}\n{front}\n---\n\n" + "\n\n".join(body) + "\n"

    # --- what is settled first ---------------------------------------------------------------

    def _planned(self, place: int) -> Planned:
        chance = random.Random(f"{self.seed} plan {place}")
        name = _name(place)
        n_guides = min(MOST_GUIDES, round(self.n * len(self._guides) / len(self.real)))
        every = self.n // n_guides if n_guides else 0
        if every and place % every == 0 and place // every < n_guides:
            host = self._guides[place // every % len(self._guides)]
            return Planned(
                id=f"guides/{_slug(host.fields['title'])}-{name.lower()}",
                place=place,
                host=host,
                name=name,
                countries=(),
                sector="",
            )
        host = chance.choice(self._hosts)
        first = self._countries.draw(chance)
        several = len(_listed(host.fields["country"])) - 1
        countries = tuple(dict.fromkeys((first, *self._countries.draws(chance, several))))
        own = _listed(host.fields.get("sectors"))
        sector = self._sectors.draw(chance) if own else ""
        folder = "international" if len(countries) > 1 else _slug(_country_name(first))
        return Planned(
            id=f"{folder}/{_slug(host.fields['title'])}-{name.lower()}",
            place=place,
            host=host,
            name=name,
            countries=countries,
            sector=sector,
        )

    @cached_property
    def _countries(self) -> Drawn:
        """Countries as often as the real cases have them, and a long tail of all others."""
        real = [_code(name) for real in self._hosts for name in _listed(real.fields["country"])]
        others = sorted({country.alpha_2 for country in pycountry.countries} - {*real})
        random.Random(f"{self.seed} countries").shuffle(others)
        weights = dict.fromkeys(real, 0.0)
        for code in real:
            weights[code] += (1 - _SHARE_OF_NEW_COUNTRIES) / len(real)
        total = sum(1 / rank for rank in range(1, len(others) + 1))
        for rank, code in enumerate(others, 1):
            weights[code] = _SHARE_OF_NEW_COUNTRIES / rank / total
        return Drawn(weights)

    @cached_property
    def _sectors(self) -> Drawn:
        weights: dict[str, float] = {}
        for real in self._hosts:
            for sector in _listed(real.fields.get("sectors")):
                weights[sector] = weights.get(sector, 0) + 1
        return Drawn(weights)

    # --- what a file holds -------------------------------------------------------------------

    def _replacement(self, planned: Planned, chance: random.Random) -> Callable[[str], str]:
        """Another word for each that is replaced: the same one everywhere in a case."""
        chosen: dict[str, str] = {}
        country = _country_name(planned.countries[0]) if planned.countries else ""

        def another(word: str) -> str:
            key = word.lower()
            if key in self.words.kind:
                sector, which = self.words.kind[key]
                mine = _listed(planned.host.fields.get("sectors"))
                target = planned.sector if planned.sector and sector in mine else sector
                return chance.choice(self.words.of_sector[target][which] or (key,))
            if key in self.words.countries:
                return country or word
            if word[0].isdigit():
                is_year = re.fullmatch(r"1[89]\d\d|20[0-2]\d", word)
                return word if is_year else _DIGIT.sub(lambda _: str(chance.randint(1, 9)), word)
            if chance.random() < 0.5:
                return planned.name
            return "".join(chance.choice(_SYLLABLES) for _ in range(3)).title()

        def replace(word: str) -> str:
            if word.lower() not in chosen:
                chosen[word.lower()] = another(word)
            found = chosen[word.lower()]
            return found[0].upper() + found[1:] if word[0].isupper() else found

        return replace

    def _related(self, planned: Planned, chance: random.Random) -> list[str]:
        """Others that it leads to: half of them are led to by many, as guides are."""
        n = max(2, min(6, len(_listed(planned.host.fields.get("related")))))
        near = max(1, self.n // 20)
        places = (
            chance.randrange(near) if i % 2 else chance.randrange(self.n) for i in range(2 * n)
        )
        ids = (self.plan[place].id for place in places if place != planned.place)
        return list(dict.fromkeys(ids))[:n]

    def _fields_of(
        self,
        planned: Planned,
        vary: Callable[[str], str],
        chance: random.Random,
        related: list[str],
    ) -> dict[str, Any]:
        host = planned.host.fields
        keys = self._source_keys(host, chance)
        makers: dict[str, Callable[[Any], Any]] = {
            "title": lambda title: _titled(vary(title), planned.name),
            "country": lambda _: list(planned.countries),
            "sectors": lambda own: [planned.sector] if planned.sector else own,
            "members": lambda own: _members(own, vary, chance),
            "period": lambda own: _earlier(own, chance.randint(0, 6)),
            "region": lambda _: planned.name,
            "results": lambda own: [self._result(one, vary, chance, keys) for one in own],
            "summary": lambda text: _cut(vary(text), 300),
            "sources": lambda own: [
                {**one, "key": keys[one["key"]]} for one in own if one["key"] in keys
            ],
            "related": lambda _: related,
            "teaching": lambda own: {
                "questions": [_cut(vary(text), 400) for text in own["questions"]]
            },
            "role_model_for": lambda _: self._lines(host, "role_model_for", vary, chance),
            "answers": lambda _: self._lines(host, "answers", vary, chance),
        }
        fields = {
            name: makers.get(name, lambda value: value)(host[name])
            for name in _FIELDS
            if host.get(name) is not None
        }
        return _plain_fields(fields) if self.plain else fields

    def _lines(
        self,
        host: Mapping[str, Any],
        name: str,
        vary: Callable[[str], str],
        chance: random.Random,
    ) -> list[str]:
        """As many lines as the real case has, some of them of another."""
        lines = []
        for line in host[name]:
            if chance.random() < _SHARE_OF_OTHERS and host["kind"] != "guide":
                line = chance.choice(self._lines_of_all[name] or [line])
            lines.append(_cut(vary(line), 160))
        return list(dict.fromkeys(lines))

    @cached_property
    def _lines_of_all(self) -> dict[str, list[str]]:
        return {
            name: [line for real in self._hosts for line in real.fields.get(name) or ()]
            for name in ("role_model_for", "answers")
        }

    def _source_keys(self, host: Mapping[str, Any], chance: random.Random) -> dict[str, str]:
        """A made source for each of the real case's, at most five."""
        keys = list(dict.fromkeys(one["key"] for one in host["sources"]))
        if not host.get("results"):
            keys = keys[:5]
        n = max(len(keys), self.n // _CASES_A_SOURCE)
        taken: dict[str, str] = {}
        for key in keys:
            number = int(n * chance.random() ** 3)
            while f"made-{number}" in taken.values():
                number = (number + 1) % n
            taken[key] = f"made-{number}"
        return taken

    def _result(
        self,
        result: Mapping[str, Any],
        vary: Callable[..., str],
        chance: random.Random,
        keys: Mapping[str, str],
    ) -> dict[str, Any]:
        made = _with_other_figures(result, chance.choice((0.5, 0.8, 1, 1.2, 1.5)))
        varied = vary(made["statement"], figures=False)
        if len(varied) <= MAX_STATEMENT:
            made["statement"] = varied
        if "source" in made:
            made["source"] = keys[made["source"]]
        if "contradicted" in made:
            other = made["contradicted"]
            made["contradicted"] = {**other, "source": keys[other["source"]]}
        left_out = _LATER_RESULT_FIELDS if self.plain else ()
        return {name: value for name, value in made.items() if name not in left_out}

    # --- what stands beside the cases --------------------------------------------------------

    def _write_beside(self, folder: Path) -> None:
        for name in _TAKEN_OVER:
            if (self._source / name).is_file():
                shutil.copy(self._source / name, folder / name)
        found = (path for name in _CALIBRATIONS for path in sorted(self._source.glob(name)))
        calibration = next(found, None)
        if calibration is not None:
            shutil.copy(calibration, folder / "calibration.json")
        text = (self._source / "taxonomy.yaml").read_text(encoding="utf-8")
        if self.plain:
            text = yaml.safe_dump(_plain(self._taxonomy), allow_unicode=True, sort_keys=False)
            (folder / "glossary.yaml").unlink(missing_ok=True)
            (folder / "glossary-forms.json").unlink(missing_ok=True)
        (folder / "taxonomy.yaml").write_text(f"# {MARK}\n{text}", encoding="utf-8")
        if not self.plain:
            site = f"# {MARK}\nname: A compendium made up for measuring\n"
            (folder / "site.yaml").write_text(site, encoding="utf-8")
        with (folder / "sources.bib").open("w", encoding="utf-8") as bib:
            bib.write(f"% {MARK}\n")
            for number in range(max(5, self.n // _CASES_A_SOURCE, *self._most_sources)):
                chance = random.Random(f"{self.seed} source {number}")
                title = "".join(chance.choice(_SYLLABLES) for _ in range(4)).title()
                year = chance.randint(1985, 2025)
                bib.write(
                    f"\n@misc{{made-{number},\n  title = {{{title}: made up for measuring}},\n"
                    f"  publisher = {{not named}},\n  year = {{{year}}},\n}}\n"
                )

    @property
    def _most_sources(self) -> Iterator[int]:
        yield from (len(real.fields["sources"]) for real in self._hosts)


class Drawn:
    """Values that are drawn by their weights."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._values = sorted(weights)
        self._up_to = list(itertools.accumulate(weights[value] for value in self._values))

    def draw(self, chance: random.Random) -> str:
        """One value."""
        at = bisect.bisect(self._up_to, chance.random() * self._up_to[-1])
        return self._values[min(at, len(self._values) - 1)]

    def draws(self, chance: random.Random, n: int) -> Iterator[str]:
        """Several values."""
        return (self.draw(chance) for _ in range(n))


def words_of(source: Path) -> Words:
    """The words that are replaced, by the vocabulary of a compendium."""
    taxonomy = _yaml_of(source / "taxonomy.yaml")
    of_sector = {}
    for term in taxonomy["sectors"]:
        trades = term.get("trades") or {}
        others = [name for name in term.get("aliases") or () if name.islower()]
        of_sector[term["id"]] = ([*trades], [*trades.values()], others)
    named = (
        name
        for term in taxonomy.get("countries") or ()
        for name in (term["label"], *(term.get("aliases") or ()))
    )
    iso = (_country_name(country.alpha_2) for country in pycountry.countries)
    return Words(of_sector, sorted({*named, *iso}))


def _yaml_of(path: Path) -> Any:
    return read_yaml(text_of(path.read_bytes())).value


def _read(path: Path, source: Path) -> Real:
    _, front, body = text_of(path.read_bytes()).split("---\n", 2)
    parts = re.split(r"^## +(.+?) *$", body, flags=re.MULTILINE)
    pairs = [("", parts[0].strip()), *zip(parts[1::2], map(str.strip, parts[2::2]), strict=True)]
    return Real(
        id=path.relative_to(source).with_suffix("").as_posix(),
        fields=read_yaml(front).value,
        sections=tuple(
            (heading, _LINK.sub(_without_target, text))
            for heading, text in pairs
            if heading or text
        ),
    )


def _without_target(link: re.Match[str]) -> str:
    """A link to a case without its target; any other as it is."""
    _, words, target = link.groups()
    to_case = ":" not in target and target.partition("#")[0].endswith(".md")
    return f"[{words}]({_TARGET})" if to_case else link[0]


def _linked(text: str, related: Sequence[str]) -> str:
    """A text whose links to cases lead to other ones, in turn; plain words where there are none."""
    if not related:
        return re.sub(rf"\[([^\]]*)\]\({re.escape(_TARGET)}\)", r"\1", text)
    first, *rest = text.split(_TARGET)
    targets = itertools.cycle(related)
    return "".join((first, *(f"../{next(targets)}.md{part}" for part in rest)))


def _members(
    members: Mapping[str, Any], vary: Callable[[str], str], chance: random.Random
) -> dict[str, Any]:
    made = {**members, "who": _cut(vary(members["who"]), 200)}
    if "count" in made:
        made["count"] = max(2, round(made["count"] * chance.choice((0.5, 0.8, 1, 1.3, 2))))
    return made


def _earlier(period: Mapping[str, Any], years: int) -> dict[str, Any]:
    """A period so many years earlier."""
    return {k: v - years if k in ("from", "to") else v for k, v in period.items()}


def _plain_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as the earlier release takes them: it wants a type and a project of each network."""
    plain = {name: value for name, value in fields.items() if name != "planned"}
    if plain["kind"] == "network":
        plain["type"] = plain["type"] or "horizontal"
        plain["project"] = plain["project"] or "marketing"
    read = [name for name in plain.get("our_reading", ()) if name in _PLAIN_READING]
    return {**plain, "our_reading": read}


def _titled(title: str, name: str) -> str:
    """A title with the name of the case, which makes it the only one of its kind."""
    return f"{_cut(title, 86 - len(name))} in {name}"


def _cut(text: str, most: int) -> str:
    """A text of at most so many characters, cut between words."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip(",;:")


def _with_other_figures(result: Mapping[str, Any], factor: float) -> dict[str, Any]:
    """A result with its figures times a factor, in its statement, too.

    Where one of them does not stand there in digits, or would be a share over 100, it is as it is.
    """
    made, statement = dict(result), result["statement"]
    if "of" in made and str(made["of"]) not in statement:
        asked = f"{statement} Asked were {made['of']}."
        if len(asked) > MAX_STATEMENT:
            del made["of"]
        else:
            made["statement"] = statement = asked
    whole = dict(made)
    for name in ("before", "value"):
        if name not in made:
            continue
        other = _scaled(made[name], factor)
        for shown in ("{:.10g}%", "{:,} ", "{:.10g} million"):
            size = 1e6 if "million" in shown else 1
            told, new = shown.format(made[name] / size), shown.format(other / size)
            told, new = (one.replace(".0 ", " ") for one in (told, new))
            most = 100 if "%" in told else 5 if f"{told}of 5" in statement else other
            if statement.count(told) == 1 and other <= most:
                break
        else:
            return whole
        made[name], statement = other, statement.replace(told, new)
    return whole if "range" in made else {**made, "statement": statement}


def _scaled(value: float, factor: float) -> float:
    scaled = value * factor
    return max(1, round(scaled)) if isinstance(value, int) and value else round(scaled, 1)


def _name(place: int) -> str:
    """A name that no other place has: its number in syllables."""
    mixed = (place * 48_271 + 11) % len(_SYLLABLES) ** 4  # neighbours get other names
    syllables = []
    for _ in range(4):
        mixed, digit = divmod(mixed, len(_SYLLABLES))
        syllables.append(_SYLLABLES[digit])
    return "".join(syllables).title()


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain)[:4]) or "other"


def _code(name: str) -> str:
    return name if re.fullmatch("[A-Z]{2}", name) else pycountry.countries.lookup(name).alpha_2


def _country_name(code: str) -> str:
    country = pycountry.countries.get(alpha_2=code)
    return getattr(country, "common_name", country.name).partition(",")[0]


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _plain(taxonomy: Mapping[str, Any]) -> dict[str, Any]:
    """The lists and properties that the release before the present one knows."""
    known = ("id", "label", "definition", "aliases", "group")
    lists = (
        *("kinds", "types", "forms", "projects", "formations", "levels", "metrics", "units"),
        *("directions", "statuses", "sectors", "countries"),
    )
    return {
        name: [{key: term[key] for key in known if key in term} for term in terms]
        for name, terms in taxonomy.items()
        if name in lists
    }


def _yaml(fields: Mapping[str, Any]) -> Iterator[str]:
    """Fields as the cases are written: blocks of records, and ids in one line."""
    for name, value in fields.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{name}:"
            for record in value:
                lines = list(_yaml(record))
                yield f"  - {lines[0]}"
                yield from (f"    {line}" for line in lines[1:])
        elif isinstance(value, dict):
            yield f"{name}:"
            yield from (f"  {line}" for line in _yaml(value))
        elif isinstance(value, list) and any(len(str(one)) > 60 for one in value):
            yield f"{name}:"
            yield from (f"  - {_scalar(one)}" for one in value)
        elif isinstance(value, list):
            yield f"{name}: [{', '.join(map(_scalar, value))}]"
        else:
            yield f"{name}: {_scalar(value)}"


def _scalar(value: Any) -> str:
    is_plain = isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9/-]*[a-z0-9]", value)
    reserved = value in ("yes", "no", "on", "off", "true", "false", "null")
    return str(value) if is_plain and not reserved else json.dumps(value, ensure_ascii=False)
