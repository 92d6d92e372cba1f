"""What a patch adds is written as its neighbours are: quotes, block or flow, and indentation."""

from __future__ import annotations

import contextlib
import subprocess
from typing import TYPE_CHECKING

import pytest

from idc_drift.__main__ import CLEAN, DRIFT, main

if TYPE_CHECKING:
    from pathlib import Path

_REVISION = """\
openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /a:
    get:
      parameters:
      - {name: p, in: query, schema: {type: string}}
      - {name: q, in: query, schema: {type: string, enum: [x, y]}}
      responses:
        '200': {description: fine}
        '404': {description: not found}
"""

_BLOCKS = """\
openapi: 3.1.0
info:
  title: t
  version: '1'
paths:
  /a:
    get:
      parameters:
      - name: p
        in: query
        schema:
          type: string
      responses:
        '200':
          description: fine
"""
_DEEPER = """\
openapi: "3.1.0"
info:
    title: "t"
    version: "1"
    x-tags: ["a", "b"]
paths:
    /a:
        get:
            parameters:
                - name: "p"
                  in: "query"
                  schema:
                      type: "string"
            responses:
                "200":
                    description: "fine"
"""
_FLOWS = """\
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /a:
    get:
      parameters:
        - {name: p, in: query, schema: {type: string}}
      responses:
        200: {description: "fine"}
"""
_ONE_LINE = """\
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  {/a: {get: {parameters: [{name: 'p', in: 'query', schema: {type: 'string'}}], responses: {"200": {description: x}}}}}
"""
STYLES = {
    "blocks with plain strings": (
        _BLOCKS,
        _BLOCKS.replace(
            "          type: string\n",
            "          type: string\n      - name: q\n        in: query\n        schema:\n          type: string\n"
            "          enum:\n          - x\n          - y\n",
        )
        + "        '404':\n          description: not found\n",
    ),
    "deeper blocks with quotes": (
        _DEEPER,
        _DEEPER.replace(
            '                      type: "string"\n',
            '                      type: "string"\n                - name: "q"\n                  in: "query"\n'
            '                  schema:\n                      type: "string"\n                      enum: ["x", "y"]\n',
        )
        + '                "404":\n                    description: "not found"\n',
    ),
    "flows in lists, and numbers as keys": (
        _FLOWS,
        _FLOWS.replace(
            "{type: string}}\n",
            "{type: string}}\n        - {name: q, in: query, schema: {type: string, enum: [x, y]}}\n",
        )
        + '        404: {description: "not found"}\n',
    ),
    "one line": (
        _ONE_LINE,
        _ONE_LINE.replace(
            "{type: 'string'}}]",
            "{type: 'string'}}, {name: 'q', in: 'query', schema: {type: 'string', enum: ['x', 'y']}}]",
        ).replace("description: x}", 'description: x}, "404": {description: not found}'),
    ),
}


@pytest.mark.parametrize("style", sorted(STYLES))
def test_a_patch_keeps_the_style_of_the_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], style: str
) -> None:
    base, expected = STYLES[style]
    (tmp_path / "a.yaml").write_text(base)
    (tmp_path / "b.yaml").write_text(_REVISION)
    with contextlib.chdir(tmp_path):
        assert main(["update", "a.yaml", "b.yaml", "-o", "patch"]) == DRIFT
        subprocess.run(["git", "apply", "patch"], check=True)
        assert capsys.readouterr().err == ""
        assert (tmp_path / "a.yaml").read_text() == expected
        assert main(["a.yaml", "b.yaml", "--fail-on", "info"]) == CLEAN
