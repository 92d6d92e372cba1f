"""Queries as SQL: one set of predicates for two engines, DuckDB over the archive file and BigQuery.

Law: the only module that turns a :class:`~idc_standin.v1.query.Query` into SQL text. Values never become part of DuckDB
text: they are bound as parameters. BigQuery text is for people to run, so there they are literals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlglot import exp, maybe_parse

from idc_standin.v1.query import INSTANCE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from idc_standin.v1.query import Condition, Query

RANGES: Mapping[str, type[exp.Binary]] = {"eq": exp.EQ, "lt": exp.LT, "lte": exp.LTE, "gt": exp.GT, "gte": exp.GTE}


def predicate(text: exp.Expr, number: exp.Expr, condition: Condition) -> exp.Expr:
    """The predicate of ``condition``, given the text and the number of the attribute."""
    values = condition.values
    if condition.operator == "btw":
        return exp.Between(this=number, low=_number(values[0]), high=_number(values[1]))
    if condition.operator in RANGES:
        return RANGES[condition.operator](this=number, expression=_number(values[0]))
    lowered = exp.Lower(this=text.copy())
    wanted: list[exp.Expr] = [exp.Lower(this=exp.Literal.string(str(value))) for value in values]
    found: list[exp.Expr] = []
    if condition.operator == "like":
        found.append(exp.Like(this=lowered, expression=wanted[0]))
    elif condition.operator == "in":
        found.append(exp.In(this=lowered, expressions=wanted))
    if condition.or_null:
        found.append(exp.Is(this=text.copy(), expression=exp.Null()))
    return exp.paren(exp.or_(*found)) if len(found) > 1 else found[0]


def _number(value: str | float) -> exp.Expr:
    literal = exp.Literal.number(repr(abs(float(value))) if isinstance(value, float) else str(abs(int(value))))
    return exp.Neg(this=literal) if float(value) < 0 else literal


# --- DuckDB, over the archive file -------------------------------------------------------------------------------

SERIES_COLUMNS = frozenset({
    "collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "crdc_series_uuid", "source_DOI",
    "Modality", "SOPClassUID", "BodyPartExamined", "StudyDate", "StudyDescription", "SeriesDescription",
    "SeriesNumber", "PatientAge", "Program", "tcia_species", "tcia_tumorLocation",
})  # fmt: skip
COMPUTED = {
    "crdc_study_uuid": "study_uuid(StudyInstanceUID)",
    "gcs_bucket": "gcs_bucket()",
    "SOPInstanceUID": "sop_uid(SeriesInstanceUID, k)",
    "crdc_instance_uuid": "instance_uuid(crdc_series_uuid, k)",
    "gcs_url": "gcs_url(crdc_series_uuid, k)",
}
# Derived identifiers keep the order of their series, so their order is a number known beforehand.
RANKS = {"SOPInstanceUID": "sop_rank", "crdc_instance_uuid": "guid_rank", "gcs_url": "guid_rank"}
UNIQUE = INSTANCE_COLUMNS | {"SeriesInstanceUID", "crdc_series_uuid"}  # within one data release


@dataclass(slots=True)
class Statement:
    """DuckDB text with the parameters it needs, by name."""

    text: str
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Archive:
    """The source of each attribute: a column, a computation, a table of facts, or none."""

    facts: Mapping[str, str]
    """Attribute -> the series column that is the key of its facts (PatientID or SeriesInstanceUID)."""

    def backed(self, attribute: str) -> bool:
        """Whether the archive has data of the attribute."""
        return attribute in SERIES_COLUMNS or attribute in COMPUTED or attribute in self.facts

    def expression(self, attribute: str) -> str:
        """The attribute's text, over :meth:`series` (and ``k``, for attributes that identify instances)."""
        if attribute in SERIES_COLUMNS:
            return f'"{attribute}"'
        if attribute in COMPUTED:
            return COMPUTED[attribute]
        return f'"{attribute} value"' if attribute in self.facts else "NULL"

    def series(self, attributes: Iterable[str], joined: str = "") -> str:
        """FROM clause: the series revisions, with the facts that the attributes need."""
        facts = "".join(
            f' LEFT JOIN (SELECT key AS "{name} key", value AS "{name} value", number AS "{name} number" '  # noqa: S608  the names are those of the facts tables
            f'FROM facts WHERE attribute = \'{name}\') ON "{name} key" = series."{self.facts[name]}"'
            for name in sorted(set(attributes))
            if name in self.facts
        )
        return f"archive.series AS series{joined}{facts}"

    def condition(self, condition: Condition) -> exp.Expr:
        """The condition over :meth:`series`. Without data nothing matches; without a fact no patient does."""
        name = condition.attribute
        if not self.backed(name) or (name in INSTANCE_COLUMNS and condition.operator == "null"):
            return exp.false()  # derived identifiers are never missing
        text: exp.Expr = maybe_parse(self.expression(name), dialect="duckdb")
        if name not in self.facts:
            return predicate(text, exp.null(), condition)
        known = exp.column(f"{name} key", quoted=True).is_(exp.null()).not_()
        return exp.and_(known, predicate(text, exp.column(f"{name} number", quoted=True), condition))

    def candidates(self, query: Query) -> Statement:
        """How many instances the conditions on instances have to be tried on."""
        parameters: dict[str, Any] = {"release": query.release}
        source, where = self.series({c.attribute for c in query.conditions}), self._wheres(query, parameters)[False]
        used = set(re.findall(r"\$(\w+)", where))
        mine = {name: value for name, value in parameters.items() if name in used}
        return Statement(f"SELECT coalesce(sum(instanceCount), 0) FROM {source} WHERE {where}", mine)  # noqa: S608  values are bound

    def _wheres(self, query: Query, parameters: dict[str, Any]) -> dict[bool, str]:
        """The conditions on series (False) and on instances (True), as text."""
        wheres: dict[bool, list[str]] = {False: ["$release BETWEEN first_release AND last_release"], True: []}
        for condition in query.conditions:
            text = _bound(self.condition(condition), parameters)
            wheres[condition.attribute in INSTANCE_COLUMNS].append(text)
            if nearby := _series_of(condition):
                parameters[name := f"v{len(parameters)}"] = nearby[1]
                wheres[False].append(f"{nearby[0]} IN (SELECT unnest(${name}))")
        return {level: " AND ".join(texts) for level, texts in wheres.items()}

    def selection(self, query: Query) -> Statement:
        """The rows of the answer in page order, as ``rn, first_k, size``.

        Of an instance-level query each stands for ``size`` consecutive instances of series revision ``rn``, from
        ``first_k``; of any other query for one row, which that series revision shows.
        """
        parameters: dict[str, Any] = {"release": query.release}
        attributes = {c.attribute for c in query.conditions} | set(query.columns)
        wheres = self._wheres(query, parameters)
        source, where = self.series(attributes), wheres[False]
        if expanded := bool(wheres[True]):
            source = f"(SELECT *, unnest(range(instanceCount)) AS k FROM {source} WHERE {where})"  # noqa: S608  values are bound
            where = wheres[True]
        order = list(self._order(query.order))
        if query.by_instance:
            what = "rn, k, 1" if expanded else "rn, 0, instanceCount"
            tail = f"ORDER BY {', '.join([*order, *(['k'] if expanded else [])])}"
        elif expanded or UNIQUE.isdisjoint(query.columns):
            groups = [self.expression(name) for name in query.columns if self.backed(name)]
            what, tail = "min(rn), 0, 1", f"GROUP BY {', '.join(groups) or '()'} ORDER BY {', '.join(order) or '1'}"
            if not groups:  # no columns: one row if anything matches
                tail = "HAVING count(*) > 0"
        else:
            what, tail = "rn, 0, 1", f"ORDER BY {', '.join(order)}"
        return Statement(f"SELECT {what} FROM {source} WHERE {where} {tail}", parameters)  # noqa: S608  values are bound

    def _order(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            if self.backed(name):
                yield RANKS.get(name) or f"{self.expression(name)} NULLS FIRST"  # as BigQuery does
            if name in UNIQUE:
                return  # no two rows share it, so nothing after it can matter

    def page(self, columns: Iterable[str]) -> str:
        """Rows in order: the columns of ``$series[i]`` for ``$size[i]`` instances each, from ``$first_k[i]``."""
        columns = list(columns)
        chosen = ", ".join(f"{self.expression(name)} AS c{i}" for i, name in enumerate(columns))
        by_instance = not INSTANCE_COLUMNS.isdisjoint(columns)
        expanded = "unnest(range(first_k, first_k + size)) AS k" if by_instance else "0 AS k"
        wanted = (
            "(SELECT unnest($series::INTEGER[]) AS wanted, unnest($first_k::INTEGER[]) AS first_k, "
            "unnest($size::INTEGER[]) AS size, unnest(range(len($series::INTEGER[]))) AS position)"
        )
        source = self.series(columns, joined=f" JOIN {wanted} ON rn = wanted")
        return f"SELECT {chosen} FROM (SELECT *, {expanded} FROM {source}) ORDER BY position, k"  # noqa: S608  names are ours


def _series_of(condition: Condition) -> tuple[str, list[Any]] | None:
    """A condition on the series of complete instance identifiers, so that only those series are expanded.

    Nothing for patterns, which may match in any series.
    """
    if condition.attribute not in INSTANCE_COLUMNS or condition.or_null:
        return None
    texts = [str(value).lower() for value in condition.values]
    if condition.operator == "like" and not {"%", "_"}.isdisjoint(texts[0]):
        return None
    if condition.attribute == "SOPInstanceUID":
        numbers = [int(text[5:]) for text in texts if re.fullmatch(r"2\.25\.[1-9][0-9]{38}", text)]
        return "sop_head", [number >> 80 for number in numbers]  # the first 12 of 32 hexadecimal digits
    uuids = [text.removeprefix("gs://idc-standin/")[:36] for text in texts]
    return "instance_uuid(crdc_series_uuid, 0)", [f"{uuid[:31]}00000" for uuid in uuids]


def _bound(expression: exp.Expr, parameters: dict[str, Any]) -> str:
    def bind(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.In):  # one parameter for a list of any length
            name = f"v{len(parameters)}"
            parameters[name] = [literal.this for literal in node.find_all(exp.Literal)]
            values: exp.Expr = maybe_parse(f"(SELECT lower(unnest(${name}::VARCHAR[])))", dialect="duckdb")
            return exp.In(this=node.this, query=values)
        if isinstance(node, exp.Literal) and node.is_string:
            name = f"v{len(parameters)}"
            parameters[name] = node.this
            return exp.Parameter(this=exp.var(name))
        return node

    return expression.transform(bind).sql("duckdb")


# --- BigQuery, over IDC's public tables --------------------------------------------------------------------------

JOINS = {
    "dicom_pivot": "pivot.SOPInstanceUID = image.SOPInstanceUID",
    "tcga_clinical_rel9": "clinical.case_barcode = image.PatientID",
    "tcga_biospecimen_rel9": "biospecimen.case_barcode = image.PatientID",
    "qualitative_measurements": "qualitative.SOPInstanceUID = image.SOPInstanceUID",
}
LAST_VERSIONED_PIVOT = 8  # up to there the pivot's name repeats the release
ALIASES = {
    "dicom_all": "image",
    "dicom_pivot": "pivot",
    "tcga_clinical_rel9": "clinical",
    "tcga_biospecimen_rel9": "biospecimen",
    "qualitative_measurements": "qualitative",
}
MEASURED = "qualitative_measurements"


def bigquery(query: Query, attributes: Mapping[str, Mapping[str, str]]) -> str:
    """The query for IDC's public BigQuery tables of the same data release.

    ``attributes`` are the rows of attributes.csv by name: in which table an attribute stands, and of which type. Unlike
    upstream's display text it is what one would run: case is ignored, ``None`` is kept, and patients without clinical
    data do not slip through.
    """

    def where(attribute: str) -> str:
        return attributes.get(attribute, {}).get("bigquery_table") or "dicom_all"

    def column(attribute: str) -> exp.Expr:
        return exp.column(attribute, table=ALIASES[where(attribute)])

    def table(name: str) -> exp.Expr:
        versioned = name == "dicom_pivot" and query.release <= LAST_VERSIONED_PIVOT
        real = f"{name}_v{query.release}" if versioned else name
        source = exp.table_(real, db=f"idc_v{query.release}", catalog="bigquery-public-data", quoted=True)
        if name == MEASURED:
            return _measured(source, mine, [other for other in attributes if where(other) == MEASURED])
        return exp.alias_(source, ALIASES[name], table=True)

    def wanted(condition: Condition) -> exp.Expr:
        attribute = condition.attribute
        kind = attributes.get(attribute, {}).get("bigquery_type")
        text = exp.cast(column(attribute), "STRING", dialect="bigquery") if kind == "DATE" else column(attribute)
        number = column(attribute)
        if kind == "STRING":
            number = exp.TryCast(this=number, to=exp.DataType.build("FLOAT64", dialect="bigquery"))
        return _escaped(predicate(text, number, condition))

    columns = tuple(dict.fromkeys(query.columns))
    filtered = [condition.attribute for condition in query.conditions]
    mine = [name for name in dict.fromkeys((*columns, *filtered)) if where(name) == MEASURED]
    used = {where(name) for name in (*columns, *filtered)}
    text = exp.select(*map(column, columns)).distinct().from_(table("dicom_all"))
    for name, on in JOINS.items():
        if name in used:
            optional = name == MEASURED and not set(mine) & set(filtered)  # most instances have no measurements
            text = text.join(table(name), on=on, join_type="left" if optional else "", dialect="bigquery")
    if query.conditions:
        text = text.where(exp.and_(*map(wanted, query.conditions), wrap=False))
    order = dict.fromkeys(query.order)
    text = text.order_by(*(exp.Ordered(this=column(name), desc=False, nulls_first=True) for name in order))
    pretty = "__SQLGLOT" not in query.key()  # what the printer takes for a mark of its own
    return f"#standardSQL\n{text.sql('bigquery', pretty=pretty)}"


def _measured(source: exp.Expr, wanted: Iterable[str], every: Iterable[str]) -> exp.Expr:
    """The view of qualitative measurements, which has a row a measurement, with a row an instance.

    An attribute of v1 is the meaning of a quantity's code, underscores in place of blanks: ``Lobular_Pattern``. An
    instance that has any of the quantities has a row, so that ``None`` selects those that lack one of them.
    """
    quantity, value = (exp.column("CodeMeaning", table=table) for table in ("Quantity", "Value"))

    def meaning(attribute: str) -> exp.Expr:
        return exp.Literal.string(attribute.replace("_", " "))

    columns = [
        exp.alias_(exp.Max(this=exp.If(this=quantity.eq(meaning(name)), true=value, false=exp.null())), name)
        for name in wanted
    ]
    rows = exp.select("SOPInstanceUID", *columns).from_(source)
    rows = rows.where(exp.In(this=quantity, expressions=[meaning(name) for name in every]))
    return rows.group_by("SOPInstanceUID").subquery(ALIASES[MEASURED])


def _escaped(expression: exp.Expr) -> exp.Expr:
    """BigQuery's LIKE takes a backslash for an escape; the API's patterns have none."""
    for like in expression.find_all(exp.Like):
        for literal in like.expression.find_all(exp.Literal):
            literal.set("this", literal.this.replace("\\", "\\\\"))
    return expression
