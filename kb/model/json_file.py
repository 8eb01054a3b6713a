"""Files of JSON beside the cases that a command writes, and a build or another command reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from kb.errors import CorpusError
from kb.model.files import write_content


@dataclass(frozen=True, kw_only=True)
class JsonFile:
    """A kind of file.

    Attributes:
        holds: the type of what it holds.
        what: what messages call it.
        command: what writes it.
    """

    holds: Any
    what: str
    command: str

    @cached_property
    def _reader(self) -> TypeAdapter[Any]:
        """Made when the first file is read: many commands read none."""
        return TypeAdapter(self.holds)

    def read(self, path: Path) -> Any | None:
        """What a file holds; None if there is no file.

        Raises:
            CorpusError: it cannot be read, or is not what the command writes.
        """
        try:
            return self._reader.validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as err:
            raise CorpusError(f"{path} cannot be read: {err.strerror}.") from err
        except ValidationError as err:
            raise CorpusError(f"{path} is not {self.what}; run '{self.command}'.") from err

    def write(self, path: Path, value: Any) -> None:
        """Write a file in one step.

        Raises:
            CorpusError: it cannot be written; what was there stays.
        """
        write_content(path, self._reader.dump_json(value, indent=1) + b"\n")
