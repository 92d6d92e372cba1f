"""The explanations of the rules: one rule, the list of all, and the tables of docs/drift.md.

``python -m idc_drift.reports.rules docs/drift.md`` writes the tables anew.

Law: the texts about rules are in ``changes/rules.py`` and ``changes/examples.yaml``, not here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from ..changes import rules
from ..changes.examples import components, example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..changes.examples import Example

BEGIN, END = "<!-- rules: made by python -m idc_drift.reports.rules -->", "<!-- end of rules -->"

_SENT, _RECEIVED = "sent (`request-`, `parameter-`)", "received (`response-`, `header-`)"
_SCHEMA_KINDS = {
    "request": "two schemas of a request body",
    "response": "two schemas of a response",
    "parameter": "two schemas of a parameter",
    "header": "two schemas of a response's header",
}
_EXAMPLE_KINDS = {"paths": "two path items", "documents": "two documents, without the members that every document has"}
_WIDTH = 100


class NoSuchRule(LookupError):
    """There is no rule of this name; the message suggests a similar one."""


# --------------------------------------------------------------------------------------------------------- one rule


def explained(name: str) -> str:
    """The explanation of a rule: meaning, levels, reason, judging module, and an example.

    `name` is a complete name (``request-type-changed``), the stem of a schema rule (``type-changed``), or an alias.
    ``NoSuchRule`` if there is no such rule.
    """
    reported = rules.reported_name(name)
    found = [rule for rule in (reported, f"request-{reported}") if rules.is_rule(rule)]
    if not found:
        raise NoSuchRule(rules.no_such_rule(name))
    return "\n".join(f"{_explanation(rule, rule if rule == reported else f'…-{reported}')}\n" for rule in found)


def meaning(rule: str) -> str:
    """What a rule with a complete name finds, in one sentence; the name itself if there is no such rule."""
    try:
        return example(rule).means
    except KeyError:
        return rule


def _explanation(rule: str, title: str) -> str:
    found, shown = rules.rule_of(rule), example(rule)
    alias = rules.alias_of(title.removeprefix("…-"))
    facts = [("also accepted as", f"…-{alias}" if title.startswith("…-") else alias)] if alias else []
    facts += [(what.replace("`", ""), level) for what, level in _levels(rule)]
    facts += [("why", found.why), ("judged in", ", ".join(map(_file, found.judged)))]
    lines = [title, "", shown.means, "", *(f"  {f'{what}:':<33}{text}" for what, text in facts)]
    return "\n".join([*lines, "", *_example_pair(shown)] if shown.kind != "files" else lines)


def _levels(rule: str) -> Iterator[tuple[str, str]]:
    stem = rules.stem_of(rule)
    if stem:
        schema = rules.SCHEMA_RULES[stem]
        never = _never_drift(schema.documentation_only)
        yield _SENT, f"{_sent(schema)}{never}"
        yield _RECEIVED, f"{schema.received}{never}"
    else:
        found = rules.RULES.get(rule) or rules.OWN_RULES[rule]
        yield "level", f"{found.level or 'depends on the effect'}{_never_drift(found.documentation_only)}"


def _sent(schema: rules.SchemaRule) -> str:
    return schema.sent + (f", {schema.parameter} in a parameter" if schema.parameter else "")


def _never_drift(documentation_only: bool) -> str:
    return ", never drift" if documentation_only else ""


def _file(module: str) -> str:
    return f"idc_drift/{module.replace('.', '/')}.py"


def _example_pair(shown: Example) -> Iterator[str]:
    yield f"example, {_SCHEMA_KINDS[shown.direction] if shown.kind == 'schemas' else _EXAMPLE_KINDS[shown.kind]}:"
    for word, value, schemas in (
        ("before", shown.before, shown.before_schemas),
        ("after", shown.after, shown.after_schemas),
    ):
        yield from _example_value(word, value)
        for name, schema in schemas.items():
            yield from _example_value(f"{word}, {name}", schema)
    text = json.dumps([shown.before, shown.after, shown.before_schemas, shown.after_schemas])
    for kind, members in components().items():
        for name, member in members.items():
            if f'/{name}"' in text or (kind == "securitySchemes" and f'{{"{name}": [' in text):
                yield from _example_value(name, member)


def _example_value(word: str, value: Any) -> Iterator[str]:
    text = _yaml(value, flow=True)
    if len(text) <= _WIDTH:
        yield f"  {word + ':':<8}{text}"
        return
    yield f"  {word}:"
    yield from (f"    {line}" for line in _yaml(value, flow=None).split("\n"))


def _yaml(value: Any, *, flow: bool | None) -> str:
    text = yaml.dump(
        value,
        Dumper=_Plain,
        default_flow_style=flow,
        width=10**9 if flow else _WIDTH,
        sort_keys=False,
        allow_unicode=True,
    )
    return text.removesuffix("...\n").rstrip("\n")


class _Plain(yaml.SafeDumper):
    """A YAML dumper without anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


# -------------------------------------------------------------------------------------------------------- all rules


def listed() -> str:
    """The list of all rules with their levels, one a line."""
    return "\n".join(_listed()) + "\n"


def _listed() -> Iterator[str]:
    yield "operations, parameters, bodies, responses and documents:"
    for name in (*rules.RULES, *rules.OWN_RULES):
        yield f"  {name:<42}{dict(_levels(name))['level']}"
    yield ""
    yield "schemas; names begin with request-, parameter-, response- or header- (if sent: if received):"
    for stem, schema in rules.SCHEMA_RULES.items():
        yield f"  {stem:<42}{_sent(schema)}: {schema.received}{_never_drift(schema.documentation_only)}"


# ------------------------------------------------------------------------------------------------- docs/drift.md


def tables() -> str:
    """The tables of rules for docs/drift.md."""
    return "\n".join(_table_rows()) + "\n"


def _table_rows() -> Iterator[str]:
    yield "| rule | means | level | why | judged in `idc_drift/` |"
    yield "|---|---|---|---|---|"
    for name in (*rules.RULES, *rules.OWN_RULES):
        (level,) = dict(_levels(name)).values()
        yield f"| {_names(name)} | {example(name).means} | {level} | {rules.why(name)} | {_modules(name)} |"
    yield ""
    prefixes = ", ".join(f"`{prefix}-`" for prefix in rules.PREFIXES)
    yield f"The names of schema rules begin with the place of the schema: {prefixes}."
    yield ""
    yield f"| rule | means | {_SENT} | {_RECEIVED} | why | judged in `idc_drift/` |"
    yield "|---|---|---|---|---|---|"
    for stem, schema in rules.SCHEMA_RULES.items():
        name = f"request-{stem}"
        levels = " | ".join(dict(_levels(name)).values())
        yield f"| {_names(stem, '…-')} | {example(name).means} | {levels} | {schema.why} | {_modules(name)} |"


def _names(rule: str, prefix: str = "") -> str:
    alias = rules.alias_of(rule)
    return f"`{prefix}{rule}`" + (f" (alias `{prefix}{alias}`)" if alias else "")


def _modules(rule: str) -> str:
    return ", ".join(f"`{_file(module).removeprefix('idc_drift/')}`" for module in rules.rule_of(rule).judged)


def written(text: str) -> str:
    """The page with current tables."""
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    return f"{head}{BEGIN}\n\n{tables()}\n{END}{tail}"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
