"""The suite itself: its reports and exit codes, and that the same seed gives the same report."""

from __future__ import annotations

import datetime
import json
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

import idc_openapi
from idc_contract import progress
from idc_contract.__main__ import main
from idc_contract.calls import ATTEMPTS, Answer, Broken, InProcess, Layered, OverHTTP, Request, Unreachable
from idc_contract.connection import chosen
from idc_contract.finding import Finding
from idc_contract.layers import engine, suite
from idc_contract.local_standin import standin
from idc_contract.options import parser
from idc_contract.oracle.index import installed
from idc_contract.relations import v1, v3
from idc_contract.relations.relation import FORMER_NAMES, Relations, differing
from idc_contract.report import baseline, groups
from idc_contract.report.files import findings as findings_file
from idc_contract.report.junit import junit
from idc_contract.report.page import html
from idc_contract.report.summary import summary
from idc_contract.service import MOST_LATE, Service
from tests.contract.faults import controls
from tests.support.fixed_answer import answering

if TYPE_CHECKING:
    from pathlib import Path

    from idc_contract.relations.relation import Draw
    from tests.contract.faults.fault import Layer

QUICK = ("there is no collection", "unknown filters are refused", "requests of the wrong shape", "licenses are those")
TODAY = datetime.date(2026, 11, 23)
FINDING = Finding("relations", "v3", "pages: <lost> & \x00found", "getManifest", "1 is not 2\u2028", "curl 'x'")


def outcome(**changes: Any) -> suite.Outcome:
    """The outcome of some relations of v3."""
    some = [relation for relation in v3.RELATIONS if relation.name.startswith(QUICK)]
    with pytest.MonkeyPatch.context() as patch, standin() as (app, users), closing(InProcess(app)) as caller:
        patch.setattr(v3, "RELATIONS", some)
        service = Service(caller, users, index=installed(), write=True)
        plan = suite.Plan(("v3",), ("relations",), **changes)
        return suite.run(service, plan)


def test_a_service_beyond_this_machine_is_sent_no_mistakes_unless_asked_to() -> None:
    with standin() as (app, users), closing(InProcess(app)) as caller:
        service = Service(caller, users, installed(), mistakes=False)
        missing = {relation.name: relation.missing(service) for relation in v3.RELATIONS}
        assert sum("mistakes" in one for one in missing.values()) > 10
        for relation in v3.RELATIONS:
            if not missing[relation.name] and relation.body.__module__.endswith((".tools", ".catalogues")):
                assert not relation.run(service, 1, share=0.01)
        assert {status for _, status in service.coverage.statuses} == {200, 404}  # 404: a name that does not exist
    for more, mistakes in ([], False), (["--mistakes"], True):
        options = parser().parse_args(["--url", "https://example.org", *more])
        with ExitStack() as stack:
            assert chosen(options, stack).mistakes is mistakes


# --- could not check ---------------------------------------------------------------------------------------------


def test_a_service_that_cannot_be_reached_was_not_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", "http://127.0.0.1:9", "--generation", "v3"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "http://127.0.0.1:9 cannot be reached" in printed.err


def test_a_gateway_without_a_service_was_not_checked(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(503, "text/html", b"<h1>busy</h1>") as url:
        assert main(["--url", url]) == 2
    assert "a gateway without a service behind it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--url", "example.org"], "is not the address of a service"),
        (["--write"], "need --url"),
        (["--url", "http://127.0.0.1:9", "--write"], "with --credentials FILE"),
        (["--url", "http://127.0.0.1:9", "--credentials", "/nowhere"], "there is no credentials file /nowhere"),
        (["--url", "http://[bad"], "'http://[bad' is not the address of a service"),
        (["--url", "http://h:abc"], "'http://h:abc' cannot be read as an address"),
        (["--url", "http://h:70000"], "'http://h:70000' is not the address of a service"),
        (["--url", "https://user:secretpw@example.org"], "--url must hold no user name and no password"),
        (["--url", "https://user:secretpw@[bad"], "--url must hold no user name and no password"),
        (["--url", "https://example.org/?key=secretpw"], "it has a query or a fragment"),
        (["--rate", "0"], "need --url"),
        (["--baseline", "/nowhere.yaml"], "/nowhere.yaml cannot be read"),
        (["--reports", "/proc/x"], "--reports: no file can be written to /proc/x"),
        (
            ["--url", "http://127.0.0.1:9", "--credentials", "/proc/self/cmdline"],
            "other users may read the credentials",
        ),
        (["--write-baseline", "/nowhere/b.yaml"], "the folder /nowhere does not exist"),
        (["--write-baseline", "/proc/b.yaml"], "--write-baseline: no file can be written to /proc"),
        (["--write-baseline", "/usr"], "--write-baseline: /usr is a folder"),
        (["--write-baseline", ""], "is a folder: name a file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_gets_one_sentence(capsys: pytest.CaptureFixture[str], options: list[str], words: str) -> None:
    assert main(options) == 2
    printed = capsys.readouterr()
    assert words in printed.err
    assert printed.err.count("\n") == 1
    assert "secretpw" not in printed.err + printed.out


@pytest.mark.parametrize("url", ["https://example.org", "http://127.0.0.1:9"])
@pytest.mark.parametrize("proxy", ["socks://user:secretpw@h:1", "http://user:secretpw@h:abc"])
def test_a_proxy_that_cannot_be_used_is_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, url: str, proxy: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    assert main(["--url", url, "--generation", "v3"]) == 2
    printed = capsys.readouterr().err
    assert "ALL_PROXY" in printed
    assert printed.count("\n") == 1
    assert "secretpw" not in printed


def test_too_few_keywords_are_no_contract_that_holds(tmp_path: Path) -> None:
    found = outcome()
    found.floor = 100.0
    said = "Too little was checked: less than 100 % of the keywords of answers."
    assert groups.verdict(found) == said
    assert summary(found).endswith(f"{said}\n")
    found.floor = 0.0
    assert groups.verdict(found) == "The contract holds."
    options = ["--stand-in", "--generation", "v3", "--only", "shapes"]
    assert [main([*options, "--floor", floor]) for floor in ("0", "99")] == [0, 1]


def test_a_service_that_answers_anything_else_does_not_hold(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    version = b'{"api_version": "3.0.0b5", "idc_version": "v24"}'
    with answering(200, "application/json", version) as url:
        options = ["--url", url, "--generation", "v3", "--layer", "relations", "--share", "0.01"]
        assert main([*options, "--reports", str(tmp_path)]) == 1
        printed = capsys.readouterr().out
        assert printed.rstrip().splitlines()[-1].startswith("The contract does not hold: ")
        assert f"curl --silent --show-error --include --globoff {url}/v3/health" in printed
        accepted = tmp_path / "accepted.yaml"
        accepted.write_text("an older one", encoding="utf-8")
        with accepted.open(encoding="utf-8") as older:
            assert main([*options, "--write-baseline", str(accepted), "--baseline-seeds", "2"]) == 0
            assert f" findings written to {accepted}." in capsys.readouterr().out
            assert older.read() == "an older one"  # it was replaced, and never half written
        assert main([*options, "--baseline", str(accepted)]) == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "does not hold" in page
    assert "http" not in page.replace(url, "").replace("https://", "")  # nothing is fetched by it


# --- the same seed -----------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second, other = outcome(), outcome(), outcome(seed=2)
    first.started, first.seconds, first.times = second.started, second.seconds, second.times
    for write in (summary, html, junit, findings_file):
        assert write(first) == write(second)
    assert first.findings == []
    assert first.service.fingerprint != other.service.fingerprint


def test_progress_is_shown_without_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY", -1.0)
    shown = progress.Progress(Service(Late(0), noted=50), 200)
    shown.began -= 100
    shown("v3: counts")
    shown.end()
    assert capsys.readouterr().err == "contract: 1:40 50 of about 200 requests, about 5 min left: v3: counts\n"


# --- releases, and what is unreleased ----------------------------------------------------------------------------


def layered(layer: Layer | None) -> suite.Outcome:
    """The outcome of the relations about releases and tables, on the stand-in behind a layer."""
    some = [one for one in v3.RELATIONS if one.body.__module__.endswith(".releases") or one.name.startswith(QUICK)]
    with pytest.MonkeyPatch.context() as patch, standin() as (app, users):
        patch.setattr(v3, "RELATIONS", some)
        with closing(InProcess(Layered(app, layer) if layer else app)) as caller:
            # make contract draws all examples of these relations, and make faults those of the control.
            plan = suite.Plan(("v3",), ("relations",), share=0.2)
            return suite.run(Service(caller, users, index=installed(), write=True), plan)


def test_unreleased_parts_are_left_out_unless_the_service_has_them() -> None:
    without, having = layered(controls.released), layered(None)
    names = ("V3TableInfo/notable_columns", "getReleaseChanges")
    assert (without.findings, having.findings) == ([], [])
    assert (without.service.coming, having.service.coming) == (frozenset(), frozenset(names))
    skipped = {relation.name for relation, missing in without.relations if missing}
    assert skipped == {one.name for one in v3.RELATIONS if one.body.__module__.endswith(".releases")}
    assert all(not missing for _, missing in having.relations)
    line = f"left out: unreleased: {', '.join(names)}"
    for write in (summary, html):
        assert line in write(without)
        assert "left out" not in write(having)
    assert "getReleaseChanges" not in groups.operations(without)
    assert "getReleaseChanges" in groups.operations(having)


def test_layer_one_leaves_out_what_the_service_does_not_have() -> None:
    for coming in (frozenset[str](), frozenset({"getReleaseChanges"})):
        paths = engine._document("v3", Service(OverHTTP("http://127.0.0.1:9"), coming=coming))["paths"]
        assert ("/v3/releases/changes" in paths) is bool(coming)
        assert "unreleased" not in json.dumps(paths)


# --- reports -----------------------------------------------------------------------------------------------------


def test_reports_name_the_release_that_the_document_describes() -> None:
    found, upstream = outcome(), idc_openapi.upstream()
    assert f"contract of v3: upstream release {upstream.api_version} of {upstream.date}" in summary(found)
    assert f"<th>contract of v3<td>upstream release {upstream.api_version} of {upstream.date}" in html(found)
    suites = ET.fromstring(junit(found)).findall("testsuite")  # noqa: S314  our own
    named = {suite.get("name"): {one.get("name"): one.get("value") for one in suite[0]} for suite in suites}
    own = {f"contract.{name}": value for name, value in upstream._asdict().items()}
    own |= {f"run.{name}": text for name, text in groups.facts(found)}
    assert named == {"relations": own, "schemathesis": own}


def test_reports_show_any_finding() -> None:
    found = outcome()
    relation, _ = found.relations[0]
    found.findings = [FINDING, replace(FINDING, check=relation.name), replace(FINDING, layer="schemathesis", check="x")]
    found.relations.append((replace(relation, name="unseen"), frozenset({"users"})))
    found.relations += [(replace(relation, name=name), frozenset({"users", "write"})) for name in ("other", "third")]
    read = ET.fromstring(junit(found))  # noqa: S314  our own
    assert int(read.get("failures", "")) == 3  # as many as the summary counts
    assert int(read.get("skipped", "")) == 3
    assert "&lt;lost&gt; &amp;" in html(found)
    assert "\n1 relation skipped: it needs two --credentials\n" in summary(found)
    assert "\n2 relations skipped: they need two --credentials and --write\n" in summary(found)
    assert summary(found).endswith("The contract does not hold: 3 findings.\n")


# --- baselines ---------------------------------------------------------------------------------------------------


def test_a_finding_is_accepted_until_its_day(tmp_path: Path) -> None:
    file = tmp_path / "b.yaml"
    file.write_text(baseline.dump([FINDING, FINDING], TODAY), encoding="utf-8")
    entries = baseline.load(file)
    assert len(entries) == 1
    standing, accepted, notes = baseline.part([FINDING], entries, TODAY)
    assert (standing, len(accepted), notes) == ([], 1, [])
    standing, accepted, notes = baseline.part([FINDING], entries, entries[0].expires + datetime.timedelta(days=1))
    assert (standing, accepted) == ([FINDING], [])
    assert "no longer accepted" in notes[0]
    assert "accepted but not found" in baseline.part([], entries, TODAY)[2][0]
    explained = [replace(entries[0], reason="ticket 5", expires=TODAY + datetime.timedelta(days=90))]
    (tmp_path / "again.yaml").write_text(baseline.dump([FINDING], TODAY, explained), encoding="utf-8")
    assert baseline.load(tmp_path / "again.yaml") == explained


@pytest.mark.parametrize(
    "text",
    [
        "- {finding: x}",
        "- {finding: x, reason: '', expires: 2026-01-01}",
        "- {finding: x, reason: y, expires: soon}",
        "- {finding: x, reason: y, expires: 2027-02-30}",
        "[" * 3000,
        "x",
        "[",
    ],
)
def test_a_baseline_names_reason_and_day(tmp_path: Path, text: str) -> None:
    file = tmp_path / "b.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(baseline.BadBaseline, match=r"b\.yaml"):
        baseline.load(file)


def test_a_baseline_may_use_the_former_name_of_a_relation(tmp_path: Path) -> None:
    file = tmp_path / "b.yaml"
    for current, former in FORMER_NAMES.items():
        for check in (former, f"{former}: status is the right one"):
            finding = replace(FINDING, check=check.replace(former, current))
            file.write_text(baseline.dump([replace(FINDING, check=check)], TODAY), encoding="utf-8")
            assert baseline.part([finding], baseline.load(file), TODAY)[0] == []


def test_every_former_name_belongs_to_a_relation_or_check() -> None:
    names = {relation.name for module in (v1, v3) for relation in module.RELATIONS}
    assert set(FORMER_NAMES) - names == {"the run is complete", "access needs a valid token"}
    assert not set(FORMER_NAMES.values()) & names


# --- relations ---------------------------------------------------------------------------------------------------


class Late:
    """A service whose first answers are late."""

    base = "http://here"
    slowdown = 1.0

    def __init__(self, times: int) -> None:
        self.times = times

    def __call__(self, request: Request) -> Answer:
        self.times -= 1
        return Answer(request, 200, (), b"{}", 99.0 if self.times >= 0 else 0.0)

    def close(self) -> None:
        pass


def test_one_late_answer_is_tolerated_and_many_are_one_finding() -> None:
    service = Service(Late(1))
    service.timely(Request("GET", "/"))
    assert (len(service.late), service.too_late) == (1, [])
    for _ in range(MOST_LATE):
        service.caller = Late(1)
        service.timely(Request("GET", "/"))
    assert len(service.too_late) == MOST_LATE + 1
    twice = Service(Late(2))
    twice.timely(Request("GET", "/"))
    assert "99.0 s, of 2 s, also when it was sent again" in str(twice.too_late[0])


@pytest.mark.parametrize(
    ("seconds", "processor", "late"),
    [(1.9, None, False), (2.1, None, True), (9.0, 1.0, False), (2.1, 2.1, True), (6.0, 0.01, True)],
    ids=["in time", "late", "a busy machine", "work", "idle"],
)
def test_waiting_for_a_core_is_not_the_service_s_time(seconds: float, processor: float | None, late: bool) -> None:
    assert Answer(Request("GET", "/"), 200, (), b"", seconds, processor).late(2.0) is late


def test_a_relation_that_cannot_make_sense_of_an_answer_is_broken() -> None:
    relation = Relations("v3")

    @relation()
    def crashes(service: Service, draw: Draw) -> None:
        """It does not."""
        service.users[7]

    broken = relation.all[0].run(Service(Late(0)), 1)
    assert broken is not None
    assert "IndexError" in str(broken)


@pytest.mark.parametrize(("one", "other"), [(1, True), (None, 0), ([1], [1, 1]), ({"a": 1}, {"b": 1}), ("a", "A")])
def test_what_differs_is_not_the_same(one: Any, other: Any) -> None:
    assert differing(one, other, "")
    assert not differing(one, one, "")


def test_a_connection_that_is_cut_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def cut() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=cut, daemon=True).start()
        with (
            closing(OverHTTP(f"http://127.0.0.1:{server.getsockname()[1]}")) as caller,
            pytest.raises(Broken) as cut_off,
        ):
            caller(Request("GET", "/x"))
        assert cut_off.value.check == "an answer"
        server.shutdown(socket.SHUT_RDWR)


def test_a_service_that_answers_429_again_and_again_is_not_sent_more(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    with (
        answering(429, "text/plain", b"") as url,
        closing(OverHTTP(url)) as caller,
        pytest.raises(Unreachable, match="use a lower --rate"),
    ):
        caller(Request("GET", "/"))
    assert len(slept) == ATTEMPTS


def test_the_expected_data_are_given_back_without_a_word_at_the_end_of_a_process() -> None:
    kept = (  # as an extension module keeps what it never gives back
        "import ctypes; from idc_contract.oracle.index import installed; "
        "ctypes.pythonapi.Py_IncRef(ctypes.py_object(installed()))"
    )
    ended = subprocess.run([sys.executable, "-c", kept], check=True, capture_output=True, text=True)
    assert ended.stdout + ended.stderr == ""
