"""The wheel of the last commit installed over 0.1.0 (`make packages`): files are read or refused, names are there.

Release 0.1.0 is built from its commit. It writes every kind of file that it knows, then the new wheel is installed over
it, and its own server, with the state and the archive file of 0.1.0, serves what the files are read with.
"""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
from typing import TYPE_CHECKING, NamedTuple

import pyarrow.dataset
import pytest
import yaml

from tests.packages.environments import (
    NO_REGISTRY,
    ROOT,
    Environment,
    Packages,
    add,
    build_release,
    install,
    pythons,
    run,
)
from tests.support.token_issuer import Issuer, token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.command_result import CommandResult

RELEASE_0_1_0 = "0b26a9649f17ccc849a812b4db91612f18279037"
EXTRAS_OF_0_1_0 = ("auth", "bigquery", "cli", "demo", "drift", "pandas", "polars")
SURFACE = (ROOT / "tests" / "packages" / "surface.py").read_text("utf-8")
RIDER = ("-w", "collection_id=rider_pilot")
SERVER = ("--as-of", "2.0", "--cache", "cache")
#: Manifests of every form: the file, and the words that write it.
MANIFESTS = {
    "rider.s5cmd": (),
    "gcs.s5cmd": ("--source", "gcs"),
    "rider.txt": (),
    "rider.csv": ("--sidecar",),
    "rider.jsonl": ("--sidecar",),
    "rider.parquet": ("--sidecar",),
}
#: Other files of commands: the file, and the command. The new version writes the same.
TABLES = {
    "rows.csv": ("manifest", *RIDER),
    "rows.tsv": ("manifest", *RIDER),
    "rows.json": ("manifest", *RIDER),
    "rows.jsonl": ("manifest", *RIDER),
    "rows.parquet": ("manifest", *RIDER),
    "parts": ("manifest", *RIDER, "--partition-by", "Modality", "-f", "parquet"),
    "counts.json": ("counts", *RIDER),
    "values.tsv": ("values", "Modality"),
    "sql.csv": ("sql", "SELECT Modality, count(*) AS n FROM index GROUP BY 1 ORDER BY 1"),
    "licenses.csv": ("licenses", *RIDER),
    "saved.csv": ("cohorts", "manifest", "1", "--fields", "Patient_ID,GCS_URL"),
    "queried.csv": ("cohorts", "query", "1", "--fields", "Modality"),
}
#: Filters as files, as both versions take them.
FILTERS = {
    "filters.json": {"collection_id": ["rider_pilot"], "Modality": ["CT"]},
    "request.json": {"terms": {"collection_id": ["rider_pilot"]}, "ranges": {"series_size_MB": {"gte": 1}}},
}
#: Walks that do not come to their end: a loop, a file, and how far they came.
INTERRUPTED = """
import os
from idc_ext import connect, v3
with connect(os.environ["IDC_BASE_URL"]) as idc:
    rows = v3.manifest(idc, {"collection_id": ["rider_pilot"]}, page_size=50)
    walk = rows.walk(checkpoint="loop.checkpoint").pages()
    next(walk), next(walk), walk.close()
    def stop(progress):
        if progress.rows > 100:
            raise KeyboardInterrupt
    try:
        rows.walk(checkpoint="rows.checkpoint", progress=stop).write("written.csv")
    except KeyboardInterrupt:
        pass
"""
RESUMED = """
import os
from idc_ext import CheckpointError, connect, v3
with connect(os.environ["IDC_BASE_URL"]) as idc:
    rows = v3.manifest(idc, {"collection_id": ["rider_pilot"]}, page_size=50)
    for go_on in (
        lambda: list(rows.walk(checkpoint="loop.checkpoint")),
        lambda: rows.walk(checkpoint="rows.checkpoint").write("written.csv"),
    ):
        try:
            go_on()
        except CheckpointError as error:
            print(error)
"""
STOPPED = ("manifest", *RIDER, "--page-size", "5", "-o", "stopped.csv")
#: Ctrl-C, pressed while the command waits for its twentieth response.
CTRL_C = """
import os, signal, sys, time, httpx
from idc_ext.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # programs in the background of a shell ignore it
sent, handle = [], httpx.HTTPTransport.handle_request
def stopping(self, request):
    sent.append(request)
    if len(sent) == 20:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)
    return handle(self, request)
httpx.HTTPTransport.handle_request = stopping
sys.exit(main(sys.argv[1:]))
"""
LOGIN = """
import httpx
from idc_ext import auth
shown = []
auth.login("secrets.json", credentials="login.json", show=shown.append,
           ask=lambda: httpx.get(shown[0], follow_redirects=False).headers["location"])
"""
#: Two documents of an API, of which the second one differs in a limit and in what is required.
BASE = """
openapi: 3.0.3
info: {title: Rooms, version: "1"}
paths:
  /rooms:
    get:
      operationId: listRooms
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 10}}
      responses:
        "200":
          description: Rooms.
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Room"}
components:
  schemas:
    Room:
      type: object
      required: [id, name]
      properties:
        id: {type: integer}
        name: {type: string}
"""
REVISION = BASE.replace("maximum: 10", "maximum: 9").replace("[id, name]", "[id]")


class Upgraded(NamedTuple):
    """An environment after the upgrade.

    Attributes:
        environment: It has the new wheel; its folder of work has the files of 0.1.0.
        url: The new server, on the port of the old one.
        surface: Public names of 0.1.0.
        issuer: Renews the tokens of the login.
        listed: The cohorts that 0.1.0 saved, as it listed them.
        commit: The clone that the new wheel was built in.
    """

    environment: Environment
    url: str
    surface: set[str]
    issuer: Issuer
    listed: str
    commit: Path

    def ext(self, *words: str, **variables: str) -> CommandResult:
        return self.environment.run("idc-ext", *words, IDC_BASE_URL=self.url, **variables)

    def file(self, name: str) -> Path:
        return self.environment.work / name


def done(result: CommandResult, code: int = 0) -> CommandResult:
    assert result.code == code, result
    assert "Traceback" not in result.err
    return result


def surface(environment: Environment) -> set[str]:
    return set(done(environment.run("python", "-W", "ignore", "-c", SURFACE)).json)


def write_everything(old: Environment, url: str, issuer: Issuer) -> str:
    """Have 0.1.0 write every kind of file that it writes; return the cohorts that it saved."""
    work, service = old.work, {"IDC_BASE_URL": url, "IDC_CREDENTIALS": "token.json"}
    done(old.run("idc-standin", "token", "--state", "state", "--email", "ada@example.org", "--output", "token.json"))
    for name in ("luad", "kirc"):
        words = ("cohorts", "create", name, "--description", "of 0.1.0", "-w", f"collection_id=TCGA-{name.upper()}")
        done(old.run("idc-ext", *words, "-w", "Modality=CT", **service))
    for file, words in MANIFESTS.items():
        done(old.run("idc-ext", "manifest", *RIDER, "--cite", "none", *words, "-o", file, **service))
    for file, words in TABLES.items():
        done(old.run("idc-ext", *words, "-o", file, **service))
    for file, filters in FILTERS.items():
        (work / file).write_text(json.dumps(filters))
    done(old.run("python", "-c", INTERRUPTED, **service))
    done(old.run("python", "-c", CTRL_C, *STOPPED, **service), 130)
    assert (work / "stopped.csv.checkpoint").exists()
    for shell in ("bash", "zsh", "fish"):
        (work / f"completion.{shell}").write_text(done(old.run("idc-ext", "completion", shell)).out)
    write_login(old, issuer, url)
    write_drift(old)
    return done(old.run("idc-ext", "cohorts", "list", "-f", "json", **service)).out


def write_login(old: Environment, issuer: Issuer, url: str) -> None:
    """Log in with 0.1.0. The server takes only its own tokens: the login gets another one, the renewal one of these."""
    done(old.run("idc-standin", "token", "--state", "state", "--email", "ada@example.org", "--output", "own.json"))
    tokens = iter([token(), json.loads((old.work / "own.json").read_text())["id_token_jwt"]])
    issuer.sign = lambda seconds: next(tokens)
    (old.work / "secrets.json").write_text(json.dumps(issuer.client_secrets()))
    done(old.run("python", "-c", LOGIN, IDC_BASE_URL=url))


def write_drift(old: Environment) -> None:
    """Compare two documents with 0.1.0: a report, a patch, and a file of accepted differences, made from the report."""
    (old.work / "base.yaml").write_text(BASE)
    (old.work / "revision.yaml").write_text(REVISION)
    done(old.run("idc-drift", "base.yaml", "revision.yaml", "--format", "json", "-o", "report.json"), 1)
    done(old.run("idc-drift", "update", "base.yaml", "revision.yaml", "-o", "change.patch"), 1)
    changes = json.loads((old.work / "report.json").read_text())["changes"]
    rows = [{"rule": one["rule"], "before": one["before"], "reason": "known"} for one in changes]
    (old.work / "accepted.yaml").write_text(yaml.safe_dump(rows))
    done(old.run("idc-drift", "base.yaml", "revision.yaml", "--accepted", "accepted.yaml"))


@pytest.fixture(scope="module")
def upgraded(packages: Packages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    folder = tmp_path_factory.mktemp("upgrade")
    wheel = build_release(RELEASE_0_1_0, folder)
    environment = install(wheel, EXTRAS_OF_0_1_0, folder / "env", python=next(iter(pythons().values())))
    with Issuer() as issuer:
        with environment.serving(*SERVER) as url:
            listed = write_everything(environment, url, issuer)
        before = surface(environment)
        add(environment, f"{packages.wheel}[all]")
        with environment.serving(*SERVER, *NO_REGISTRY, port=int(url.rpartition(":")[2])) as url:
            yield Upgraded(environment, url, before, issuer, listed, packages.commit)


@pytest.mark.parametrize("file", MANIFESTS)
def test_a_manifest_of_0_1_0_is_read_and_verified(upgraded: Upgraded, file: str) -> None:
    script = "import sys; from idc_ext import manifests; print(manifests.read(sys.argv[1]).series)"
    assert int(done(upgraded.environment.run("python", "-c", script, file)).out) == 774
    done(upgraded.ext("verify", file))


@pytest.mark.parametrize("file", TABLES)
def test_a_file_of_0_1_0_has_what_the_same_command_writes_now(upgraded: Upgraded, file: str) -> None:
    new = f"new-{file}"
    done(upgraded.ext(*TABLES[file], "-o", new, IDC_CREDENTIALS="token.json"))
    first, second = upgraded.file(file), upgraded.file(new)
    if file == "parts" or file.endswith(".parquet"):
        tables = [pyarrow.dataset.dataset(path, partitioning="hive").to_table() for path in (first, second)]
        assert tables[0].equals(tables[1])
    else:
        assert second.read_text() == first.read_text()


@pytest.mark.parametrize("file", FILTERS)
def test_a_file_of_filters_of_0_1_0_is_read(upgraded: Upgraded, file: str) -> None:
    assert done(upgraded.ext("counts", "--filters", file, "-f", "json")).json["series"] > 0


def test_checkpoints_of_0_1_0_are_refused_in_one_sentence_and_the_walk_begins_anew_if_one_says_so(
    upgraded: Upgraded,
) -> None:
    refused = done(upgraded.environment.run("python", "-c", RESUMED, IDC_BASE_URL=upgraded.url))
    assert len(refused.out.splitlines()) == 2
    for line, name in zip(refused.out.splitlines(), ("loop.checkpoint", "rows.checkpoint"), strict=True):
        assert re.search(rf"{name}.* another release of idc_ext \(version 1\); remove it to start anew$", line)
    sentence = r"idc-ext: the checkpoint stopped.csv.checkpoint [^\n]* \(version 1\); use --restart to start anew"
    assert re.fullmatch(sentence, done(upgraded.ext(*STOPPED), 2).err.splitlines()[-1])
    done(upgraded.ext(*STOPPED, "--restart"))
    assert upgraded.file("stopped.csv").read_text() == upgraded.file("rows.csv").read_text()
    assert {path.name for path in upgraded.environment.work.glob("*stopped*")} == {"stopped.csv"}


def test_cohorts_that_0_1_0_saved_are_listed_and_its_tokens_let_in(upgraded: Upgraded) -> None:
    listed = done(upgraded.ext("cohorts", "list", "-f", "json", IDC_CREDENTIALS="token.json"))
    assert listed.json == json.loads(upgraded.listed)
    assert [one["name"] for one in listed.json] == ["luad", "kirc"]
    with sqlite3.connect(upgraded.file("state/cohorts.sqlite")) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (1,)


def test_the_login_of_0_1_0_is_renewed_and_let_in(upgraded: Upgraded) -> None:
    assert "ada@example.org" in done(upgraded.ext("auth", "status", "--credentials", "login.json")).out
    before = upgraded.issuer.refreshes
    done(upgraded.ext("cohorts", "list", "--credentials", "login.json"))
    assert upgraded.issuer.refreshes == before + 1


def test_the_archive_file_of_0_1_0_is_served_or_built_anew_and_only_the_new_one_stays(upgraded: Upgraded) -> None:
    archives = [path for path in upgraded.file("cache").glob("*.duckdb") if ".published" not in path.name]
    assert len(archives) == 1
    assert done(upgraded.ext("counts", *RIDER, "-f", "json")).json["series"] == 774


def test_reports_patches_and_accepted_differences_of_0_1_0_are_read(upgraded: Upgraded) -> None:
    drift, pair = upgraded.environment.run, ("base.yaml", "revision.yaml")
    old = json.loads(upgraded.file("report.json").read_text())
    new = done(drift("idc-drift", *pair, "--format", "json"), 1).json
    assert old.keys() <= new.keys()
    assert old["summary"].keys() <= new["summary"].keys()
    assert [one["rule"] for one in new["changes"]] == [one["rule"] for one in old["changes"]]
    assert all(one.keys() <= other.keys() for one, other in zip(old["changes"], new["changes"], strict=True))
    done(drift("idc-drift", *pair, "--accepted", "accepted.yaml"))
    patched = upgraded.file("patched")
    patched.mkdir()
    (patched / "base.yaml").write_bytes(upgraded.file("base.yaml").read_bytes())
    run("git", "-C", str(patched), "apply", "--include=*base.yaml", str(upgraded.file("change.patch")))
    done(drift("idc-drift", "patched/base.yaml", "revision.yaml", "--fail-on", "info"))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_of_0_1_0_offers_no_command_that_is_gone(upgraded: Upgraded, shell: str) -> None:
    old = upgraded.file(f"completion.{shell}").read_text()
    new = done(upgraded.ext("completion", shell)).out
    words = set(re.findall(r"(?<![\w-])(?:--)?[a-z][a-z-]{3,}(?![\w-])", old))
    offered = {word.split()[-1] for word in upgraded.surface if word.startswith("idc-ext ")} & words
    assert len(offered) > 50
    assert {word for word in offered if word not in new} == set()


def test_the_examples_of_the_readme_of_0_1_0_run(upgraded: Upgraded) -> None:
    readme = run("git", "-C", str(ROOT), "show", f"{RELEASE_0_1_0}:README.md")
    examples = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        code = example.replace("http://127.0.0.1:8021", upgraded.url)
        variables = {"IDC_BASE_URL": upgraded.url, "IDC_CREDENTIALS": "token.json"}
        done(upgraded.environment.run("python", "-W", "error::DeprecationWarning", "-c", code, **variables))
    commands = re.findall(r"^\$ idc-ext (.*?)(?:  +#.*)?$", readme, re.MULTILINE)
    assert len(commands) == 5
    for command in commands:
        found = upgraded.ext(*shlex.split(command))
        assert found.code == (1 if command.startswith("diff") else 0), (command, found)
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"`make ([a-z-]+)`|\$ make ([a-z-]+)", readme)) <= {
        pair for name in targets for pair in ((name, ""), ("", name))
    }


def test_every_public_name_command_option_rule_and_extra_of_0_1_0_is_there_or_in_the_table_of_breaking_changes(
    upgraded: Upgraded,
) -> None:
    now = surface(upgraded.environment)
    breaking = (upgraded.commit / "CHANGELOG.md").read_text("utf-8").partition("### Breaking")[2].partition("\n###")[0]
    generated = (upgraded.commit / "docs" / "v3-b2-to-b5.md").read_text("utf-8")
    missing = upgraded.surface - now
    assert [name for name in sorted(missing) if not is_written(name, breaking, generated)] == []


def is_written(name: str, breaking: str, generated: str) -> bool:
    """Whether the table has a name: `Page.at`, `Page()` for a parameter of Page; of the generated client, its page."""
    if name.startswith("idc_client."):
        model = re.search(r"\.([A-Z]\w*)", name)
        return model is not None and f"`{model[1]}`" in generated
    owner, parameter, _ = name.removeprefix("idc_ext.").removeprefix("connect.").partition("(")
    return f"`{owner}()`" in breaking if parameter else f"`{owner}`" in breaking
