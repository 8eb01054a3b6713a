"""Answers that a browser saves as a file."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response

from kb.citations.formats import FORMATS
from kb.citations.items import Item

#: How the addresses of files end that programs read: where one fails, a program is told.
FILES = (".csv", ".svg", ".atom", ".json", *(one.ending for one in FORMATS.values()))


def is_for_programs(path: str) -> bool:
    """Whether only programs ask the path of a request."""
    return path.startswith(("/api/", "/linksets/", "/opensearch/", "/unapi"))


def citations_file(items: Iterable[Item], format_id: str, name: str) -> Response:
    """Items for a reference manager, to save under a name of ours.

    Args:
        items: what is cited.
        format_id: one of ``FORMATS``.
        name: of the file, without its ending.
    """
    chosen = FORMATS[format_id]
    return saved(chosen.write(items), f"{name}{chosen.ending}", chosen.media_type)


def csv_file(rows: str, name: str, snapshot_id: str) -> Response:
    """Rows of CSV to save under a name that tells what they are and of which snapshot."""
    response = Response(rows, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{snapshot_id}.csv"'
    return response


def saved(content: str | bytes, name: str, mimetype: str) -> Response:
    """A file to save under a name of ours; text is UTF-8."""
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
