from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v3_validation_error_ctx import V3ValidationErrorCtx


T = TypeVar("T", bound="V3ValidationError")


@_attrs_define
class V3ValidationError:
    """
    Attributes:
        type_ (str):
        loc (list[int | str]): Where; begins with body, query or path.
        msg (str):
        input_ (Any): What was sent there.
        ctx (V3ValidationErrorCtx | Unset): What the rule asks for.
    """

    type_: str
    loc: list[int | str]
    msg: str
    input_: Any
    ctx: V3ValidationErrorCtx | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        loc = []
        for loc_item_data in self.loc:
            loc_item: int | str
            loc_item = loc_item_data
            loc.append(loc_item)

        msg = self.msg

        input_ = self.input_

        ctx: dict[str, Any] | Unset = UNSET
        if not isinstance(self.ctx, Unset):
            ctx = self.ctx.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "type": type_,
                "loc": loc,
                "msg": msg,
                "input": input_,
            }
        )
        if ctx is not UNSET:
            field_dict["ctx"] = ctx

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_validation_error_ctx import V3ValidationErrorCtx  # noqa: PLC0415

        d = dict(src_dict)
        type_ = d.pop("type")

        loc = []
        _loc = d.pop("loc")
        for loc_item_data in _loc:

            def _parse_loc_item(data: object) -> int | str:
                return cast(int | str, data)

            loc_item = _parse_loc_item(loc_item_data)

            loc.append(loc_item)

        msg = d.pop("msg")

        input_ = d.pop("input")

        _ctx = d.pop("ctx", UNSET)
        ctx: V3ValidationErrorCtx | Unset
        if isinstance(_ctx, Unset):
            ctx = UNSET
        else:
            ctx = V3ValidationErrorCtx.from_dict(_ctx)

        v3_validation_error = cls(
            type_=type_,
            loc=loc,
            msg=msg,
            input_=input_,
            ctx=ctx,
        )

        return v3_validation_error
