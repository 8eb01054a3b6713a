"""The lines that a running program writes to standard error: for people, or as JSON for collectors.

Each line is one event. Nothing that somebody sends can begin a line of its own or act on a
terminal: what is not printable stands there as a code.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

TEXT, JSON = FORMS = ("text", "json")
#: What a child process reads the form from, as the setting does.
FORM_VARIABLE = "KB_LOG"
#: The request that this thread is answering; empty where it answers none.
request_id: ContextVar[str] = ContextVar("request_id", default="")

_FIELDS = "kb_fields"
_TRACE = "    | "


def fields(**values: object) -> dict[str, object]:
    """What a line says beside its message: ``log.info("…", extra=fields(status=200))``."""
    return {_FIELDS: values}


def write_log(form: str, stream: TextIO | None = None) -> None:
    """Write what is logged from now on, warnings and worse, instead of what was set up before.

    Args:
        form: one of ``FORMS``.
        stream: where to; standard error by default.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if form == JSON else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def on_one_line(text: str) -> str:
    """A text whose signs can all be printed: line ends, control and direction signs as codes."""
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(sign: str) -> str:
    return sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii")


def event_of(record: logging.LogRecord) -> Mapping[str, object]:
    """What a line says, field by field: the same in both forms.

    ``error`` is the exception that it is about, and ``trace`` where it came from, with what
    caused it.
    """
    moment = datetime.fromtimestamp(record.created, UTC)
    event: dict[str, object] = {
        "time": f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z",
        "level": record.levelname.lower(),
        "message": record.getMessage(),
    }
    if identity := request_id.get():
        event["request_id"] = identity
    event |= getattr(record, _FIELDS, {})
    if record.exc_info and (error := record.exc_info[1]) is not None:
        event["error"] = f"{type(error).__name__}: {error}"
        event["trace"] = "".join(traceback.format_exception(error)).rstrip("\n")
    return event


class JsonLines(logging.Formatter):
    """One object a line, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of an event."""
        return json.dumps(event_of(record), default=str)


class TextLines(logging.Formatter):
    """Time, level, message, then each field with its name; a trace stands below, behind a bar."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of an event, and those of its trace."""
        event = dict(event_of(record))
        trace = str(event.pop("trace", ""))
        head = [str(event.pop(name)) for name in ("time", "level", "message")]
        named = [f"{name}={_quoted(str(value))}" for name, value in event.items()]
        lines = [on_one_line(" ".join([*head, *named]))]
        lines += [_TRACE + on_one_line(line) for line in trace.splitlines()]
        return "\n".join(lines)


def _quoted(value: str) -> str:
    """A value that ends where it seems to."""
    plain = value and not any(sign in value for sign in ' "=')
    return value if plain else json.dumps(value, ensure_ascii=False)
