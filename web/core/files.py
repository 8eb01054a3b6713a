"""Answers that a browser saves as a file."""

from __future__ import annotations

from flask import Response


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
