#!/usr/bin/env bash
# tantivy 0.27.0 (Python): "firm AND NOT wine" is parsed without a word, and finds nothing.
#
# The parser reads NOT after AND as a query of its own that must match; one that only excludes matches no
# document, so the whole finds none. Alone, "NOT wine" is refused as only excluding. With a minus
# in place of the NOT, or without the AND, the same words find what one expects.
#
# Seen, of the documents "firm apple", "firm wine" and "wine":
#   firm -wine: firm apple
#   firm NOT wine: firm apple
#   firm AND -wine: firm apple
#   firm AND NOT wine: nothing
#   NOT wine: Invalid query: Only excluding terms given
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tantivy==0.27.0
seen=$("$folder/venv/bin/python" - <<'PY'
import tantivy

builder = tantivy.SchemaBuilder()
builder.add_text_field("body", stored=True)
index = tantivy.Index(builder.build())
writer = index.writer()
for text in ("firm apple", "firm wine", "wine"):
    writer.add_document(tantivy.Document(body=[text]))
writer.commit()
index.reload()
searcher = index.searcher()
for asked in ("firm -wine", "firm NOT wine", "firm AND -wine", "firm AND NOT wine", "NOT wine"):
    try:
        hits = searcher.search(index.parse_query(asked, ["body"]), 3).hits
        found = ", ".join(sorted(searcher.doc(at)["body"][0] for _, at in hits)) or "nothing"
    except ValueError as error:
        found = str(error)
    print(f"{asked}: {found}")
PY
)
echo "$seen"
[ "$seen" = "firm -wine: firm apple
firm NOT wine: firm apple
firm AND -wine: firm apple
firm AND NOT wine: nothing
NOT wine: Invalid query: Only excluding terms given" ] || { echo "The behaviour has changed." >&2; exit 1; }
