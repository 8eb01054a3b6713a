#!/usr/bin/env bash
# citeproc-py 0.11.1: a name is cut to initials although its element says initialize="false".
#
# The specification of CSL 1.0.2 says that given names are no longer initialized where "initialize"
# is false, whatever "initialize-with" holds. The library looks at "initialize-with" alone, that of
# the whole style too, so a style that spells names out in its bibliography does not.
#
# Seen:
#   initialize="false": A. M. Doe
#   no initialize-with at all: Ann Mary Doe
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check citeproc-py==0.11.1 2>/dev/null
cat >"$folder/try.py" <<'PY'
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON

STYLE = """<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0"{whole}>
<info><title>t</title><id>t</id><updated>2020-01-01T00:00:00+00:00</updated></info>
<citation><layout><text variable="title"/></layout></citation>
<bibliography><layout><names variable="author"><name{name}/></names></layout></bibliography></style>"""
ITEM = {"id": "a", "type": "report", "title": "T", "author": [{"family": "Doe", "given": "Ann Mary"}]}


def written(whole, name):
    path = Path(sys.argv[1]) / "style.csl"
    path.write_text(STYLE.format(whole=whole, name=name))
    style = CitationStylesStyle(str(path), validate=False)
    bibliography = CitationStylesBibliography(style, CiteProcJSON([ITEM]), formatter.plain)
    bibliography.register(Citation([CitationItem("a")]))
    return bibliography.bibliography()[0]


print('initialize="false":', written(' initialize-with=". "', ' initialize="false"'))
print("no initialize-with at all:", written("", ""))
PY
seen=$("$folder/venv/bin/python" "$folder/try.py" "$folder")
echo "$seen"
[ "$seen" = 'initialize="false": A. M. Doe
no initialize-with at all: Ann Mary Doe' ] || { echo "The behaviour has changed." >&2; exit 1; }
