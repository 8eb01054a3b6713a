"""Compiled templates: kept where they can be, made again when a template changes."""

from __future__ import annotations

import pytest
from flask import Flask, render_template

from web.core import templates


@pytest.fixture(name="written")
def _written(tmp_path):
    """A folder with one template."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text("Hello {{ 'a' ~ name }}")
    return tmp_path


def said(folder, kept) -> str:
    """What a process that has just started answers."""
    app = Flask("page", template_folder=str(folder / "templates"))
    templates.init_app(app, kept)
    with app.test_request_context():
        return render_template("page.html", name="b")


def test_a_template_is_compiled_once_for_all_that_start(written):
    """The second one takes what the first one compiled: here it is told to say something else."""
    kept = written / "kept"

    assert said(written, kept) == "Hello ab"
    (file,) = kept.iterdir()
    file.write_bytes(file.read_bytes().replace(b"Hello ", b"Howdy "))
    assert said(written, kept) == "Howdy ab"


def test_a_template_that_changed_is_compiled_again(written):
    """What is kept of the text of before is not used."""
    said(written, written / "kept")
    (written / "templates" / "page.html").write_text("Bye {{ name }}")

    assert said(written, written / "kept") == "Bye b"


@pytest.mark.parametrize("data", [b"", b"j2", b"nonsense" * 100])
def test_a_damaged_file_is_made_again(written, data):
    """What is kept is no more than a shortcut."""
    kept = written / "kept"
    said(written, kept)
    (file,) = kept.iterdir()
    whole = file.read_bytes()
    file.write_bytes(data)

    assert said(written, kept) == "Hello ab"
    assert file.read_bytes() == whole


def test_where_nothing_can_be_kept_pages_are_shown(written):
    """A file stands where the folder would be, as where a disk is read-only."""
    (written / "kept").write_text("")

    assert said(written, written / "kept") == "Hello ab"
    assert (written / "kept").read_text() == ""
