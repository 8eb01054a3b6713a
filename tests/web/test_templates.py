"""Templates show and do not compute: what they count and choose words by is told to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

import web

WEB = Path(web.__file__).parent
ARITHMETIC = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow)
#: Heads of groups in tables stretch over the columns of the entries and those beside them.
COMPUTED = {"compare/templates/_compare_table.html", "holdings/templates/_atlas_matrix.html"}
#: Pages whose words still hang on a number in the template.
GLUED = {}


def parsed() -> Iterator[tuple[str, nodes.Template]]:
    """Each template with its path in the site; drawings place things, and may."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    environment.newstyle_gettext = True
    for path in sorted(WEB.rglob("templates/*.html")):
        yield str(path.relative_to(WEB)), environment.parse(path.read_text(encoding="utf-8"))


def is_one(test: nodes.Node) -> bool:
    """Whether a test compares a number with 1."""
    return isinstance(test, nodes.Compare) and any(
        isinstance(operand.expr, nodes.Const) and operand.expr.value == 1 for operand in test.ops
    )


def chooses_by_one(template: nodes.Template) -> bool:
    """Whether a template says one thing for 1 and another for more."""
    inline = any(is_one(choice.test) for choice in template.find_all(nodes.CondExpr))
    return inline or any(is_one(one.test) and one.else_ for one in template.find_all(nodes.If))


def test_no_template_reckons():
    """Numbers are those of the records; a page computes in its module and not in a template."""
    found = {path for path, template in parsed() if list(template.find_all(ARITHMETIC))}

    assert found - COMPUTED == set()


def test_no_template_chooses_words_by_a_number():
    """One or many is the business of ngettext: other languages have more forms than two."""
    found = {path for path, template in parsed() if chooses_by_one(template)}

    assert found == set()
