"""Faults of v1: the SQL of a cohort selects other rows than the cohort."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.contract.faults.fault import altered
from tests.contract.faults.v1_answers import MANIFESTS, QUERIES, echo_of

if TYPE_CHECKING:
    from idc_contract.calls import Request

SHOWN = (*MANIFESTS, *QUERIES)


def replace(content: Any, pattern: str, by: str) -> None:
    """Replace what a pattern matches in the SQL of an answer, if there is SQL; its order is left."""
    echo = echo_of(content)
    if echo.get("sql"):
        text, order, rest = echo["sql"].partition("ORDER BY")
        echo["sql"] = re.sub(pattern, by, text) + order + rest


@altered("v1", "sql", *SHOWN)
def sql_or_for_and(content: Any, _: Request) -> None:
    """Conditions of the SQL are alternatives."""
    replace(content, r"\n  AND ", "\n  OR ")


@altered("v1", "sql", *SHOWN)
def sql_sign_lost(content: Any, _: Request) -> None:
    """Negative bounds of the SQL lose their sign."""
    replace(content, r"((?:[<>=]|BETWEEN|AND) )-(?=\d)", r"\1")


@altered("v1", "sql", *SHOWN)
def sql_bounds_swapped(content: Any, _: Request) -> None:
    """The bounds of a range of the SQL are swapped."""
    replace(content, r"BETWEEN (\S+) AND (\S+)", r"BETWEEN \2 AND \1")


@altered("v1", "sql", *SHOWN)
def sql_not_in(content: Any, _: Request) -> None:
    """The SQL excludes the values of a list."""
    replace(content, r"\) IN \(LOWER", ") NOT IN (LOWER")


@altered("v1", "sql", *SHOWN)
def sql_distinct_lost(content: Any, _: Request) -> None:
    """The SQL selects a row for every instance."""
    replace(content, "SELECT DISTINCT", "SELECT")


@altered("v1", "sql", *SHOWN)
def sql_joined_by_study(content: Any, _: Request) -> None:
    """The SQL looks for a study among the barcodes of patients."""
    replace(content, r"case_barcode = image\.PatientID", "case_barcode = image.StudyInstanceUID")


@altered("v1", "sql", *SHOWN)
def sql_joined_with_everyone(content: Any, _: Request) -> None:
    """The SQL joins each instance with the clinical data of all patients."""
    replace(content, r"\w+\.case_barcode = image\.PatientID", "TRUE")


@altered("v1", "sql", *SHOWN)
def sql_of_measured_only(content: Any, _: Request) -> None:
    """The SQL drops instances without measurements though no filter is on measurements."""
    replace(content, "LEFT JOIN", "JOIN")


@altered("v1", "sql", *SHOWN)
def sql_limited(content: Any, _: Request) -> None:
    """The SQL ends after a thousand rows."""
    if echo_of(content).get("sql"):
        echo_of(content)["sql"] += "\nLIMIT 1000"


@altered("v1", "sql", *SHOWN)
def sql_cut(content: Any, _: Request) -> None:
    """The SQL ends after 8,000 characters."""
    if "sql" in echo_of(content):
        echo_of(content)["sql"] = echo_of(content)["sql"][:8000]


@altered("v1", "sql", *SHOWN)
def sql_bound_excluded(content: Any, _: Request) -> None:
    """Bounds that belong to a range are excluded by the SQL."""
    replace(content, "([<>])= ", r"\1 ")


@altered("v1", "sql", *SHOWN)
def sql_case_matters(content: Any, _: Request) -> None:
    """The SQL takes a value in another letter case for another value."""
    replace(content, r"LOWER\(((?:[^()']|'(?:[^'\\]|\\.)*')+)\)", r"\1")


@altered("v1", "sql", *SHOWN)
def sql_pattern_as_text(content: Any, _: Request) -> None:
    """The SQL compares a pattern as it is."""
    replace(content, r"\bLIKE\b", "=")


@altered("v1", "sql", *SHOWN)
def sql_null_lost(content: Any, _: Request) -> None:
    """The SQL drops instances without a value, though they are wanted beside others."""
    replace(content, r"\s+OR .* IS NULL", "")
