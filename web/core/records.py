"""What ``dataclasses`` compiles for each record, kept beside the compiled modules of the program.

Python keeps what it compiles of a module. It does not keep the methods that ``dataclasses``
writes when a module is imported, and compiles them again in each process: for the four hundred
records of the site that is a quarter of a second of every start. So they are kept here, each by
the digest of its text, which is all that it depends on beside the version of Python.
"""

from __future__ import annotations

import dataclasses
import marshal
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from types import CodeType

#: The name by which ``dataclasses`` calls what compiles and runs a text.
_CALLED = "exec"
_DIGEST_SIZE = 16


@contextmanager
def kept_records(folder: Path | None = None) -> Iterator[None]:
    """Import modules in this block: what was kept of their records is not compiled again.

    Where something is new, what was needed is kept at the end of the block. For the main thread,
    before others are started.

    Args:
        folder: where it is kept, trusted as the program is; None, where Python keeps what it
            compiles of this module. It may be read-only, full or missing.
    """
    folder = folder or Path(cache_from_source(__file__)).parent
    file = folder / f"records-{MAGIC_NUMBER.hex()}.bin"
    kept = _read(file)
    used: dict[bytes, CodeType] = {}

    def run(text: str, *names: dict[str, object]) -> None:
        """As ``exec`` does."""
        key = _digest(text.encode())
        used[key] = code = kept.get(key) or compile(text, "<string>", "exec")
        exec(code, *names)

    vars(dataclasses)[_CALLED] = run
    try:
        yield
    finally:
        vars(dataclasses).pop(_CALLED, None)
        if not used.keys() <= kept.keys():
            _write(file, used)


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST_SIZE).digest()


def _read(file: Path) -> dict[bytes, CodeType]:
    """What a file keeps; nothing where there is none, or it is not to the last byte as written."""
    try:
        data = file.read_bytes()
    except OSError:
        return {}
    seal, body = data[:_DIGEST_SIZE], data[_DIGEST_SIZE:]
    return marshal.loads(body) if _digest(body) == seal else {}


def _write(file: Path, kept: dict[bytes, CodeType]) -> None:
    """Keep it in one step, where that can be done."""
    body = marshal.dumps(kept)
    staged = file.with_name(f".{file.name}-{os.getpid()}")
    try:
        staged.write_bytes(_digest(body) + body)
        staged.replace(file)
    except OSError:
        with suppress(OSError):
            staged.unlink(missing_ok=True)
