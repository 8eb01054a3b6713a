"""Whose the versions in a database are: each index folder keeps account of those that it wrote.

The account has a name of its own, drawn once, which the database and each snapshot know too. So
it makes no difference what the machine is called, or where the folder lies. A folder that was
copied has the same account; whichever of the two builds later finds versions in the database that
its own account does not have, and begins a new one. Nobody ever removes what is not in its account.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

#: Its file in the folder of the index.
LEDGER_FILE = ".postgresql.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The versions that were written from a folder, and the name that they have in common."""

    origin: str
    versions: tuple[str, ...] = ()

    @classmethod
    def new(cls) -> Ledger:
        """One that has nothing yet."""
        return cls(origin=secrets.token_hex(16))

    @classmethod
    def read(cls, index: Path) -> Ledger:
        """That of an index folder; a new one where there is none that can be read."""
        try:
            held = json.loads((index / LEDGER_FILE).read_bytes())
            origin, versions = held["origin"], held["versions"]
        except (OSError, ValueError, KeyError, TypeError):
            return cls.new()
        if not isinstance(origin, str) or not isinstance(versions, list):
            return cls.new()
        return cls(origin=origin, versions=tuple(map(str, versions)))

    def adding(self, version: str, *, there: Collection[str]) -> Ledger:
        """The account with a version more; a new one where somebody else keeps this one too.

        Args:
            version: what will be written.
            there: what the database has of this origin.
        """
        before = self if set(there) <= set(self.versions) else Ledger.new()
        return replace(before, versions=(*before.versions, version))

    def write(self, index: Path) -> None:
        """Keep it, in one step.

        Raises:
            OSError: nothing can be written there.
        """
        index.mkdir(parents=True, exist_ok=True)
        beside = index / f"{LEDGER_FILE}-{os.getpid()}"
        text = json.dumps({"origin": self.origin, "versions": self.versions}, indent=1)
        beside.write_text(text + "\n", encoding="utf-8")
        beside.replace(index / LEDGER_FILE)
