"""What the server refuses before a page is asked for; the site answers with its own page.

Whoever refuses puts a ``Refusal`` into the environ of the request, under ``REFUSED``.
"""

from __future__ import annotations

from dataclasses import dataclass

REFUSED = "kb.refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a request is not answered.

    ``detail`` is a sentence; where it is empty, the help for the status stands in its place.
    ``retry_after`` are seconds, 0 where to ask again is in vain.
    """

    status: int
    detail: str = ""
    retry_after: int = 0
