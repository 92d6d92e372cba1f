"""Fast decoding of bodies from bytes to rows, for bodies that fit the document exactly.

The result is the same as on the general path (JSON, then one check after another). Any other body, such as one with an
additional member or a value of another type, is left to the general path, which accepts it or raises the error.

The rows behave as instances of a generated model: `isinstance`, `match`, `==`, attrs, copies and pickles, `to_dict`.
Their classes are made by msgspec, which decodes them in half the time that it needs for a class of attrs.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args

from idc_client.types import UNSET

from .._answers import bounds_of_members
from .columns import Columns, attributes_by_wire_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .columns import Column


_TYPES: dict[str, Any] = {
    "string": str,
    "int64": int,
    "double": int | float,  # an integer stays one
    "strings": list[str],
    "text": str | list[str],
}


@functools.cache
def row_list_type(
    model: type[Any], required: frozenset[str], *, never_null: frozenset[str] = frozenset(), ordered: bool = False
) -> Any:
    """Make the type that decodes a list of rows of a model, with the bounds that the document has for its numbers.

    Args:
        model: The generated model.
        required: The wire names that every row has; the other members of the model are optional.
        never_null: The wire names whose values are never null.
        ordered: Whether rows can be sorted, by their members in order.
    """
    import msgspec

    # `isinstance` and attrs use `__class__`, which need not be the real class of an object.
    namespace = {
        "__class__": property(lambda _: model),
        "__reduce__": lambda self: (model, msgspec.structs.astuple(self)),
        "__doc__": model.__doc__,
        "to_dict": model.to_dict,
        "from_dict": model.from_dict,
    }
    names = attributes_by_wire_name(model)  # type: ignore[arg-type] # classes can be hashed
    bounds = bounds_of_members(model.__name__)
    members: list[Any] = [
        (
            names[one.name],
            _value_type(one, null=one.name not in never_null, bounds=bounds.get(one.name)),
            *(() if one.name in required else (UNSET,)),
        )
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
        repr_omit_defaults=True,
        order=ordered,
        gc=False,  # rows hold no references to other rows, so the garbage collector can skip them
    )
    return list[row]


def _value_type(column: Column, *, null: bool, bounds: Mapping[str, Any] | None) -> Any:
    """Return the type of the values of a column, for msgspec."""
    import msgspec

    kind = _TYPES[column.kind]
    if bounds:
        parts = tuple(Annotated[one, msgspec.Meta(**bounds)] for one in get_args(kind) or (kind,))
        kind = Union[parts]  # noqa: UP007 - the members are known at run time only
    return kind | None if column.nullable and null else kind


def raw_members(names: Sequence[str]) -> list[Any]:
    """Declare optional members of a body that are kept as raw JSON."""
    import msgspec

    return [(name, msgspec.Raw, msgspec.Raw()) for name in names]


def body_decoder(name: str, members: Sequence[Any], **inner: Sequence[Any]) -> Callable[[bytes], Any]:
    """Make the decoder of a body.

    Args:
        name: The name of the body's type.
        members: The members of the body, each with its type.
        inner: The members that are objects, by name, each with its own members.

    Returns:
        A function of the bytes of a body. It returns None for a body that does not fit exactly.
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
