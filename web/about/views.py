"""What the site says of itself: how it is made, and how good its search is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, Response, abort, render_template

from kb import __version__
from kb.citations.works import day_text
from kb.model.facets import COLLECTION_FACET
from kb.model.relevance import corrected
from web.about.reading import bibtex, reading_page
from web.about.relevance import (
    CHART_WIDTH,
    GROUPS,
    LANGUAGE,
    SPLITS,
    SYSTEMS,
    TICKS,
    WHOLE,
    chart_place,
    mean_share_text,
    mean_text,
    of_text,
    p_text,
)
from web.core.request import searcher, settings
from web.core.urls import absolute, cases_root, url_for
from web.ui.markdown import render_codebook, render_policy, render_words

#: As many sources stand on the page About; the page of the sources has them all.
MOST_CITED = 5
#: The day on which the makers of the program went through what it says of accessibility, sentence
#: by sentence; it comes with a release, and says nothing of the site that runs it.
ACCESSIBILITY_STATED = date(2026, 11, 29)
#: For so many days from today what ``security.txt`` says holds, as far as anybody can tell.
SECURITY_HOLDS = 90

bp = Blueprint("about", __name__, template_folder="templates")
for name, shown in (
    ("chart_place", chart_place),
    ("mean", mean_text),
    ("mean_share", mean_share_text),
    ("probability", p_text),
    ("share_of", of_text),
):
    bp.add_app_template_filter(shown, name)


@bp.get("/about")
def about() -> str:
    """What this is, where it comes from, how it is written and searched."""
    current = searcher()
    counted = current.compendium.holdings.everything
    encoders = (current.manifest.encoder, current.manifest.multilingual)
    cited, works = current.sources, current.compendium.references
    return render_template(
        "about.html",
        snapshot_id=current.snapshot_id,
        calibrated=current.compendium.calibration is not None,
        encoders=[made.name for made in encoders if made],
        n_passages=current.manifest.n_passages,
        counts=[(term.label, counted.count(kind=term.id)) for term in current.taxonomy["kinds"]],
        levels=[term for term in current.taxonomy["levels"] if term.phrase],
        works=[works[key] for key in cited.most_cited[:MOST_CITED]],
        n_works=cited.summary.sources,
        contribute_url=settings().contribute_url,
    )


@bp.get("/reading")
def reading() -> str:
    """What to read on, as the sources name it; and the sources, with the cases that cite each."""
    return render_template("reading.html", **reading_page(searcher()))


@bp.get("/sources.bib")
def bibtex_file() -> Response:
    """Every source as BibTeX, for a reference manager."""
    response = Response(bibtex(searcher().compendium), content_type="application/x-bibtex")
    response.headers["Content-Disposition"] = 'attachment; filename="sources.bib"'
    return response


@bp.get("/codebook")
def codebook() -> str:
    """How cases are classified; a compendium that does not say so has no such page."""
    current = searcher()
    text = current.compendium.codebook
    if not text:
        abort(404)
    root = cases_root()
    body = render_codebook(current.snapshot_id, text, root)
    return render_template("codebook.html", body=body)


@bp.get("/editorial-policy")
def policy() -> str:
    """What is taken up, and how it is dealt with; without a policy there is no such page."""
    current = searcher()
    text = current.compendium.policy
    if not text:
        abort(404)
    body = render_policy(current.snapshot_id, text, cases_root())
    return render_template("policy.html", body=body)


@bp.get("/privacy")
def privacy() -> str:
    """What the site learns of its readers and what it writes down, as it is set.

    What the operator adds stands apart, as their own words.
    """
    words = settings().privacy
    own = render_words(words, cases_root()) if words else ""
    return render_template("privacy.html", settings=settings(), own_words=own)


@bp.get("/accessibility")
def accessibility() -> str:
    """How far the program can be used by everybody, by the model for European public bodies.

    What was tested is of the release. What only an operator can say is never said for them.
    """
    return render_template(
        "accessibility.html",
        settings=settings(),
        prepared=day_text(ACCESSIBILITY_STATED.isoformat()),
        release=__version__,
    )


@bp.get("/.well-known/security.txt")
def security() -> Response:
    """Whom to tell of a hole in the site (RFC 9116); where nobody is named there is no such file.

    It holds for a while from today: as long as the site is run, so does its contact.
    """
    contact = settings().contact_address
    if not contact.startswith(("https://", "mailto:")):  # the standard takes no other
        abort(404)
    today = datetime.combine(datetime.now(UTC).date(), time(), UTC)
    expires = today + timedelta(days=SECURITY_HOLDS)
    lines = [f"Contact: {contact}", f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}"]
    lines.append("Preferred-Languages: en")
    if settings().site_url:
        lines.append(f"Canonical: {absolute(url_for('about.security'))}")
    return Response("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@bp.get("/relevance")
def relevance() -> str:
    """How good the search is, as measured; that it is not measured yet, where it is not."""
    current = searcher()
    report = current.compendium.relevance
    groups = report.groups if report else ()
    whole = next((group for group in groups if group.name == WHOLE), None)
    n = whole.n if whole else 0
    held = current.compendium.holdings.everything
    part = report.collection if report else ""
    return render_template(
        "relevance.html",
        report=report,
        part=current.taxonomy.term(COLLECTION_FACET, part) if part else None,
        n_part=held.count(collection=part) if part else 0,
        n_held=held.n,
        n=n,
        n_all=n + (report.refusal.n_negative if report and report.refusal else 0),
        first=whole.figures.get("fused", {}).get("Success@1") if whole else None,
        groups=[group for group in groups if not group.name.startswith(LANGUAGE)],
        languages=[group for group in groups if group.name.startswith(LANGUAGE)],
        corrected=corrected(groups),
        n_compared=sum(len(group.p) for group in groups),
        by_id=current.compendium.by_id,
        snapshot_id=current.snapshot_id,
        systems=SYSTEMS,
        group_words=GROUPS,
        splits=SPLITS,
        ticks=TICKS,
        chart_width=CHART_WIDTH,
    )
