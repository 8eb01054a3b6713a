"""Short texts that the words of a profile are compared with.

Two kinds: how owners say what they want, for each project type
(``cases/phrases.yaml``), and what the editors say of each case: whom it suits and which
questions it answers (``role_model_for`` and ``answers`` in its front-matter).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from kb.content.fields import Fields, listed
from kb.content.yaml_source import YamlTrouble, read_yaml
from kb.errors import Problem
from kb.model.cases import Case, Hint
from kb.model.taxonomy import Vocabulary

MAX_PHRASE = 200


def read_phrases(
    path: Path, projects: Vocabulary, problems: list[Problem]
) -> Mapping[str, tuple[str, ...]]:
    """The phrases of each project type; none without the file.

    What is wrong in the file is added to ``problems`` with its line.
    """
    try:
        located = read_yaml(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as err:
        problems.append(Problem(path=str(path), line=1, message=f"cannot be read: {err}."))
        return {}
    except YamlTrouble as err:
        problems.append(Problem(path=str(path), line=err.line, message=f"{err}."))
        return {}
    if not isinstance(located.value, dict):
        message = "must map project types to lists of phrases."
        problems.append(Problem(path=str(path), line=1, message=message))
        return {}
    fields = Fields(path=str(path), located=located, problems=problems, values=located.value)
    problems += [
        Problem(path=str(path), line=line, message=f"{repeated[-1]} is given twice; join the two.")
        for repeated, line in located.repeated
    ]
    found = {}
    for project in located.value:
        if project not in projects.ids:
            names = listed(projects.ids, 30)
            fields.problem(project, f"must be a project type: {names}.")
        else:
            found[project] = fields.texts(project, most=MAX_PHRASE)
    return found


def hints_of(cases: Sequence[Case], phrases: Mapping[str, Sequence[str]]) -> tuple[Hint, ...]:
    """Every hint: phrases by project type, then those of the cases in their order."""
    said = [
        Hint(kind="project", target=project, text=text)
        for project, texts in phrases.items()
        for text in texts
    ]
    suits = [
        Hint(kind="case", target=case.id, text=text)
        for case in cases
        for text in (*case.role_model_for, *case.answers)
    ]
    return (*said, *suits)
