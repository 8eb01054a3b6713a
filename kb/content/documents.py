"""What is known of a case once its file was read, and before its text is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is known of a case without its text: of a hundred thousand there is room for this.

    ``digest`` is the SHA-256 of the file's bytes, ``version`` that of the version; ``facets``
    holds what is made of all cases together, and their countries.
    """

    id: str
    digest: str
    version: str
    is_guide: bool
    facets: Mapping[str, tuple[str, ...]]
