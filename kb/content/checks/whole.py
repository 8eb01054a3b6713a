"""What a case is as a whole: how long its text is, and in which folder it stands."""

from __future__ import annotations

from collections.abc import Iterator

from kb.content.checks.wording import term_of
from kb.content.countries import country_code, country_label
from kb.content.schema import Complaint, Complaints, Given, as_text, items_of
from kb.model.english import quoted
from kb.model.taxonomy import GUIDE, Taxonomy
from kb.text.body import TextComplaint, sections

#: How many words a text should have, of a case and of a guide; from how many on one is asked to
#: shorten it, and more than how many are refused.
WISHED, WISHED_OF_GUIDE = (150, 400), (400, 1_200)
LONG, LONG_OF_GUIDE = 700, 1_800
MOST, MOST_OF_GUIDE = 2_000, 5_000
#: A text of fewer characters is of fewer words.
_SHORT = 2 * LONG


def length_complaints(body: str, given: Given, taxonomy: Taxonomy) -> Iterator[TextComplaint]:
    """A text is no longer than a few pages; the longest section is where one begins to cut."""
    if len(body) < _SHORT:
        return
    n_words = len(body.split())
    if n_words <= LONG:
        return
    is_guide = term_of(taxonomy, "kinds", given.get("kind")).role == GUIDE
    least, wished = WISHED_OF_GUIDE if is_guide else WISHED
    long, most = (LONG_OF_GUIDE, MOST_OF_GUIDE) if is_guide else (LONG, MOST)
    if n_words <= long:
        return
    longest = max(sections(body), key=lambda one: len(one.text.split()), default=None)
    line, begin = 1, ""
    if longest is not None and longest.heading:
        line = body.count("\n", 0, body.find(f"## {longest.heading}")) + 1
        n_longest = len(longest.text.split())
        begin = f", beginning with {quoted(longest.heading)}, which has {n_longest:,}"
    if n_words > most:
        message = (
            f"the text must have {most:,} words or fewer, not {n_words:,}: cut "
            f"{n_words - most:,}{begin}. {least} to {wished:,} are best."
        )
        yield TextComplaint(line, "text-too-long", message)
        return
    message = (
        f"the text has {n_words:,} words, and {least} to {wished:,} are best; cut some{begin}."
    )
    yield TextComplaint(line, "text-long", message)


def folder_complaints(case_id: str, given: Given, taxonomy: Taxonomy) -> Complaints:
    """A case in the folder of a country is of that country, among others."""
    folder = case_id.partition("/")[0]
    held = taxonomy["countries"].canonical
    its_own = country_code(folder.replace("-", " ")) or held(folder)
    if its_own is None or "/" not in case_id or "country" not in given:
        return
    names = [as_text(one) or "" for one in items_of(given["country"])]
    codes = [country_code(name) or held(name) for name in names]
    if codes and None not in codes and its_own not in codes:
        labels = " and ".join(country_label(code) for code in codes if code)
        message = (
            f"is {labels}, and the case stands in the folder of another country, {folder}; correct "
            "one of the two."
        )
        yield Complaint(("country",), "folder-of-another-country", message)
