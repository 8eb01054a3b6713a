"""What benchmarks are made of is imported as they import it: from their own folder."""

from __future__ import annotations

import sys

from tests.toy import ROOT

sys.path.append(str(ROOT / "benchmarks"))
