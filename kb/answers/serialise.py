"""One way from an answer to JSON, and to the schema that describes it.

An answer is a frozen record, made of kb's own records where they say all that is to be
said, and of records of its own where something is computed: an address, a figure, a label.
"""

from __future__ import annotations

import dataclasses
import functools
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, computed_field
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

T = TypeVar("T")


def to_json(answer: object, *, indent: int | None = None) -> str:
    """An answer as JSON."""
    return _adapter(type(answer)).dump_json(answer, indent=indent).decode()


def to_data(answer: object) -> Any:
    """An answer as the dicts, lists and plain values that its JSON stands for."""
    return _adapter(type(answer)).dump_python(answer, mode="json")


def schemas(kinds: Iterable[type], *, at: str) -> Mapping[str, JsonSchemaValue]:
    """The JSON schema of some kinds of answer and of every record in them, by name.

    Args:
        kinds: classes of answers.
        at: where the schemas will stand, such as ``#/components/schemas/``.
    """
    chosen = tuple(kinds)
    made, shared = TypeAdapter.json_schemas(
        [(kind, "serialization", _adapter(kind)) for kind in chosen],
        ref_template=f"{at}{{model}}",
        schema_generator=_Description,
    )
    own = {kind.__name__: made[kind, "serialization"] for kind in chosen}
    every = own | shared.get("$defs", {})
    return {name: every[name] for name in sorted(every)}


def extended(kind: type[T], record: object, **more: object) -> T:
    """A record of a larger kind: all that ``record`` says, and more."""
    names, values = _fields(type(record))
    return kind(**dict(zip(names, values(record), strict=True)), **more)


@functools.cache
def _fields(kind: type) -> tuple[tuple[str, ...], Callable[[object], tuple[Any, ...]]]:
    """The names of the fields of a record, of which it has several, and what gives their values.

    An answer holds hundreds of one kind.
    """
    names = tuple(field.name for field in dataclasses.fields(kind))
    return names, operator.attrgetter(*names)


def old_name(new: str, kind: Any) -> Any:
    """A field's earlier name, which answers beside the new one for a release."""

    def value(record: object) -> Any:
        return getattr(record, new)

    return computed_field(
        property(value),
        return_type=kind,
        description=f"The earlier name of `{new}`.",
        json_schema_extra={"deprecated": True},
    )


@functools.cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


class _Description(GenerateJsonSchema):
    """Schemas of what is sent: every field is there, and none that is not described."""

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """An object; the first paragraph of the record's docstring says what it is."""
        made = {**super().dataclass_schema(schema), "additionalProperties": False}
        words = made.get("description", "").partition("\n\n")[0]
        return {**made, "description": " ".join(words.replace("``", "`").split())}

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """A default says nothing of what is sent."""
        return self.generate_inner(schema["schema"])

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,
    ) -> bool:
        """Every field is sent, but those that say when they are not."""
        return "serialization_exclude_if" not in field

    def field_title_should_be_set(self, schema: Any) -> bool:
        """A title that repeats the name of its field says nothing."""
        return False
