"""A line for each request, where the operator asks for it (``KB_LOG_REQUESTS``)."""

from __future__ import annotations

import logging
import os

from kb.logs import fields
from web.serving.observed import Answered, Observer

_log = logging.getLogger("kb.requests")

#: What a line says beside its time, level and message, in order; the client only where asked for.
FIELDS = ("request_id", "method", "route", "status", "ms", "bytes", "worker", "snapshot")
CLIENT = "client"


class RequestLog(Observer):
    """Writes the line of each request once it is answered."""

    def __init__(self, *, clients: bool) -> None:
        """Begin to write.

        Args:
            clients: whether each line has the address of who asked.
        """
        self._clients = clients
        _log.setLevel(logging.INFO)

    def ends(self, answered: Answered) -> None:
        """Write the line."""
        said = (
            answered.request_id,
            answered.method,
            answered.route,
            answered.status,
            round(answered.seconds * 1000, 1),
            answered.sent,
            os.getpid(),
            answered.snapshot,
        )
        line: dict[str, object] = dict(zip(FIELDS, said, strict=True))
        if self._clients:
            line[CLIENT] = answered.client
        _log.info("request", extra=fields(**line))
