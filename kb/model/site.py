"""What a compendium says of itself: its name, what it is about, and what it may be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The words of a compendium on its site; plain ones where it has none of its own.

    Attributes:
        name: of the compendium, also where a case is cited.
        small: how the name begins, where the wordmark sets that small; may be empty.
        subtitle: what stands after the name in the title of the front page; may be empty.
        promise: the sentence that heads the front page; the name where it is empty.
        description: one sentence on what is here, which search engines show.
        about: paragraphs on why there is such a compendium.
        searches: who may come, to what they may search for; the first one is the example
            of the API.
        business: what a firm may do, as the form of the role models shows it; may be empty.
        aim: what firms may want together, likewise.
        licence: under which the texts may be used, in short; empty where it is not said.
        licence_url: where the licence stands.
        review_within: within which time whoever runs it answers a contribution, such as
            ``14 days``; empty where nothing is promised.
    """

    name: str = "Compendium of Cases"
    small: str = ""
    subtitle: str = ""
    promise: str = ""
    description: str = "Case studies: what was done, what was achieved, and where it is written."
    about: tuple[str, ...] = ()
    searches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    business: str = ""
    aim: str = ""
    licence: str = ""
    licence_url: str = ""
    review_within: str = ""

    @property
    def rest_of_name(self) -> str:
        """The name without its small beginning."""
        return self.name.removeprefix(self.small).lstrip()

    @property
    def examples(self) -> tuple[str, ...]:
        """Every search to try, in order."""
        return tuple(text for texts in self.searches.values() for text in texts)
