"""What ``kb check`` found, in the formats that other programs read.

``text`` and ``json`` name files as they were given; the others name them from the root of the
repository, as those who read them ask.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kb import __version__
from kb.errors import ERROR, Edit, Problem
from kb.settings import FORGEJO, GITEA, GITHUB, GITLAB, Settings

#: What other programs call the command.
NAME = "kb check"
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
#: Of which kind the fingerprints are: a number more where what they are made of changes.
_FINGERPRINT = "kbCheck/v1"


def repository_root(start: Path) -> Path:
    """The nearest folder above that git keeps; ``start`` itself where there is none."""
    start = start.resolve()
    return next((one for one in (start, *start.parents) if (one / ".git").exists()), start)


@dataclass(frozen=True, kw_only=True)
class Report:
    """Problems on their way to another program.

    Attributes:
        problems: in their order.
        root: of the repository.
        repository: its address on the web, empty where that is not known.
        pages: the address under which the pages of the rules stand, empty where that is not known.
    """

    problems: Sequence[Problem]
    root: Path
    repository: str = ""
    pages: str = ""
    _texts: dict[str, list[str]] = field(default_factory=dict)

    def text(self) -> str:
        """One ``path:line:column: message [rule]`` a line; of very many alike the first few."""
        return _lines(shortened(self.problems))

    def json(self) -> str:
        """A list of all that is known of each problem."""
        return json.dumps([asdict(problem) for problem in self.problems], indent=1) + "\n"

    def github(self) -> str:
        """Workflow commands, which GitHub shows beside the lines of a pull request."""
        return _lines(map(self._annotation, self.problems))

    def _annotation(self, problem: Problem) -> str:
        about = {
            "file": self.path(problem),
            "line": problem.line,
            "col": problem.column or None,
            "title": problem.rule,
        }
        given = ",".join(
            f"{name}={_of_command(str(value), more=True)}"
            for name, value in about.items()
            if value not in (None, "")
        )
        grave = "error" if problem.severity == ERROR else "warning"
        return f"::{grave} {given}::{_of_command(_shown(problem.message))}"

    def rdjsonl(self) -> str:
        """The Diagnostic Format of reviewdog, a problem a line; columns count bytes there."""
        return _lines(
            json.dumps(self._diagnostic(problem), ensure_ascii=False) for problem in self.problems
        )

    def _diagnostic(self, problem: Problem) -> dict[str, Any]:
        start = self._position(problem, problem.line, problem.column)
        code = {"value": problem.rule, **self._at("url", problem.rule)}
        told = {
            "message": problem.message,
            "location": {"path": self.path(problem), "range": {"start": start}},
            "severity": "ERROR" if problem.severity == ERROR else "WARNING",
            "source": {"name": NAME},
            "code": code,
        }
        if problem.fix is not None:
            told["suggestions"] = [self._suggestion(problem, edit) for edit in problem.fix.edits]
        return told | {"original_output": str(problem)}

    def _suggestion(self, problem: Problem, edit: Edit) -> dict[str, Any]:
        start = self._position(problem, edit.line, edit.column)
        end = self._position(problem, edit.end_line, edit.end_column)
        return {"range": {"start": start, "end": end}, "text": edit.text}

    def _position(self, problem: Problem, line: int, column: int) -> dict[str, int]:
        if not column:
            return {"line": line}
        before = self._line(problem, line)[: column - 1]
        return {"line": line, "column": len(before.encode()) + 1}

    def sarif(self) -> str:
        """SARIF 2.1.0, as platforms for code take it."""
        from kb.content.rules import RULES  # imports the readers of content

        used = [name for name in RULES if any(one.rule == name for one in self.problems)]
        rules = [
            {
                "id": name,
                "shortDescription": {"text": RULES[name].sentence},
                "help": _help(name),
                "defaultConfiguration": {"level": RULES[name].severity},
                **self._at("helpUri", name),
            }
            for name in used
        ]
        driver = {"name": NAME, "version": __version__, "rules": rules}
        if self.repository:
            driver["informationUri"] = self.repository
        run = {
            "tool": {"driver": driver},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {"%SRCROOT%": {"uri": self.root.as_uri().rstrip("/") + "/"}},
            "results": [
                self._result(problem, used, fingerprint)
                for problem, fingerprint in zip(self.problems, self.fingerprints(), strict=True)
            ],
        }
        log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
        return json.dumps(log, indent=1, ensure_ascii=False) + "\n"

    def _result(self, problem: Problem, used: list[str], fingerprint: str) -> dict[str, Any]:
        region = {"startLine": problem.line}
        if problem.column:
            region["startColumn"] = problem.column
        place = {"artifactLocation": self._artifact(problem), "region": region}
        result: dict[str, Any] = {
            "ruleId": problem.rule,
            "ruleIndex": used.index(problem.rule) if problem.rule in used else -1,
            "level": problem.severity,
            "message": {"text": problem.message},
            "locations": [{"physicalLocation": place}],
            "partialFingerprints": {_FINGERPRINT: fingerprint},
        }
        if problem.fix is not None:
            changes = {
                "artifactLocation": self._artifact(problem),
                "replacements": [
                    {
                        "deletedRegion": {
                            "startLine": edit.line,
                            "startColumn": edit.column,
                            "endLine": edit.end_line,
                            "endColumn": edit.end_column,
                        },
                        "insertedContent": {"text": edit.text},
                    }
                    for edit in problem.fix.edits
                ],
            }
            result["fixes"] = [
                {"description": {"text": problem.fix.what}, "artifactChanges": [changes]}
            ]
        return result

    def _artifact(self, problem: Problem) -> dict[str, str]:
        path = self.path(problem)
        if Path(path).is_absolute():
            return {"uri": Path(path).as_uri()}
        return {"uri": quote(path, errors="surrogateescape"), "uriBaseId": "%SRCROOT%"}

    def fingerprints(self) -> list[str]:
        """What knows each problem again when lines move.

        Made of the rule, the file, the value and the line as it reads, and of which one it is
        among those that are alike.
        """
        alike: Counter[tuple[str, ...]] = Counter()
        found = []
        for problem in self.problems:
            line = self._line(problem, problem.line).strip()
            about = (problem.rule, self.path(problem), problem.value, line)
            alike[about] += 1
            whole = "\0".join((*about, str(alike[about])))
            digest = hashlib.sha256(whole.encode(errors="surrogateescape")).hexdigest()
            found.append(digest[:32])
        return found

    def path(self, problem: Problem) -> str:
        """The path of the file from the root, with slashes; whole where it is elsewhere."""
        path = Path(os.path.abspath(problem.path))  # noqa: PTH100 - a link stays what it is
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            pass
        try:
            return path.parent.resolve().joinpath(path.name).relative_to(self.root).as_posix()
        except (ValueError, OSError):
            return path.as_posix()

    def _line(self, problem: Problem, line: int) -> str:
        if problem.path not in self._texts:
            try:
                text = Path(problem.path).read_bytes().decode("utf-8-sig", errors="replace")
            except (OSError, ValueError):
                text = ""
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            self._texts[problem.path] = text.split("\n")
        lines = self._texts[problem.path]
        return lines[line - 1] if 0 < line <= len(lines) else ""

    def _at(self, name: str, rule: str) -> dict[str, str]:
        return {name: f"{self.pages}/{rule}.md"} if self.pages else {}


#: Of more problems than this that one file has by one rule, the first few are told.
MOST_ALIKE, _FIRST = 10, 3


def shortened(problems: Sequence[Problem]) -> Iterator[str]:
    """Each problem in a line, for a person: of many in one file by one rule the first few."""
    many = Counter((one.path, one.rule) for one in problems)
    told: Counter[tuple[str, str]] = Counter()
    for one in problems:
        alike = one.path, one.rule
        told[alike] += 1
        if many[alike] <= MOST_ALIKE or told[alike] <= _FIRST:
            yield str(one)
        elif told[alike] == _FIRST + 1:
            rest = f"and {many[alike] - _FIRST:,} more like it; --format json tells all of them."
            yield str(replace(one, message=rest))


def _help(rule: str) -> dict[str, str]:
    """What the page of a rule says."""
    from kb.content.rules import RULES, page_text  # imports the readers of content

    try:
        text = page_text(rule)
    except FileNotFoundError:
        text = f"{RULES[rule].sentence}\n"
    return {"text": text, "markdown": text}


#: How a report is written, by the name of the format.
FORMATS: Mapping[str, Callable[[Report], str]] = {
    "text": Report.text,
    "json": Report.json,
    "github": Report.github,
    "sarif": Report.sarif,
    "rdjsonl": Report.rdjsonl,
}


def repository_address(environ: Mapping[str, str]) -> str:
    """The address of the repository where a workflow says it; empty elsewhere."""
    server, name = environ.get("GITHUB_SERVER_URL", ""), environ.get("GITHUB_REPOSITORY", "")
    return f"{server.rstrip('/')}/{name}" if server and name else ""


#: Under which path each forge shows the files of a branch; GitHub where nothing else is told.
_FILES_AT = {
    GITHUB: "blob/HEAD",
    GITLAB: "-/blob/HEAD",
    **dict.fromkeys((GITEA, FORGEJO), "src/branch/{branch}"),
}


def address_of_pages(environ: Mapping[str, str], settings: Settings, root: Path) -> str:
    """The address under which the pages of the rules stand; empty where it is not known.

    That is in the repository that a workflow names, or else ``KB_FORGE``, where it holds them.
    """
    from kb.content.rules import PAGES  # imports the readers of content

    if not (root / PAGES).is_dir():
        return ""
    if repository := repository_address(environ):
        return f"{repository}/{_FILES_AT[GITHUB]}/{PAGES}"
    if not settings.forge:
        return ""
    way = _FILES_AT[settings.forge_kind].format(branch=quote(settings.forge_branch))
    return f"{settings.forge}/{way}/{PAGES}"


def _lines(lines: Any) -> str:
    return "".join(f"{line}\n" for line in lines)


def _shown(text: str) -> str:
    """A message without signs that would end a line or colour a terminal."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def _of_command(text: str, *, more: bool = False) -> str:
    """A text as a workflow command holds it; one of its properties escapes two signs more."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if more else text
