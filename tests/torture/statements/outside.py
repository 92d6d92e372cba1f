"""Statements that reach outside the published tables: files, settings, other databases, the environment, the server."""

from __future__ import annotations

from itertools import cycle

from tests.torture.statements.kind import Kind, Statement, kind, parts

HIDDEN = ("SELECT 1; {s}", "SELECT * FROM ({s})", "WITH a AS ({s}) SELECT * FROM a", "/* SELECT */ {s}", "SELECT ({s})")
#: Statements that only read: in parentheses they may be answered.
READING = ("FROM", "TABLE", "VALUES", "PIVOT", "DESCRIBE", "SUMMARIZE", "SHOW", "EXPLAIN")


def kinds() -> list[Kind]:
    """The kinds of this module."""
    files, functions, others = parts()["files"], parts()["file_functions"], parts()["other_statements"]
    readers = [f"SELECT * FROM {name}('{file}')" for name, file in zip(functions * 2, cycle(files), strict=False)]
    readers += [form.format(f=file) for form, file in zip(parts()["file_forms"] * 4, cycle(files), strict=False)]
    globs = [f"SELECT * FROM glob('{file}')" for file in files]
    settings = [
        *(f"SELECT current_setting('{name}')" for name in parts()["settings"]),
        *(f"SELECT * FROM {name}" for name in parts()["catalogues"]),
        *(f"SELECT {value}" for value in parts()["values"]),
    ]
    writing = [one for one in others if not one.startswith(READING)]
    hidden = [form.replace("{s}", one) for form, one in zip(cycle(HIDDEN), writing * 2, strict=False)]
    return [
        kind("file readers", "read a file of this machine, or one elsewhere", readers, refused=True),
        Kind("globs", "list the files of this machine", [Statement(sql, rows=[]) for sql in globs]),
        kind("settings and paths", "learn where things are, and what is in the environment", settings),
        kind(
            "other statements", "attach, copy, install, load, export or set something", [*others, *hidden], refused=True
        ),
    ]
