"""Statements that go deep: values, expressions, types and texts nested until a stack ends."""

from __future__ import annotations

from itertools import product

from tests.torture.statements.kind import Kind, kind, nested, parts

DEPTHS = (900, 30_000, 200_000)
#: Deep JSON as the engine makes it, so that the statement stays short.
JSON_TEXTS = (
    "repeat('[', {n}) || repeat(']', {n})",
    "repeat('{{\"a\":', {n}) || '1' || repeat('}}', {n})",
    "repeat('[{{\"a\":', {n}) || '1' || repeat('}}]', {n})",
    "repeat('[', {n})",
)
STRUCTURES = (
    "repeat('[', {n}) || '\"INT\"' || repeat(']', {n})",
    "repeat('{{\"a\":', {n}) || '\"INT\"' || repeat('}}', {n})",
)
TRANSFORMS = ("json_transform", "json_transform_strict", "from_json", "from_json_strict")
TYPES = (
    "INT" + "[]" * 5_000,
    nested("STRUCT(a ", "INT", ")", 2_000),
    nested("MAP(INT, ", "INT", ")", 2_000),
    nested("UNION(a ", "INT", ")", 2_000),
    "INT" + "[99999]" * 20,
    "DECIMAL(38, 38)[99999999]",
)


def kinds() -> list[Kind]:
    """The kinds of this module."""
    transforms = [
        f"SELECT {name}('1', {text.format(n=n)})" for name, text, n in product(TRANSFORMS, STRUCTURES, (900, 30_000))
    ]
    values = [
        f"SELECT {reader.format('(' + text.format(n=n) + ')')}"
        for index, reader in enumerate(parts()["json_functions"])
        for text, n in (
            (JSON_TEXTS[index % 4], DEPTHS[index % 3]),
            (JSON_TEXTS[(index + 1) % 4], DEPTHS[(index + 1) % 3]),
        )
    ]
    paths = [
        "SELECT json_extract('{}', '$' || repeat('.a', 100000))",
        "SELECT json_extract('[]', '$' || repeat('[0]', 100000))",
        "SELECT json_extract('{}', '$' || repeat('.*', 10000))",
        "SELECT json_extract(repeat('[', 200) || repeat(']', 200), '$' || repeat('[*]', 200))",
        "SELECT json_extract('{\"a\": 1}', list_transform(range(200000), lambda x: '$.a'))",
        "SELECT * FROM json_each(repeat('[', 30000) || repeat(']', 30000))",
        "SELECT * FROM json_tree(repeat('[', 30000) || repeat(']', 30000))",
        "SELECT * FROM json_tree(repeat('{\"a\":', 30000) || '1' || repeat('}', 30000))",
    ]
    deep = [f"SELECT {nested(*one, n)}" for one in parts()["deep"].values() for n in (300, 20_000)]
    chains = [
        f"SELECT {first}{following * n}{''.join(last)}"
        for first, following, *last in parts()["chains"].values()
        for n in (500, 20_000)
    ]
    types = [f"SELECT {form}" for type_ in TYPES for form in (f"CAST(NULL AS {type_})", f"NULL::{type_} AS a")]
    ctes = [
        "WITH "
        + ", ".join(f"t{i} AS (SELECT * FROM t{i - 1})" if i else "t0 AS (SELECT 1)" for i in range(n))
        + f" SELECT * FROM t{n - 1}"
        for n in (200, 3_000)
    ]
    doubling = [
        "WITH t0 AS (SELECT 1 AS a), "
        + ", ".join(f"t{i} AS {how}(SELECT x.a FROM t{i - 1} x, t{i - 1} y)" for i in range(1, n))
        + f" SELECT count(*) FROM t{n - 1}"
        for n, how in ((20, ""), (40, ""), (40, "MATERIALIZED "))
    ]
    return [
        kind("structures of json_transform", "end the engine with a type that is nested too deeply", transforms),
        kind("deep JSON values", "end a reader of JSON with a value that is nested too deeply", values),
        kind("JSON paths", "end the engine with paths that go deep or everywhere", paths),
        kind("deep expressions", "end the parser, binder or optimizer with what is nested", deep),
        kind("long chains", "make the parser, binder or optimizer slow or end its stack with what is repeated", chains),
        kind("deep types", "end the engine with a type's own text", types),
        kind("chains of WITH", "let parts of a statement multiply", [*ctes, *doubling]),
    ]
