"""Compiled templates, kept beside the compiled modules of the program.

To compile those of one page takes a tenth of a second, which would be a part of every start.
What a template is compiled to hangs on its text and on Jinja alone: nothing is worked out ahead
by the filters of the site (``optimized``), as a file would not follow when one of them changes.
"""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


def init_app(app: Flask, folder: Path | None = None) -> None:
    """Let the templates of an app be kept.

    Args:
        app: whose syntax of templates is set and will not change.
        folder: where they are kept, trusted as the program is; None, where Python keeps what it
            compiles of this module.
    """
    folder = folder or Path(cache_from_source(__file__)).parent / "compiled-templates"
    with suppress(OSError):  # nothing is kept then
        folder.mkdir(parents=True, exist_ok=True)
    app.jinja_env.optimized = False
    app.jinja_env.bytecode_cache = _Kept(str(folder), f"jinja-{version('jinja2')}-%s")


class _Kept(FileSystemBytecodeCache):
    """Files in a folder that may be read-only, full or missing."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a template that is kept."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template, where that can be done."""
        with suppress(OSError):
            super().dump_bytecode(bucket)
