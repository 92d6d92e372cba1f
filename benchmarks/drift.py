"""The cost of comparing two documents, from the size of ours to 5 MB, in JSON and in YAML.

    .venv/bin/python -m benchmarks.drift [--json FILE]

Measures, for each pair, the wall and processor time of the whole command (start of Python included) and its peak
memory. Two of the pairs are our own contract, as it is, and many times with paths and components renamed; the third is
synthetic: 3,000 schemas that refer to each other in groups of 30, and 1,500 operations. The revision of each has one
edit in every few schemas and operations.
"""

from __future__ import annotations

import copy
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

import idc_openapi
from benchmarks.figures import Figure, run_alone

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 3
SIZE = 5_000_000
CONTRACT = idc_openapi.path()
MOST_SECONDS = {"JSON": 4, "YAML": 6}
MOST_MEMORY = 20
"""The aim: how many times the text of both documents."""


def text(value: Any) -> str:
    """Return a document as JSON with indentation."""
    return json.dumps(value, indent=2, default=str)


def edited(document: dict[str, Any], every: int) -> dict[str, Any]:
    """Return a copy with one small edit in every few schemas and operations."""
    new = copy.deepcopy(document)
    for schema in list(new["components"]["schemas"].values())[::every]:
        properties = schema.get("properties") or {}
        if properties:
            properties.pop(next(iter(properties)))
        properties["added"] = {"type": "string", "maxLength": 20}
    for item in list(new["paths"].values())[::every]:
        for operation in item.values():
            operation.setdefault("parameters", []).append(
                {"name": "added", "in": "query", "schema": {"type": "string"}}
            )
    return new


def multiplied(document: dict[str, Any], size: int) -> dict[str, Any]:
    """Return the document many times in one, each copy under other names."""
    times = max(1, size // len(text(document)))
    found: dict[str, Any] = {**document, "paths": {}, "components": {}}
    for copy_ in range(times):
        suffix = f"Copy{copy_}" if times > 1 else ""
        part = json.loads(text(document).replace("#/components/schemas/", f"#/components/schemas/{suffix}"))
        for path, item in part["paths"].items():
            found["paths"][f"/{suffix}{path}" if suffix else path] = item
        for kind, members in part["components"].items():
            own = kind == "schemas"
            found["components"].setdefault(kind, {}).update({suffix * own + name: m for name, m in members.items()})
    return found


def invented(size: int) -> dict[str, Any]:
    """Return 3,000 schemas that refer to each other and 1,500 operations, with descriptions up to the size."""
    rng = random.Random(1)
    kinds = [{"type": "string", "maxLength": 80}, {"type": "integer", "minimum": 0}, {"type": ["boolean", "null"]}]
    schemas: dict[str, Any] = {}

    def near(index: int) -> dict[str, str]:
        return {"$ref": f"#/components/schemas/S{index // 30 * 30 + rng.randrange(30)}"}

    for index in range(3000):
        fields = {f"field_{n}": dict(rng.choice(kinds)) for n in range(rng.randint(3, 10))}
        for n in range(rng.randint(0, 3)):
            fields[f"link_{index}_{n}"] = near(index)
        fields[f"many_{index}"] = {"type": "array", "items": near(index)}
        schemas[f"S{index}"] = {"type": "object", "properties": fields, "required": ["field_0"]}
        if index % 9 == 0:
            schemas[f"S{index}"]["properties"]["either"] = {"oneOf": [near(index) for _ in range(3)]}
        if index % 11 == 0 and index:
            schemas[f"S{index}"] = {"allOf": [{"$ref": f"#/components/schemas/S{index - 1}"}, schemas[f"S{index}"]]}
    paths: dict[str, Any] = {}
    for index in range(1500):
        sent, got = near(2 * index), near(rng.randrange(3000))
        number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
        paths[f"/things/{index}/{{id}}"] = {
            "post": {
                "parameters": [number, {"name": "q", "in": "query", "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": sent}}},
                "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": got}}}},
            }
        }
    found = {"openapi": "3.1.0", "info": {"title": "Much", "version": "1"}, "paths": paths}
    found["components"] = {"schemas": schemas}
    missing = max(0, size - len(text(found))) // 1500
    for item in paths.values():
        item["post"]["description"] = ("What this one does, and why. " * (missing // 29 + 1))[:missing]
    return found


def pairs(size: int) -> dict[str, tuple[str, str]]:
    """Return the texts of bases and revisions, by the name of the pair."""
    contract = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    many, made = multiplied(contract, size), invented(size)
    found = {"our contract, YAML": (CONTRACT.read_text(encoding="utf-8"), yaml_text(edited(contract, 7)))}
    for name, document, every in (("contract many times", many, 7), ("made up", made, 20)):
        new = edited(document, every)
        found[f"{name}, JSON"] = (text(document), text(new))
        found[f"{name}, YAML"] = (yaml_text(document), yaml_text(new))
    return found


def yaml_text(document: dict[str, Any]) -> str:
    """Return a document as YAML without anchors."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump(json.loads(text(document)), Dumper=dumper, sort_keys=False))


_PROGRAM = """
import sys
from pathlib import Path
from idc_drift.__main__ import main
peak = Path(sys.argv.pop(1))
code = main()
lines = Path("/proc/self/status").read_text().splitlines()
peak.write_text(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
sys.exit(code)
"""
"""The command, which then writes its own peak of memory: what the kernel reports of a child includes its parent's."""
_READERS = {
    "JSON": "import json, sys\nfor file in sys.argv[1:]:\n    json.load(open(file, encoding='utf-8'))",
    "YAML": "import sys, yaml\nfor one in sys.argv[1:]:\n    yaml.load(open(one, encoding='utf-8'), yaml.CSafeLoader)",
}
"""Programs that only read both documents: the limit."""


def once(base: Path, revision: Path) -> tuple[float, float, float, int]:
    """Run the command once; return wall seconds, processor seconds, megabytes and the number of changes."""
    report, peak = base.with_suffix(".report"), base.with_suffix(".peak")
    arguments = [str(base), str(revision), "--format", "json", "-o", str(report)]
    code, wall, processor = timed(sys.executable, "-c", _PROGRAM, str(peak), *arguments)
    if code == 2:
        raise SystemExit("it could not be checked")
    changes = len(json.loads(report.read_text(encoding="utf-8"))["changes"])
    return wall, processor, int(peak.read_text(encoding="ascii")) / 1000, changes


def timed(*command: str) -> tuple[int, float, float]:
    """Run a command; return its exit code, wall seconds and processor seconds."""
    began = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, time.perf_counter() - began, usage.ru_utime + usage.ru_stime


def measure() -> Iterator[Figure]:
    """Measure time and memory of every pair."""
    group = "Drift: two documents compared by the command"
    with tempfile.TemporaryDirectory() as place:
        base, revision = Path(place) / "base", Path(place) / "revision"
        for name, texts in pairs(SIZE).items():
            for path, content in zip((base, revision), texts, strict=True):
                path.write_text(content, encoding="utf-8")
            walls, cpus, memory, changes = zip(*(once(base, revision) for _ in range(ROUNDS)), strict=True)
            title = f"{name}, {len(texts[0]) / 1e6:.1f} MB, {changes[0]} changes"
            form = name.rpartition(" ")[2]
            most, both = MOST_SECONDS[form], sum(map(len, texts)) / 1e6
            reader = [sys.executable, "-c", _READERS[form], str(base), str(revision)]
            _, read_walls, read_cpus = zip(*(timed(*reader) for _ in range(ROUNDS)), strict=True)
            yield Figure.of(group, title, f"{most} s", walls, [most], target=1, limits=read_walls)
            yield Figure.of(group, f"{name}: processor", f"{most} s", cpus, [most], limits=read_cpus)
            aim = MOST_MEMORY if both > 1 else None  # of a small pair, nearly all of it is Python with its modules
            yield Figure.of(group, f"{name}: memory", "both texts", memory, [both], unit="MB", target=aim)


if __name__ == "__main__":
    run_alone(measure)
