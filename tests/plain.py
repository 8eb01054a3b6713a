"""What problems say, without their columns and rules: for tests of the words alone."""

from __future__ import annotations

import re


def plain(said: object) -> str:
    """Lines such as ``path:line:column: message [rule]`` as ``path:line: message``."""
    lines = (re.sub(r" \[[a-z0-9-]+\]$", "", line) for line in str(said).split("\n"))
    return "\n".join(re.sub(r"^([^\n]*?:\d+):\d+: ", r"\1: ", line) for line in lines)
