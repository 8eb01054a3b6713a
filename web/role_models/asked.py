"""What an address of the role models asks: a firm, the filters, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from kb.guidance.profile import FIELDS, Profile
from kb.model.taxonomy import Taxonomy
from kb.search.query import Query
from web.core import params
from web.core.params import Read, Wrong, to_profile, to_query
from web.ui.notices import wrong_values

#: What narrows which cases may be a role model, exactly as in a search.
FILTERS: tuple[str, ...] = tuple(param.name for param in params.FILTERS)
#: The parameters in the order of the form.
NAMES: tuple[str, ...] = (*FIELDS, *FILTERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an address asks, as far as it is understood.

    ``wrong`` are the fields that are not, in the order of the form, which tells each
    fault at its field; ``typed`` is everything as it was given.
    """

    profile: Profile
    query: Query
    wrong: Mapping[str, Wrong]
    typed: MultiDict[str, str]

    @property
    def says_nothing(self) -> bool:
        """Whether a form was sent in which nothing of the firm was filled in."""
        was_sent = any(name in self.typed for name in FIELDS)
        return was_sent and self.profile.is_empty and not self.wrong


def asked(read: Read, taxonomy: Taxonomy) -> Asked:
    """What was read of an address as a profile with its filters."""
    faults = wrong_values(read)
    return Asked(
        profile=to_profile(read.values, taxonomy),
        query=to_query(read.values, taxonomy),
        wrong={name: faults[name] for name in NAMES if name in faults},
        typed=read.typed,
    )
