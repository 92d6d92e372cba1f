from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.v3_citations_format import V3CitationsFormat

if TYPE_CHECKING:
    from ..models.v3_citation_type_1 import V3CitationType1
    from ..models.v3_citations_idc_acknowledgment_type_1 import (
        V3CitationsIdcAcknowledgmentType1,
    )
    from ..models.v3_filters_applied import V3FiltersApplied


T = TypeVar("T", bound="V3Citations")


@_attrs_define
class V3Citations:
    """
    Attributes:
        format_ (V3CitationsFormat):
        citations (list[str | V3CitationType1]): Text, or objects for csl-json.
        idc_acknowledgment (None | str | V3CitationsIdcAcknowledgmentType1): How to cite IDC itself; null if doi.org did
            not say.
        recommendation (str):
        filters_applied (V3FiltersApplied): The predicates that selected, in the order sent. Not what was sent: lists
            without values and ranges without
            a bound are left out, numbers are doubles and dates have dashes. Empty if the answer is for the whole archive.
        warnings (list[str]): What a person should know of the answer, in this order: each list without values and each
            range without a bound
            that was left out; that nothing is left and the answer is for the whole archive; and, in counts of nothing,
            values that occur in another letter case. Empty if there is nothing to say.
    """

    format_: V3CitationsFormat
    citations: list[str | V3CitationType1]
    idc_acknowledgment: None | str | V3CitationsIdcAcknowledgmentType1
    recommendation: str
    filters_applied: V3FiltersApplied
    warnings: list[str]

    def to_dict(self) -> dict[str, Any]:
        from ..models.v3_citation_type_1 import V3CitationType1  # noqa: PLC0415
        from ..models.v3_citations_idc_acknowledgment_type_1 import (
            V3CitationsIdcAcknowledgmentType1,  # noqa: PLC0415
        )

        format_ = self.format_.value

        citations = []
        for citations_item_data in self.citations:
            citations_item: dict[str, Any] | str
            if isinstance(citations_item_data, V3CitationType1):
                citations_item = citations_item_data.to_dict()
            else:
                citations_item = citations_item_data
            citations.append(citations_item)

        idc_acknowledgment: dict[str, Any] | None | str
        if isinstance(self.idc_acknowledgment, V3CitationsIdcAcknowledgmentType1):
            idc_acknowledgment = self.idc_acknowledgment.to_dict()
        else:
            idc_acknowledgment = self.idc_acknowledgment

        recommendation = self.recommendation

        filters_applied = self.filters_applied.to_dict()

        warnings = self.warnings

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "format": format_,
                "citations": citations,
                "idc_acknowledgment": idc_acknowledgment,
                "recommendation": recommendation,
                "filters_applied": filters_applied,
                "warnings": warnings,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_citation_type_1 import V3CitationType1  # noqa: PLC0415
        from ..models.v3_citations_idc_acknowledgment_type_1 import (
            V3CitationsIdcAcknowledgmentType1,  # noqa: PLC0415
        )
        from ..models.v3_filters_applied import V3FiltersApplied  # noqa: PLC0415

        d = dict(src_dict)
        format_ = V3CitationsFormat(d.pop("format"))

        citations = []
        _citations = d.pop("citations")
        for citations_item_data in _citations:

            def _parse_citations_item(data: object) -> str | V3CitationType1:
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_v3_citation_type_1 = V3CitationType1.from_dict(
                        data
                    )

                    return componentsschemas_v3_citation_type_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                return cast(str | V3CitationType1, data)

            citations_item = _parse_citations_item(citations_item_data)

            citations.append(citations_item)

        def _parse_idc_acknowledgment(
            data: object,
        ) -> None | str | V3CitationsIdcAcknowledgmentType1:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                idc_acknowledgment_type_1 = V3CitationsIdcAcknowledgmentType1.from_dict(
                    data
                )

                return idc_acknowledgment_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | str | V3CitationsIdcAcknowledgmentType1, data)

        idc_acknowledgment = _parse_idc_acknowledgment(d.pop("idc_acknowledgment"))

        recommendation = d.pop("recommendation")

        filters_applied = V3FiltersApplied.from_dict(d.pop("filters_applied"))

        warnings = cast(list[str], d.pop("warnings"))

        v3_citations = cls(
            format_=format_,
            citations=citations,
            idc_acknowledgment=idc_acknowledgment,
            recommendation=recommendation,
            filters_applied=filters_applied,
            warnings=warnings,
        )

        return v3_citations
