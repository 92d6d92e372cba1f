"""Bodies decoded straight from their bytes into rows: those that fit the document to the letter, and no others.

What is taken here is what the long way (JSON, then one check after another) makes of the same bytes. Anything else, a
member too many or a value of another type included, is left to that way, which says what is wrong or takes it.

The rows are of a generated model to all who ask: `isinstance`, `match`, `==`, attrs, copies and pickles, `to_dict`.
They are laid out by msgspec, which decodes them in half the time that it needs for a class of attrs.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from idc_client.types import UNSET

from .columns import Columns, attributes_by_wire_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .columns import Column


_TYPES: dict[str, Any] = {
    "string": str,
    "int64": int,
    "double": int | float,  # a whole number stays one
    "strings": list[str],
    "text": str | list[str],
}


@functools.cache
def row_list_type(
    model: type[Any], required: frozenset[str], *, never_null: frozenset[str] = frozenset(), ordered: bool = False
) -> Any:
    """Make the type of a list of rows of a model.

    Args:
        model: The generated model.
        required: The wire names that every row has; further members of the model it may have.
        never_null: Those that are never null.
        ordered: Whether rows compare by their members, the first one first.
    """
    import msgspec

    # Other than the class of an object, `__class__` says what it stands for, and is what Python and attrs go by.
    namespace = {
        "__class__": property(lambda _: model),
        "__reduce__": lambda self: (model, msgspec.structs.astuple(self)),
        "__doc__": model.__doc__,
        "to_dict": model.to_dict,
        "from_dict": model.from_dict,
    }
    names = attributes_by_wire_name(model)  # type: ignore[arg-type] # classes can be hashed
    members: list[Any] = [
        (names[one.name], value_type(one, null=one.name not in never_null), *(() if one.name in required else (UNSET,)))
        for one in Columns.of(model)
    ]
    row: Any = msgspec.defstruct(
        model.__name__,
        members,
        namespace=namespace,
        module=model.__module__,
        rename={attribute: name for name, attribute in names.items()},
        kw_only=True,
        forbid_unknown_fields=True,
        omit_defaults=True,
        order=ordered,
        gc=False,  # nothing in them refers to anything, so none of them needs to be looked through for garbage
    )
    return list[row]


def value_type(column: Column, *, null: bool = True) -> Any:
    """Give the type of a column's values."""
    return _TYPES[column.kind] | None if column.nullable and null else _TYPES[column.kind]


def raw_members(names: Sequence[str]) -> list[Any]:
    """Declare members of a body that may be there, and are kept as they came."""
    import msgspec

    return [(name, msgspec.Raw, msgspec.Raw()) for name in names]


def body_decoder(name: str, members: Sequence[Any], **inner: Sequence[Any]) -> Callable[[bytes], Any]:
    """Make what decodes a body.

    Args:
        name: What it is called.
        members: Its members, each with its type.
        inner: Members that are objects themselves, by name.

    The reader returns None where a body is not to the letter.
    """
    import msgspec

    def shape(name: str, members: Sequence[Any]) -> Any:
        return msgspec.defstruct(name, members, forbid_unknown_fields=True, kw_only=True)

    objects = [(one, shape(one, content)) for one, content in inner.items()]
    decode = msgspec.json.Decoder(shape(name, [*members, *objects])).decode

    def read(content: bytes) -> Any:
        try:
            return decode(content)
        except (msgspec.DecodeError, ValueError, RecursionError):
            return None

    return read
