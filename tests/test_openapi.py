"""The contract as package data: the same with and without a YAML parser, and in an installed package."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import idc_openapi
from idc_openapi._document import read_upstream
from tests.support.standin_process import ROOT

TEXT = idc_openapi.content().decode()
LINES = '  x-idc-upstream:\n    api_version: {}\n    idc_version: {}\n    date: "{}"\n'
HERE = LINES.format(*idc_openapi.upstream())


def parsed(text: str) -> tuple[object, ...]:
    """What a YAML parser reads."""
    found = yaml.safe_load(text)["info"]["x-idc-upstream"]
    return found["api_version"], found["idc_version"], found["date"]


def test_in_a_checkout_the_document_is_the_one_at_the_top() -> None:
    assert idc_openapi.path() == ROOT / "openapi.yaml"
    assert idc_openapi.content() == (ROOT / "openapi.yaml").read_bytes()
    assert idc_openapi.digest() == hashlib.sha256((ROOT / "openapi.yaml").read_bytes()).hexdigest()


def test_the_release_is_what_a_yaml_parser_reads() -> None:
    assert idc_openapi.upstream() == parsed(TEXT)
    assert set(yaml.safe_load(TEXT)["info"]["x-idc-upstream"]) == set(idc_openapi.Upstream._fields)


@given(
    api_version=st.from_regex(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}((a|b|rc)[0-9]{1,2})?(\.dev[0-9])?", fullmatch=True),
    idc_version=st.from_regex(r"v[1-9][0-9]?", fullmatch=True),
    date=st.dates().map(str),
    before=st.lists(st.sampled_from(["", "# info:", "  # x-idc-upstream:", "  x-other: {a: 1}"]), max_size=4),
    after=st.sampled_from(["", "  x-more: 1\n", "servers: []\n", "x-idc-upstream: {api_version: 9.9.9}\n"]),
    ends=st.sampled_from(["\n", "\r\n"]),
)
def test_any_release_is_read_as_a_yaml_parser_reads_it(
    api_version: str, idc_version: str, date: str, before: list[str], after: str, ends: str
) -> None:
    text = (
        "openapi: 3.1.0\ninfo:\n"
        + "".join(f"{line}\n" for line in before)
        + LINES.format(api_version, idc_version, date)
        + after
    )
    text = text.replace("\n", ends)
    assert read_upstream(text) == parsed(text) == (api_version, idc_version, date)


@pytest.mark.parametrize(
    "new",
    [
        "",
        HERE.replace('"\n', '" # a remark\n'),
        HERE.replace("api_version: ", "api_version: 1 # "),
        HERE + "    more: 1\n",
        HERE + "\n  # a remark\n    date: 2020-01-01\n",
        HERE.replace("    api", "      api"),
        "  x-idc-upstream:\n    api_version: 3.0\n" + "".join(HERE.splitlines(keepends=True)[2:]),
        "  x-idc-upstream: {api_version: 3.0.0b5}\n",
        "  x-text: |\n" + "".join(f"  {line}\n" for line in HERE.splitlines()),
        "servers:\n" + HERE,
    ],
    ids=["missing", "remark", "hidden", "more", "again", "indented", "number", "flow", "in a text", "elsewhere"],
)
def test_another_form_is_refused_and_never_misread(new: str) -> None:
    assert TEXT.count(HERE) == 1
    with pytest.raises(ValueError, match=r"info\.x-idc-upstream"):
        read_upstream(TEXT.replace(HERE, new))


def test_nothing_is_read_by_importing_the_client() -> None:
    code = "import idc_ext.v3, idc_ext.manifests, sys; print(*sys.modules)"
    code += "\nimport idc_openapi; print(idc_openapi.upstream.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    modules, read = done.stdout.splitlines()
    assert "yaml" not in modules.split()
    assert read == "0"


def build(kind: str, source: Path, target: Path) -> Path:
    """What the build backend makes of a source tree."""
    words = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(target)]
    subprocess.run(words, cwd=source, check=True, capture_output=True)
    (made,) = target.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that the source distribution yields, unpacked: it has passed through both."""
    folder = tmp_path_factory.mktemp("built")
    shutil.unpack_archive(build("sdist", ROOT, folder / "sdist"), folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    shutil.unpack_archive(build("wheel", source, folder / "wheel"), folder / "site", "zip")
    return folder / "site"


def test_the_wheel_holds_the_document_once_and_the_types_of_its_package(wheel: Path) -> None:
    assert [one.relative_to(wheel) for one in wheel.rglob("openapi.yaml")] == [Path("idc_openapi/openapi.yaml")]
    assert (wheel / "idc_openapi" / "openapi.yaml").read_bytes() == idc_openapi.content()
    assert (wheel / "idc_openapi" / "py.typed").is_file()
    assert (wheel / "idc_openapi" / "answers.json").read_bytes() == (ROOT / "idc_openapi/answers.json").read_bytes()


def test_an_installed_client_reads_the_release_without_a_yaml_parser(wheel: Path, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['yaml'] = None\n"
        "import idc_openapi; from idc_ext import _suggest\n"
        "print(idc_openapi.path(), *idc_openapi.upstream(), _suggest.release_notice('9!') is None)"
    )
    environment = {**os.environ, "PYTHONPATH": str(wheel)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path, env=environment
    )
    assert done.stdout.split() == [str(wheel / "idc_openapi" / "openapi.yaml"), *idc_openapi.upstream(), "False"]


@pytest.mark.parametrize("name", ["README.md", "idc_drift/accepted.yaml", "idc_standin/v3/deviations.yaml"])
def test_prose_leaves_the_number_to_the_document(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    head = text if name.endswith(".md") else text.partition("\n- ")[0]
    assert "x-idc-upstream" in head
    assert idc_openapi.upstream().api_version not in head
