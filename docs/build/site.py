"""The sources of the documentation site: the pages of docs/, and a reference made from docstrings and openapi.yaml.

    python docs/build/site.py FOLDER

Law: says nothing that the pages, the document and the docstrings do not say.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
METHODS = ("get", "put", "post", "delete", "patch")
MODULES = ("connect", "v3", "v1", "aio", "manifests", "charts", "auth", "drs", "bigquery", "errors")


def main(folder: Path) -> None:
    """Write all pages into a folder, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs", folder, ignore=shutil.ignore_patterns("build"))
    for page in folder.rglob("*.md"):
        page.write_text(within_site(page.read_text("utf-8"), page.relative_to(folder)), "utf-8")
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8"))
    links: dict[str, list[str]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                name = operation["operationId"]
                page = f"reference/api/{name}.md"
                _write(folder / page, operation_page(document, path, method, item))
                generation = operation["tags"][0]
                mark = " (no release has it yet)" if operation.get("x-idc-since") == "unreleased" else ""
                line = f"| [`{method.upper()} {path}`](api/{name}.md) | {operation['summary'].rstrip('.')}{mark} |"
                links.setdefault(generation, []).append(line)
    upstream = document["info"]["x-idc-upstream"]
    lines = [
        "# API",
        "",
        f"The operations of [`openapi.yaml`](https://www.openapis.org), for release {upstream['api_version']}.",
    ]
    for generation in sorted(links, reverse=True):
        lines += ["", f"## {generation}", "", "| request | what it does |", "|---|---|", *links[generation]]
    _write(folder / "reference" / "api.md", "\n".join(lines))
    _write(folder / "reference" / "python.md", "\n".join(python_page()))


def within_site(text: str, page: Path) -> str:
    """Make plain words of the links that lead out of docs/, to files of the repository."""

    def link(found: re.Match[str]) -> str:
        target = found["target"]
        outside = "://" not in target and (ROOT / "docs" / page.parent / target).resolve().is_relative_to(ROOT)
        outside = outside and not (ROOT / "docs" / page.parent / target).resolve().is_relative_to(ROOT / "docs")
        return found["text"] if outside else found[0]

    return re.sub(r"\[(?P<text>[^\]]+)\]\((?P<target>[^)\s#]+)[^)]*\)", link, text)


def _write(page: Path, text: str) -> None:
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text + "\n", "utf-8")


def python_page() -> Iterator[str]:
    """The public modules of the client, by their docstrings."""
    yield from ("# Python", "")
    for module in MODULES:
        yield f"## idc_ext.{module}\n\n::: idc_ext.{module}"
        yield "    options:\n      show_root_heading: false\n      heading_level: 3\n"


def operation_page(document: Mapping[str, Any], path: str, method: str, item: Mapping[str, Any]) -> str:
    """One operation: parameters, body, answers, an example."""
    operation = item[method]
    function = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", operation["operationId"]).lower()
    lines = [
        f"# {method.upper()} {path}",
        "",
        operation["summary"],
        "",
        operation.get("description", ""),
        "",
        f"In Python: `idc_client.api.{operation['tags'][0]}.{function}`.",
    ]
    parameters = [_resolved(document, one) for one in [*item.get("parameters", []), *operation.get("parameters", [])]]
    if parameters:
        lines += ["", "## Parameters", "", "| name | in | required | meaning |", "|---|---|---|---|"]
        lines += [
            f"| `{one['name']}` | {one['in']} | {'yes' if one.get('required') else 'no'} | {_cell(one)} |"
            for one in parameters
        ]
    if "requestBody" in operation:
        body = _resolved(document, operation["requestBody"])
        lines += ["", "## Body", "", *_content(document, body)]
    lines += ["", "## Answers"]
    for status, response in operation["responses"].items():
        found = _resolved(document, response)
        lines += ["", f"### {status}", "", found["description"], "", *_content(document, found)]
    return "\n".join(lines)


def _content(document: Mapping[str, Any], holder: Mapping[str, Any]) -> Iterator[str]:
    for kind, media in holder.get("content", {}).items():
        schema = media.get("schema", {})
        yield f"`{kind}`" + (f": {_named(schema)}" if schema else "")
        for example in _examples(document, media):
            yield from ("", "```json", json.dumps(example, indent=2, ensure_ascii=False, default=str)[:4000], "```")
        members = _resolved(document, schema).get("properties", {})
        if members:
            required = set(_resolved(document, schema).get("required", []))
            yield from ("", "| member | type | required | meaning |", "|---|---|---|---|")
            for name, member in members.items():
                resolved = _resolved(document, member)
                yield f"| `{name}` | {_named(member)} | {_yes(name in required)} | {_cell(resolved)} |"
        yield ""


def _examples(document: Mapping[str, Any], media: Mapping[str, Any]) -> Iterator[Any]:
    if "example" in media:
        yield media["example"]
    for example in list(media.get("examples", {}).values())[:1]:
        yield _resolved(document, example).get("value")


def _named(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"list of {_named(schema.get('items', {}))}"
    for key in ("oneOf", "anyOf", "allOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(_named(one) for one in schema[key]))
    kind = schema.get("type", "any")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _yes(condition: object) -> str:
    return "yes" if condition else "no"


def _cell(holder: Mapping[str, Any]) -> str:
    return " ".join(str(holder.get("description", "")).split()).replace("|", "\\|")


def _resolved(document: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in value:
        found: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        value = found
    return value


main(Path(sys.argv[1]))
