"""The packages of the last commit, installed and used (`make packages`; not part of `make test`, as it takes minutes).

Every extra alone, all of them on every Python that is there, and the lowest versions that `pyproject.toml` allows.
"""

from __future__ import annotations

import email
import itertools
import re
import tarfile
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.packages.environments import (
    NO_REGISTRY,
    Environment,
    Packages,
    build_wheel_from_tree,
    install,
    pythons,
    uv,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

#: Extras for work on the project itself.
OURS = {"dev", "bench"}
PYTHONS = pythons()
OLDEST_PYTHON = next(iter(PYTHONS))
#: Series of this collection in the index, of any data release.
SERIES_OF_RIDER = "774"
PREAMBLE = """
import os
from idc_ext import connect, v1, v3, MissingExtra
idc = connect(os.environ["IDC_BASE_URL"], credentials=None)
rider = v3.manifest(idc, {"collection_id": ["rider_pilot"]})
"""


class Use(NamedTuple):
    """One use of an installed package, and its result.

    Attributes:
        sentence: What it is.
        words: The command; `python` runs the text after it.
        found: A pattern for the last line of standard output or, of a command that fails, for all of stderr.
        code: The exit code.
    """

    sentence: str
    words: tuple[str, ...]
    found: str
    code: int = 0


def python(sentence: str, code: str, found: str) -> Use:
    return Use(sentence, ("python", PREAMBLE + code), found)


def missing(command: str, *words: str, extra: str) -> Use:
    """A command whose extra is not there: one sentence that names it, and exit code 2."""
    sentence = f"{command} {' '.join(words)} without the extra {extra}"
    return Use(sentence, (command, *words), rf"{command}: [^\n]*idc-client\[{extra}\][^\n]*\n", 2)


def missing_in_python(code: str, extra: str) -> Use:
    return python(
        f"{code} without the extra {extra}",
        f"try:\n    {code}\nexcept MissingExtra as error:\n    print(error)",
        rf"[^\n]*pip install 'idc-client\[{extra}\]'",
    )


CLIENT = (
    python("counts", "print(v3.counts(idc, {'collection_id': ['rider_pilot']}).series)", SERIES_OF_RIDER),
    python("rows", "print(sum(1 for _ in rider))", SERIES_OF_RIDER),
    python("CSV", "print(rider.write('rows.csv'))", SERIES_OF_RIDER),
    Use("version", ("idc-ext", "--version"), r"idc-ext \d+\.\d+\.\d+\S*"),
)
SOCKS = """
import os, httpx
os.environ["ALL_PROXY"] = "socks5://127.0.0.1:9"
from idc_ext import connect, v3
try:
    v3.counts(connect("http://example.org", retries=0), {"Modality": ["CT"]})
except httpx.ConnectError as error:
    print(type(error).__name__)
"""
TOKEN = ("--state", "state", "--email", "ada@example.org", "--output", "token.json")
COMMAND_LINE = (
    Use("counts", ("idc-ext", "counts", "-w", "collection_id=rider_pilot", "-f", "csv"), r".*\b774\b.*"),
    Use("manifest", ("idc-ext", "manifest", "-w", "collection_id=rider_pilot", "-o", "a.s5cmd"), ""),
    Use("verify", ("idc-ext", "verify", "a.s5cmd"), r"[\s\S]*"),
    Use("help", ("idc-ext", "--help"), r"[\s\S]*"),
)
#: What works with each set of extras, and what asks for another one.
USES: dict[tuple[str, ...], tuple[Use, ...]] = {
    (): (
        *CLIENT,
        missing("idc-ext", "stats", extra="cli"),
        missing("idc-drift", "a.yaml", "b.yaml", extra="drift"),
        missing("idc-standin", "serve", extra="standin"),
        missing("idc-contract", "--stand-in", extra="contract"),
        missing_in_python("rider.to_arrow()", "arrow"),
        missing_in_python("rider.to_pandas()", "pandas"),
        missing_in_python("rider.to_polars()", "polars"),
        missing_in_python("rider.write('rows.parquet')", "arrow"),
        missing_in_python("rider.walk(progress=True).pages()", "notebook"),
        missing_in_python("from idc_ext import charts; charts.bars([{'a': 1}], 'a')", "plot"),
        missing_in_python("from idc_ext import bigquery; bigquery.estimate('SELECT 1')", "bigquery"),
    ),
    ("cli",): (
        *COMMAND_LINE,
        missing("idc-ext", "manifest", "-w", "collection_id=rider_pilot", "-o", "a.parquet", extra="arrow"),
        missing("idc-ext", "releases", "--plot", "growth.svg", extra="plot"),
        missing("idc-ext", "sql", "--engine", "bigquery", "SELECT 1", extra="bigquery"),
        missing("idc-ext", "auth", "login", "--client-secrets", "secrets.json", extra="auth"),
    ),
    ("cli", "plot"): (Use("chart", ("idc-ext", "releases", "--plot", "growth.svg", "-f", "csv"), r".*"),),
    ("plot",): (
        python(
            "a chart of rows",
            "from idc_ext import charts; print(charts.bars(rider, 'Modality', most=3).text)",
            r"Bar chart\. Rows by Modality, the first 3 of \d+: PR 240; SEG 200; CT 172",
        ),
    ),
    ("cli", "auth"): (
        Use(
            "a login that is not finished",
            ("idc-ext", "auth", "login", "--client-secrets", "secrets.json", "--no-browser"),
            r"idc-ext: [^\n]*\n|[\s\S]*idc-ext: [^\n]*\n",
            2,
        ),
    ),
    ("socks",): (Use("a SOCKS proxy that does not answer", ("python", SOCKS), "ConnectError"),),
    ("arrow",): (
        python("Arrow", "print(rider.to_arrow().num_rows)", SERIES_OF_RIDER),
        missing_in_python("rider.to_pandas()", "pandas"),
        missing_in_python("rider.to_polars()", "polars"),
    ),
    ("contract",): (
        Use("shapes", ("idc-contract", "--stand-in", "--only", "shapes", "--generation", "v3"), r"The answers have .*"),
        Use(
            "no service",
            ("idc-contract", "--url", "http://127.0.0.1:9"),
            r"[\s\S]*contract: could not check: [^\n]*\n",
            2,
        ),
    ),
    ("notebook",): (python("progress", "print(sum(1 for _ in rider.walk(progress=True)))", SERIES_OF_RIDER),),
    ("pandas",): (python("pandas", "print(len(rider.to_pandas()))", SERIES_OF_RIDER),),
    ("polars",): (python("polars", "print(len(rider.to_polars()))", SERIES_OF_RIDER),),
    ("bigquery",): (
        python(
            "BigQuery without credentials",
            "from idc_ext import bigquery, IDCError\n"
            "os.environ['GOOGLE_APPLICATION_CREDENTIALS'] = 'missing.json'\n"
            "try:\n    bigquery.estimate('SELECT 1')\nexcept IDCError as error:\n    print(type(error).__name__)",
            "CredentialsNotFound",
        ),
    ),
    ("standin",): (
        Use(
            "token",
            ("idc-standin", "token", "--state", "state", "--email", "a@example.org", "--output", "token.json"),
            r"[\s\S]*",
        ),
        Use("a wrong port", ("idc-standin", "serve", "--port", "99999"), r"[\s\S]*idc-standin[^\n]*\n", 2),
    ),
    ("drift",): (
        Use("no drift", ("idc-drift", "openapi.yaml", "openapi.yaml"), r"[\s\S]*no drift[\s\S]*"),
        Use(
            "what generated code sees of it",
            ("idc-drift", "openapi.yaml", "openapi.yaml", "--profile", "both"),
            r"[\s\S]*no drift[\s\S]*",
        ),
        Use("a file that is missing", ("idc-drift", "openapi.yaml", "b.yaml"), r"idc-drift: [^\n]*b\.yaml[^\n]*\n", 2),
    ),
}
ALL = tuple(use for uses in USES.values() for use in uses if not use.sentence.partition(" without the extra ")[1])
#: A client secrets file as Google's console writes it.
SECRETS = (
    '{"installed": {"client_id": "a", "client_secret": "b", "auth_uri": "http://127.0.0.1:9/auth", '
    '"token_uri": "http://127.0.0.1:9/token", "redirect_uris": ["http://localhost"]}}'
)


@pytest.fixture(scope="session")
def installed(
    packages: Packages, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Sequence[str], str, bool], Environment]:
    """A function that installs the wheel; the same environment for the same wishes."""
    made: dict[tuple[tuple[str, ...], str, bool], Environment] = {}

    def make(extras: Sequence[str], version: str = OLDEST_PYTHON, lowest: bool = False) -> Environment:
        key = (tuple(extras), version, lowest)
        if key not in made:
            folder = tmp_path_factory.mktemp("-".join(["env", *extras, version]))
            resolution = "lowest-direct" if lowest else "highest"
            made[key] = install(packages.wheel, extras, folder, python=PYTHONS[version], resolution=resolution)
            (made[key].work / "openapi.yaml").write_bytes((packages.commit / "openapi.yaml").read_bytes())
            (made[key].work / "secrets.json").write_text(SECRETS)
        return made[key]

    return make


@pytest.fixture(scope="session")
def service(installed: Callable[..., Environment]) -> Iterator[str]:
    """The stand-in of the wheel, which all environments speak to."""
    with installed(["standin"]).serving(*NO_REGISTRY) as url:
        yield url


def check(environment: Environment, use: Use, service: str) -> None:
    command, *words = use.words
    if command == "python":
        words = ["-W", "error", "-c", *words]
    result = environment.run(command, *words, IDC_BASE_URL=service)
    said = f"{use.sentence}: exit code {result.code}\n{result.out}{result.err}"
    assert result.code == use.code, said
    assert "Traceback" not in result.err, said
    text = result.err if use.code else result.out.rstrip("\n").rpartition("\n")[2]
    assert re.fullmatch(use.found, text), said


@pytest.mark.parametrize(
    ("extras", "use"),
    [
        pytest.param(extras, use, id=f"{'+'.join(extras) or 'bare'}: {use.sentence}")
        for extras in USES
        for use in USES[extras]
    ],
)
def test_each_extra_alone_does_what_it_is_for_and_says_what_else_needs(
    installed: Callable[..., Environment], service: str, extras: tuple[str, ...], use: Use
) -> None:
    check(installed(extras), use, service)


@pytest.mark.parametrize(("version", "lowest"), [(OLDEST_PYTHON, True), *itertools.product(PYTHONS, [False])], ids=str)
def test_everything_works_on_each_python_and_with_the_lowest_allowed_versions(
    installed: Callable[..., Environment], version: str, lowest: bool
) -> None:
    environment = installed(["all"], version, lowest)
    with environment.serving(*NO_REGISTRY) as url:
        for use in ALL:
            check(environment, use, url)


def test_every_extra_has_a_use_here_and_a_row_in_the_docs_and_all_is_all_of_them(packages: Packages) -> None:
    metadata = metadata_of(packages.wheel)
    extras = set(metadata.get_all("Provides-Extra", [])) - OURS
    assert extras == {extra for extras in USES for extra in extras} | {"all"}
    documented = (packages.commit / "docs" / "install.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", documented, re.MULTILINE)) == extras
    needed = [line.partition("; extra == ") for line in metadata.get_all("Requires-Dist", []) if "; extra == " in line]
    of_all = {requirement for requirement, _, extra in needed if extra == "'all'"}
    assert of_all == {requirement for requirement, _, extra in needed if extra.strip("'") in extras - {"all"}}


def test_the_wheel_is_the_same_from_the_sdist_and_from_a_checkout(packages: Packages, tmp_path: Path) -> None:
    direct = build_wheel_from_tree(packages, tmp_path)
    with zipfile.ZipFile(packages.wheel) as first, zipfile.ZipFile(direct) as second:
        digests = [{one.filename: one.CRC for one in file.infolist()} for file in (first, second)]
    assert digests[0] == digests[1]


def test_the_wheel_has_every_file_of_its_packages_and_nothing_else(packages: Packages) -> None:
    with zipfile.ZipFile(packages.wheel) as wheel:
        names = set(wheel.namelist())
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"idc_client", "idc_contract", "idc_drift", "idc_ext", "idc_openapi", "idc_standin"}
    assert not [
        name
        for name in names
        if re.match("test_|conftest", name.rpartition("/")[2]) or name.endswith((".pyc", ".orig"))
    ]
    for package in tops - {"idc_client"}:
        for path in (packages.commit / package).rglob("*"):
            assert not path.is_file() or path.relative_to(packages.commit).as_posix() in names
    assert {f"{package}/py.typed" for package in ("idc_client", "idc_ext", "idc_openapi")} <= names  # what is imported
    assert "idc_openapi/openapi.yaml" in names


def test_the_licence_and_the_sources_of_bundled_data_go_with_the_packages(packages: Packages) -> None:
    files = metadata_of(packages.wheel).get_all("License-File", [])
    assert set(files) == {"LICENSE", "idc_standin/facts/README.md"}
    with tarfile.open(packages.sdist) as sdist:
        assert {"LICENSE", "README.md", "CHANGELOG.md"} <= {name.partition("/")[2] for name in sdist.getnames()}


def test_the_description_has_no_link_that_leads_nowhere_outside_the_checkout(packages: Packages) -> None:
    description = metadata_of(packages.wheel).get_payload()
    assert isinstance(description, str)
    assert "idc-client" in description
    targets = re.findall(r"\]\(([^)]*)\)", description)
    assert targets
    assert [target for target in targets if not target.startswith("https://")] == []


def test_an_index_would_accept_both_packages(packages: Packages) -> None:
    uv("tool", "run", "--quiet", "twine", "check", "--strict", str(packages.wheel), str(packages.sdist))


def metadata_of(wheel: Path) -> email.message.Message:
    with zipfile.ZipFile(wheel) as file:
        (name,) = [name for name in file.namelist() if name.endswith(".dist-info/METADATA")]
        return email.message_from_bytes(file.read(name))
