#!/usr/bin/env bash
# pydantic 2.14.4: bounds on an optional number with a BeforeValidator become "ge" and "le" in the JSON Schema.
#
# Field(ge=1, le=9) on "int | None" writes minimum and maximum. Put a BeforeValidator on the
# int inside the union and the same bounds come out under Python's own names, ge and le, which
# are no keywords of JSON Schema: a validator ignores them, so the schema accepts 12. pydantic
# itself goes on refusing 12; a description made from the schema (OpenAPI, say) loses the bounds.
#
# Seen:
#   plain  {"maximum": 9, "minimum": 1, "type": "integer"}
#   reader {"ge": 1, "le": 9, "type": "integer"}
#   pydantic on reader=12: less_than_equal
#   jsonschema on plain=12: 1 errors
#   jsonschema on reader=12: 0 errors
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pydantic==2.14.4 jsonschema==4.25.1

seen=$("$folder/venv/bin/python" - <<'PY'
import json
from typing import Annotated

from jsonschema import Draft202012Validator
from pydantic import BaseModel, BeforeValidator, Field, ValidationError


class Sizes(BaseModel):
    plain: int | None = Field(None, ge=1, le=9)
    reader: Annotated[int, BeforeValidator(int)] | None = Field(None, ge=1, le=9)


schema = Sizes.model_json_schema()
for name in ("plain", "reader"):
    print(f"{name:6} {json.dumps(schema['properties'][name]['anyOf'][0])}")
try:
    Sizes(reader=12)
except ValidationError as err:
    print(f"pydantic on reader=12: {err.errors()[0]['type']}")
for name in ("plain", "reader"):
    errors = list(Draft202012Validator(schema).iter_errors({name: 12}))
    print(f"jsonschema on {name}=12: {len(errors)} errors")
PY
)
echo "$seen"
[ "$seen" = 'plain  {"maximum": 9, "minimum": 1, "type": "integer"}
reader {"ge": 1, "le": 9, "type": "integer"}
pydantic on reader=12: less_than_equal
jsonschema on plain=12: 1 errors
jsonschema on reader=12: 0 errors' ] || { echo "The behaviour has changed." >&2; exit 1; }
