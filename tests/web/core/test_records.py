"""What dataclasses compile: kept where it can be, made again where it cannot be believed."""

from __future__ import annotations

import dataclasses
import marshal
import subprocess
import sys
from hashlib import blake2b
from pathlib import Path

import pytest

from web.core.records import kept_records

ROOT = Path(__file__).parents[3]


def made():
    """A record as a module makes it when it is imported."""

    @dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
    class Case:
        """A case."""

        title: str
        year: int = 2000

    return Case


def does_what_a_record_does(kind) -> None:
    """Each method that was written for it."""
    case = kind(title="Wine")

    assert repr(case).endswith("Case(title='Wine', year=2000)")
    assert (case == kind(title="Wine"), case == kind(title="Fish")) == (True, False)
    assert hash(case) == hash(kind(title="Wine"))
    with pytest.raises(dataclasses.FrozenInstanceError, match="year"):
        case.year = 2001
    with pytest.raises(dataclasses.FrozenInstanceError, match="title"):
        del case.title


def kept_in(folder) -> Path:
    """The one file that is kept."""
    (file,) = folder.iterdir()
    return file


def test_a_record_is_compiled_once_for_all_that_start(tmp_path):
    """The second one takes what the first one compiled: here it is told to say something else."""
    with kept_records(tmp_path):
        does_what_a_record_does(made())
    file = kept_in(tmp_path)
    body = file.read_bytes()[16:].replace(b"cannot assign", b"never  assign")
    file.write_bytes(blake2b(body, digest_size=16).digest() + body)

    with kept_records(tmp_path):
        second = made()

    with pytest.raises(dataclasses.FrozenInstanceError, match="never  assign to field 'year'"):
        second(title="Wine").year = 2001


def test_what_is_kept_does_the_same(tmp_path):
    """A record of kept methods is one of compiled methods, and nothing is written again."""
    with kept_records(tmp_path):
        made()
    before = kept_in(tmp_path).stat()

    with kept_records(tmp_path):
        does_what_a_record_does(made())

    after = kept_in(tmp_path).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("damage", [b"", b"nonsense" * 100, None])
def test_what_is_damaged_is_made_again(tmp_path, damage):
    """Nothing of a file that is not as it was written is run; None flips its last byte."""
    with kept_records(tmp_path):
        made()
    file = kept_in(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]) if damage is None else damage)

    with kept_records(tmp_path):
        does_what_a_record_does(made())

    assert marshal.loads(kept_in(tmp_path).read_bytes()[16:]) == marshal.loads(whole[16:])


def test_where_nothing_can_be_kept_records_are_made(tmp_path):
    """A file stands where the folder would be, as where a disk is read-only."""
    (tmp_path / "kept").write_text("")

    with kept_records(tmp_path / "kept"):
        does_what_a_record_does(made())

    assert (tmp_path / "kept").read_text() == ""


def test_outside_the_block_all_is_as_before(tmp_path):
    """Also where what was imported in it failed."""
    before = dict(vars(dataclasses))
    with pytest.raises(ImportError), kept_records(tmp_path):
        raise ImportError
    assert dict(vars(dataclasses)) == before


def test_the_records_of_the_site_are_kept(tmp_path):
    """Python still compiles them where we think: of the whole site none is compiled twice."""
    program = (
        "import builtins, sys\n"
        "from pathlib import Path\n"
        "from web.core.records import kept_records\n"
        "real, n = builtins.compile, 0\n"
        "def counted(*given, **more):\n"
        "    global n; n += given[1:3] == ('<string>', 'exec'); return real(*given, **more)\n"
        "builtins.compile = counted\n"
        "with kept_records(Path(sys.argv[1])): import web.app\n"
        "print(n)"
    )

    def compiled() -> int:
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        return int(done.stdout)

    first, second = compiled(), compiled()

    assert first > 1000
    assert second == 0
