"""Python seldom looks for cycles of garbage where content is read."""

from __future__ import annotations

import subprocess
import sys

from tests.toy import ROOT


def test_a_program_that_has_read_content_ends_without_a_look_at_it() -> None:
    """All that is there when it ends is left out of the last look, however often it has read."""
    program = (
        "import atexit, gc\n"
        "from kb.content.garbage import seldom_look_for_garbage\n"
        "atexit.register(lambda: print(gc.get_threshold()[0], gc.get_freeze_count() > 1000))\n"
        "seldom_look_for_garbage()\n"
        "seldom_look_for_garbage()\n"
        "print(gc.get_freeze_count() > 1000)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert done.stdout.splitlines() == ["False", "50000 True"]
