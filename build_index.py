"""Build the search index: the same as ``kb build``."""

import sys

from kb.cli.build import build

if __name__ == "__main__":
    sys.exit(build(prog_name="build_index.py"))
