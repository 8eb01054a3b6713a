"""A type as pydantic reads and writes it, worked out when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Generic, TypeAlias, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


class LateAdapter(Generic[T]):
    """A ``TypeAdapter`` that costs nothing until it is used.

    To work one out takes some milliseconds. A process that is about to answer does not wait for
    those that few requests need, or that only a build does.
    """

    def __init__(self, holds: Any) -> None:
        """Nothing is worked out yet; ``holds`` is the type."""
        self._holds = holds

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self._holds)

    def validate_json(self, data: bytes) -> T:
        """What some JSON says.

        Raises:
            pydantic.ValidationError: it is not of the type.
        """
        return self._adapter.validate_json(data)

    def validate_python(self, data: object) -> T:
        """What some plain data says.

        Raises:
            pydantic.ValidationError: it is not of the type.
        """
        return self._adapter.validate_python(data)

    def dump_json(self, value: T) -> bytes:
        """A value as JSON."""
        return self._adapter.dump_json(value)

    def dump_python(self, value: T, *, mode: str) -> Any:
        """A value as plain data; ``mode`` is pydantic's."""
        return self._adapter.dump_python(value, mode=mode)


#: What reads and writes a type, worked out already or not.
Adapter: TypeAlias = TypeAdapter[T] | LateAdapter[T]
