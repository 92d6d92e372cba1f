from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v1_no_cohort import V1NoCohort
    from ..models.v1_query_cohort_echo import V1QueryCohortEcho
    from ..models.v1_query_results import V1QueryResults


T = TypeVar("T", bound="V1QueryPage")


@_attrs_define
class V1QueryPage:
    """Has `cohort_def` on the first page and an empty `cohort` on later ones.

    Attributes:
        code (Literal[200]): The status, repeated in the body.
        query_results (V1QueryResults):
        next_page (str): Opaque token of the next page; empty at the end of the data.
        cohort (V1NoCohort | Unset): What later pages carry in place of the cohort.
        cohort_def (V1QueryCohortEcho | Unset):
    """

    code: Literal[200]
    query_results: V1QueryResults
    next_page: str
    cohort: V1NoCohort | Unset = UNSET
    cohort_def: V1QueryCohortEcho | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        query_results = self.query_results.to_dict()

        next_page = self.next_page

        cohort: dict[str, Any] | Unset = UNSET
        if not isinstance(self.cohort, Unset):
            cohort = self.cohort.to_dict()

        cohort_def: dict[str, Any] | Unset = UNSET
        if not isinstance(self.cohort_def, Unset):
            cohort_def = self.cohort_def.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "query_results": query_results,
                "next_page": next_page,
            }
        )
        if cohort is not UNSET:
            field_dict["cohort"] = cohort
        if cohort_def is not UNSET:
            field_dict["cohort_def"] = cohort_def

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_no_cohort import V1NoCohort  # noqa: PLC0415
        from ..models.v1_query_cohort_echo import V1QueryCohortEcho  # noqa: PLC0415
        from ..models.v1_query_results import V1QueryResults  # noqa: PLC0415

        d = dict(src_dict)
        code = cast(Literal[200], d.pop("code"))
        if code != 200:
            raise ValueError(f"code must match const 200, got '{code}'")

        query_results = V1QueryResults.from_dict(d.pop("query_results"))

        next_page = d.pop("next_page")

        _cohort = d.pop("cohort", UNSET)
        cohort: V1NoCohort | Unset
        if isinstance(_cohort, Unset):
            cohort = UNSET
        else:
            cohort = V1NoCohort.from_dict(_cohort)

        _cohort_def = d.pop("cohort_def", UNSET)
        cohort_def: V1QueryCohortEcho | Unset
        if isinstance(_cohort_def, Unset):
            cohort_def = UNSET
        else:
            cohort_def = V1QueryCohortEcho.from_dict(_cohort_def)

        v1_query_page = cls(
            code=code,
            query_results=query_results,
            next_page=next_page,
            cohort=cohort,
            cohort_def=cohort_def,
        )

        return v1_query_page
