"""Lines of the log, in both forms."""

import io
import json
import logging
import re

import pytest

from kb.logs import JSON, TEXT, JsonLines, TextLines, fields, request_id, write_log

_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ")
EVIL = "x\n2026-01-01T00:00:00.000Z error \x1b[31mforged\r\u2028 \u202eend"


def record(message: str, error: BaseException | None = None, **values: object) -> logging.LogRecord:
    """A record as a logger makes it."""
    info = (type(error), error, error.__traceback__) if error is not None else None
    made = logging.LogRecord("kb.some", logging.ERROR, "", 0, message, (), info)
    made.__dict__.update(fields(**values))
    return made


def failed() -> ValueError:
    """An error with a cause, as it is caught."""
    try:
        try:
            raise KeyError("a cause")
        except KeyError as cause:
            raise ValueError(EVIL) from cause
    except ValueError as error:
        return error


def test_json_is_one_object_a_line():
    """Whatever a message, a field or an error holds, the line is one, and reads back as it was."""
    line = JsonLines().format(record(EVIL, failed(), route=EVIL, status=500))
    event = json.loads(line)

    assert line.isascii()
    assert line.isprintable()
    assert list(event) == ["time", "level", "message", "route", "status", "error", "trace"]
    assert (event["level"], event["message"], event["route"]) == ("error", EVIL, EVIL)
    assert (event["status"], event["error"]) == (500, f"ValueError: {EVIL}")
    assert re.search(r"KeyError: 'a cause'.*direct cause.*ValueError", event["trace"], re.S)


def test_text_cannot_be_forged():
    """No line but the first begins like one, and none holds a sign that acts on a terminal."""
    lines = (
        TextLines()
        .format(record(EVIL, failed(), route=EVIL, note="two words", none=""))
        .split("\n")
    )

    assert all(line.isprintable() for line in lines)
    assert [bool(_LINE.match(line)) for line in lines] == [True] + [False] * (len(lines) - 1)
    assert [line for line in lines[1:] if not line.startswith("    | ")] == []
    assert 'note="two words"' in lines[0]
    assert 'none=""' in lines[0]
    assert r"error x\n2026-01-01" in lines[0]
    assert any("direct cause" in line for line in lines)


@pytest.mark.parametrize("form", [TEXT, JSON])
def test_a_line_has_the_number_of_its_request(form):
    """What is logged while a request is answered names it; what is logged beside does not."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    try:
        write_log(form, stream)
        held = request_id.set("abc-123")
        logging.getLogger("kb.test").error("inside %s", 1)
        request_id.reset(held)
        logging.getLogger("kb.test").warning("beside")
        logging.getLogger("kb.test").info("not said")
    finally:
        root.handlers[:], root.level = before, level
    inside, beside = stream.getvalue().splitlines()

    if form == JSON:
        events = [json.loads(line) for line in (inside, beside)]
        assert [event.get("request_id") for event in events] == ["abc-123", None]
        assert [event["message"] for event in events] == ["inside 1", "beside"]
    else:
        assert inside.endswith("Z error inside 1 request_id=abc-123")
        assert beside.endswith("Z warning beside")
