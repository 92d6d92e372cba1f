from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

from ..models.v3_attribute_data_type import V3AttributeDataType
from ..models.v3_attribute_kind import V3AttributeKind
from ..models.v3_range_attribute import V3RangeAttribute
from ..models.v3_term_attribute import V3TermAttribute

T = TypeVar("T", bound="V3Attribute")


@_attrs_define
class V3Attribute:
    """
    Attributes:
        name (V3RangeAttribute | V3TermAttribute):
        table (Literal['index']):
        data_type (V3AttributeDataType):
        kind (V3AttributeKind): Whether it belongs into `terms` or `ranges`.
        categorical (bool): Whether its values are worth listing.
        description (str):
    """

    name: V3RangeAttribute | V3TermAttribute
    table: Literal["index"]
    data_type: V3AttributeDataType
    kind: V3AttributeKind
    categorical: bool
    description: str

    def to_dict(self) -> dict[str, Any]:
        name: str
        if isinstance(self.name, V3TermAttribute):
            name = self.name.value
        else:
            name = self.name.value

        table = self.table

        data_type = self.data_type.value

        kind = self.kind.value

        categorical = self.categorical

        description = self.description

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "table": table,
                "data_type": data_type,
                "kind": kind,
                "categorical": categorical,
                "description": description,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_name(data: object) -> V3RangeAttribute | V3TermAttribute:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                name_type_0 = V3TermAttribute(data)

                return name_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, str):
                raise TypeError()
            name_type_1 = V3RangeAttribute(data)

            return name_type_1

        name = _parse_name(d.pop("name"))

        table = cast(Literal["index"], d.pop("table"))
        if table != "index":
            raise ValueError(f"table must match const 'index', got '{table}'")

        data_type = V3AttributeDataType(d.pop("data_type"))

        kind = V3AttributeKind(d.pop("kind"))

        categorical = d.pop("categorical")

        description = d.pop("description")

        v3_attribute = cls(
            name=name,
            table=table,
            data_type=data_type,
            kind=kind,
            categorical=categorical,
            description=description,
        )

        return v3_attribute
