"""The typographer of ``kb.text``, under the name that pages know."""

from __future__ import annotations

from kb.text.typography import curly

__all__ = ["curly"]
