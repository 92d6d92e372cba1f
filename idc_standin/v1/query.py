"""A v1 query as a value: conditions, columns, order, data release. No SQL here and no HTTP.

The rules are those of v1 as of June 2021 (docs/standin.md): AND across attributes, OR among
values; text compared without regard to case; one value is a LIKE pattern, several are a list; ``None`` is "has no
value"; ``collection_id`` in any spelling.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Operator = Literal["like", "in", "null", "eq", "lt", "lte", "gt", "gte", "btw"]
RANGED = re.compile(r"^(?P<attribute>.+)_(?P<operator>lt|lte|btw|gte|gt)$")
GUID = "dg.4DFC/"  # what manifests put before UUIDs
INSTANCE_COLUMNS = frozenset({"SOPInstanceUID", "crdc_instance_uuid", "gcs_url"})


@dataclass(frozen=True, slots=True)
class Condition:
    """One attribute's condition: any of ``values`` by ``operator``, or no value at all if ``or_null``."""

    attribute: str
    operator: Operator
    values: tuple[str | float, ...]
    or_null: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Distinct rows over ``columns`` (source names) of the archive as of ``release``, ascending by ``order``."""

    release: int
    conditions: tuple[Condition, ...]
    columns: tuple[str, ...]
    order: tuple[str, ...]

    @property
    def by_instance(self) -> bool:
        """Whether a row is one instance: one of the columns identifies instances."""
        return not INSTANCE_COLUMNS.isdisjoint(self.columns)

    def key(self) -> str:
        """A text that is equal for equal queries; page tokens hold its digest."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))


def normalised(filters: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """The filters with ``collection_id`` in its normal form (``tcga_luad``), as previews echo them."""
    return {
        name: [v.lower().replace("-", "_") if v != "None" else v for v in values]
        if name == "collection_id"
        else list(values)
        for name, values in filters.items()
    }


def conditions(filters: Mapping[str, Sequence[Any]]) -> tuple[Condition, ...]:
    """Valid v1 filters (see ``V1Filters`` in openapi.yaml) as conditions, in the order of their names."""
    return tuple(_condition(name, list(values)) for name, values in sorted(normalised(filters).items()))


def _condition(name: str, values: list[Any]) -> Condition:
    if ranged := RANGED.match(name):
        return Condition(ranged["attribute"], ranged["operator"], tuple(values))  # type: ignore[arg-type]  # the pattern's own alternatives
    if not isinstance(values[0], str):
        return Condition(name, "eq", tuple(values))
    given = [v.removeprefix(GUID) if name.startswith("crdc_") else v for v in values if v != "None"]
    operator: Operator = "null" if not given else "like" if len(given) == 1 else "in"
    return Condition(name, operator, tuple(dict.fromkeys(given)), or_null=len(given) < len(values))
