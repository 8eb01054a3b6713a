"""The text of a case as HTML."""

from dataclasses import replace

import pytest

from kb.model.cases import Case
from web.ui.markdown import (
    LONG_GUIDE,
    Heading,
    page_of,
    render_body,
    render_inside,
    render_prose,
)


def case(body: str, case_id: str = "norway/x") -> Case:
    return Case(
        id=case_id,
        title="t",
        kind="network",
        summary="s",
        body=body,
        facets={},
        results=(),
        sources=(),
    )


def html(body: str) -> str:
    return str(render_body("snapshot", case(body), "/cases").html)


@pytest.mark.parametrize(
    ("href", "page"),
    [
        ("../guides/a.md", "/cases/guides/a"),
        ("../guides/a.md#part", "/cases/guides/a#part"),
        ("b.md", "/cases/norway/b"),
        ("./b.md", "/cases/norway/b"),
        ("#here", "#here"),
        ("https://example.org/a.md", "https://example.org/a.md"),
        ("table.csv", "table.csv"),
    ],
)
def test_links(href, page):
    """A relative link to a file of the compendium leads to its page, others stay."""
    assert page_of(href, "norway/x", "/cases") == page


def test_link_in_the_text():
    """The text carries the page's address."""
    assert html("See [a](../guides/a.md).") == (
        '<p>See <a href="/cases/guides/a" rel="noopener noreferrer">a</a>.</p>'
    )


def test_sections_have_ids_and_our_reading_is_marked():
    """Each heading opens a section; the one of analysis is set apart and labelled."""
    assert html("## Situation\n\nOne.\n\n## What to take from it\n\nTwo.") == (
        '<section><h2 id="situation">Situation</h2>\n'
        '<p>One.</p>\n</section><section class="our-reading">'
        '<p class="our-reading-label">Our reading</p>'
        '<h2 id="what-to-take-from-it">What to take from it</h2>\n<p>Two.</p>\n</section>'
    )


def test_headings_are_listed():
    """The headings of the second level come in order, with the text as a reader sees it."""
    body = render_body("snapshot", case("## A & B\n\n### Inner\n\n## C"), "/cases")
    assert body.headings == (Heading("a--b", "A & B"), Heading("c", "C"))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        (
            "a <img src=x onerror=alert(1)> b",
            "<p>a &lt;img src=x onerror=alert(1)&gt; b</p>",
        ),
        ("[a](javascript:alert(1))", '<p><a rel="noopener noreferrer">a</a></p>'),
        ("![a](x.png)", "<p>a</p>"),
    ],
    ids=["script", "attribute", "scheme", "image"],
)
def test_hostile_text(body, expected):
    """Raw HTML is shown as text, and no script or foreign picture gets through."""
    assert html(body) == expected


@pytest.mark.parametrize("fence", ["```", "~~~"])
def test_fenced_code_is_code(fence):
    """What stands between fences is code: no heading, no link, no markup, as the checks have it."""
    assert html(f'{fence}text\n## no heading\n[a](b.md) <b> "q"\n{fence}\n\nAfter.') == (
        '<pre><code>## no heading\n[a](b.md) &lt;b&gt; "q"\n</code></pre>\n<p>After.</p>'
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('It\'s "so".', "<p>It’s “so”.</p>"),
        (
            "'*Quoted* words' of **O'Neil**",
            "<p>‘<em>Quoted</em> words’ of <strong>O’Neil</strong></p>",
        ),
        (
            'a "[link](b.md)" b',
            '<p>a “<a href="/cases/norway/b" rel="noopener noreferrer">link</a>” b</p>',
        ),
        ('Type `"x" \'y\'` or "x"', "<p>Type <code>\"x\" 'y'</code> or “x”</p>"),
        ('One " alone.\n\nAnd " alone.', '<p>One " alone.</p>\n<p>And " alone.</p>'),
        ("- rock 'n' roll\n- the '90s", "<ul>\n<li>rock ’n’ roll</li>\n<li>the ’90s</li>\n</ul>"),
    ],
    ids=["plain", "markup", "link", "code", "paragraphs", "list"],
)
def test_the_marks_are_those_of_the_whole_site(body, expected):
    """One typographer turns the quotation marks of texts as it does those of titles."""
    assert html(body) == expected


def test_marks_in_headings():
    """A heading and its entry in the list of contents have the same marks, its id none."""
    body = render_body("snapshot", case("## The 'hub' firm's role"), "/cases")
    assert body.headings == (Heading("the-hub-firms-role", "The ‘hub’ firm’s role"),)
    assert '<h2 id="the-hub-firms-role">The ‘hub’ firm’s role</h2>' in body.html


def test_tables_scroll_within_a_labelled_frame():
    """A table stands in a frame that the keyboard can reach; its head is a head."""
    assert html("| a | b |\n|---|---|\n| 1 | 2 |").startswith(
        '<div aria-label="Table 1" class="table-frame" role="region" tabindex="0"><table>\n'
        '<thead>\n<tr>\n<th scope="col">a</th>\n<th scope="col">b</th>\n</tr>\n</thead>'
    )


def test_rendered_once_for_a_snapshot():
    """The same case of the same snapshot is not rendered twice."""
    first = render_body("snapshot", case("Text."), "/cases")
    assert render_body("snapshot", case("Text."), "/cases") is first
    assert render_body("other", case("Text."), "/cases") is not first


def test_a_long_guide_is_folded():
    """Its first two sections stay open, and so does our reading; a short one is not folded."""
    parts = [f"## Part {number}\n\nText.\n" for number in range(1, 5)]
    short = replace(case("\n".join(parts), "guides/x"), is_guide=True)
    long = replace(short, body=short.body + "\n## Last\n\n" + "word " * (LONG_GUIDE // 5))

    whole, folded = (str(render_body("folds", one, "/cases").html) for one in (short, long))

    assert "<details" not in whole
    assert folded.count("<section") == 2
    assert folded.count("<details><summary><h2") == 3
    no_guide = replace(long, id="b", is_guide=False)
    assert "<details" not in str(render_body("folds", no_guide, "/cases").html)


NOTED = "## What to take from it\n\nSaid[^a], ~~not~~.\n\n[^a]: Note."


def test_footnotes_are_a_section_of_their_own():
    """They stand after all sections, not in our reading, and lead there and back."""
    made = html(NOTED)
    text, notes = made.split("</section>", 1)
    assert '<sup id="fnref-a"><a class="footnote-ref" href="#fn-a"' in text
    assert "<del>not</del>" in text
    assert notes.startswith('<section aria-label="Notes" class="notes">')
    assert '<li id="fn-a">' in notes
    assert 'href="#fnref-a"' in notes
    assert 'aria-label="Jump back to footnote 1 in the text"' in notes


def test_footnotes_inside_another_page_have_no_ids():
    """Several texts on a page have notes of the same number, so none of them is linked."""
    made = str(render_inside("inside", case(NOTED), "/cases").html)
    assert "Said<sup>1</sup>" in made
    assert "<li>" in made
    assert "fn" not in made


def test_columns_at_the_right():
    """A column stands at the side that the text says, by a class of the style sheet."""
    made = html("Text:\n| a | b |\n|---|--:|\n| 1 | 2 |")
    assert '<th scope="col">a</th>\n<th class="cell-right" scope="col">b</th>' in made
    assert '<td>1</td>\n<td class="cell-right">2</td>' in made


def test_the_text_of_a_reader_has_no_links():
    """An address stays letters, whether it is linked by signs or found in the text."""
    made = str(render_prose("[a](https://b.org) www.c.org d@e.org", "/cases", ours=False))
    assert made == "<p>a (https://b.org) www.c.org d@e.org</p>"
