#!/usr/bin/env bash
# tantivy 0.27.0 (Python): a number of the wrong kind is told at the commit, not where it is added.
#
# Document(count=[3]) holds a signed number, whatever the schema of the index says of the field.
# add_document takes it for a field of unsigned numbers and returns its number; the commit of the
# whole batch then fails, and names the field but no document. Document.from_dict with the schema
# as its second argument, or add_unsigned, makes the right kind.
#
# Seen:
#   add_document: returned 1
#   commit: ValueError Schema error: 'Expected a U64 for field "count"'
#   with the schema: 1 document
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tantivy==0.27.0 2>/dev/null
cat >"$folder/try.py" <<'PY'
import tantivy

builder = tantivy.SchemaBuilder()
builder.add_text_field("text", stored=True)
builder.add_unsigned_field("count", stored=True, indexed=True)
schema = builder.build()

writer = tantivy.Index(schema).writer(heap_size=15_000_000, num_threads=1)
good = tantivy.Document.from_dict({"text": ["first"], "count": [1]}, schema)
writer.add_document(good)
print("add_document: returned", writer.add_document(tantivy.Document(text=["second"], count=[3])))
try:
    writer.commit()
except ValueError as error:
    print("commit: ValueError", error)

index = tantivy.Index(schema)
writer = index.writer(heap_size=15_000_000, num_threads=1)
writer.add_document(good)
writer.commit()
index.reload()
print("with the schema:", index.searcher().num_docs, "document")
PY
seen=$("$folder/venv/bin/python" "$folder/try.py")
echo "$seen"
[ "$seen" = "add_document: returned 1
commit: ValueError Schema error: 'Expected a U64 for field \"count\"'
with the schema: 1 document" ] || { echo "The behaviour has changed." >&2; exit 1; }
