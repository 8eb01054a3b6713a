"""What went wrong with a request, as data (RFC 9457)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

#: The media type of a problem.
MEDIA_TYPE = "application/problem+json"


def _is_none(value: object) -> bool:
    return value is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong (RFC 9457, `application/problem+json`).

    ``parameter``, ``value`` and ``allowed`` are there only where it is about a part of the
    request; the number of the request only where the fault is the site's, whose log has it.
    """

    type: Annotated[str, Field(description="Where this kind of problem is explained")]
    title: str
    status: int
    detail: Annotated[str, Field(description="A sentence for people")]
    instance: Annotated[str, Field(description="The path that was asked")]
    parameter: Annotated[
        str | None, Field(description="The parameter that it is about", exclude_if=_is_none)
    ] = None
    value: Annotated[Any, Field(description="What was given", exclude_if=_is_none)] = None
    allowed: Annotated[
        tuple[str, ...] | None,
        Field(description="What is allowed, nearest first", exclude_if=_is_none),
    ] = None
    request_id: Annotated[
        str | None,
        Field(
            description="What to tell the operator, who finds it in the log", exclude_if=_is_none
        ),
    ] = None
