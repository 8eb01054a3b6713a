"""Answers that lack a part for now: without what a database knows, while that is away."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from flask import Response, after_this_request

from kb.errors import EngineUnavailable

_log = logging.getLogger(__name__)

Part = TypeVar("Part")


def unless_away(ask: Callable[[], Part], otherwise: Part) -> Part:
    """What is asked for, or something else where the database does not answer.

    In that case nobody keeps the answer to this request: the next one may be whole.

    Args:
        ask: asks the database for a part that the answer can do without.
        otherwise: what stands in its place.
    """
    try:
        return ask()
    except EngineUnavailable as err:
        _log.error("a part of an answer is left out: %s", err)
        after_this_request(_keep_by_nobody)
        return otherwise


def _keep_by_nobody(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
