"""What measures attacks and what judges them: each rule can be broken, and a finding names the input."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.torture import bounds, processes, report, wire
from tests.torture.attack import Attack, Outcome, tracebacks
from tests.torture.attacks import sql
from tests.torture.attacks.load import judge
from tests.torture.measurements import Latency, Measured, Probe
from tests.torture.record import Record
from tests.torture.statements.catalogue import kinds
from tests.torture.statements.kind import Statement

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
#: A server in a process of its own that answers after so many seconds, all clients in one line.
SERVER = """
import http.server, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(float(sys.argv[1]))
        self.send_response(int(sys.argv[2])); self.send_header("Content-Length", "0"); self.end_headers()
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""
FINE = wire.Answer(200, b"{}", {}, 0.1, 2)


@contextmanager
def serving(seconds: float, status: int = 200) -> Iterator[str]:
    """A place that answers so slowly, and so."""
    command = [sys.executable, "-c", SERVER, str(seconds), str(status)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


def probed(place: str) -> Latency:
    """How a place answers in a second."""
    probe = Probe(health=f"{place}/v3/health")
    time.sleep(1)
    return probe.end()["health"]


def test_a_server_that_answers_one_after_another_is_slow_for_all_who_wait() -> None:
    with serving(0.2) as place:
        found = probed(place)
    assert found.count >= 5
    assert found.worst > 3 * 0.2  # each waits for those before it, and none is left unasked
    assert found.p99 >= found.median > 0.2


def test_errors_and_silence_are_counted_as_failed() -> None:
    with serving(0, status=500) as place:
        found = probed(place)
    assert found.failed == found.count > 0
    assert probed(place).failed > 0  # nothing listens any more


def test_the_memory_of_all_descendants_is_counted() -> None:
    child = "import time; held = b'x' * 80_000_000; print('held', flush=True); time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            members = processes.family(process.pid)
            assert len(members) == 2
            assert sum(one.memory for one in members) > 80_000_000
        finally:
            for one in processes.family(process.pid)[1:]:
                subprocess.run(["kill", "-9", str(one.pid)], check=True)
            process.kill()
    assert not processes.alive(process.pid)


ANSWERS = {
    "a status that may not be": (wire.Answer(500, b"oh", {}), "answered 500"),
    "no answer": (wire.Answer(0, failure="reset"), "no answer"),
    "503 without a time": (wire.Answer(503, b"{}", {}), "without Retry-After"),
    "slowness": (wire.Answer(200, b"{}", {}, 9.0), "answered after 9.0 s"),
    "size": (wire.Answer(200, b"{}", {}, size=bounds.ANSWER + 1), "an answer of"),
    "a secret": (wire.Answer(400, b'"in /home/ada/secret"', {}), "private"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_breaks_a_rule_is_a_finding_that_names_its_input(name: str) -> None:
    answer, words = ANSWERS[name]
    record = Record(private=("/home/ada",))
    record.check("the input", answer, {200, 400, 503}, seconds=1.0)
    assert [(one.given, words in one.what) for one in record.findings] == [("the input", True)]


def test_what_an_answer_repeats_of_its_input_is_no_leak_and_a_correct_answer_no_finding() -> None:
    record = Record(private=("/home/ada",))
    record.check("an echo", wire.Answer(400, b'"/home/ada: no"', {}), {400}, sent="/home/ada")
    record.check("an answer", FINE, {200}, seconds=1.0)
    record.check("a time", wire.Answer(503, b"{}", {"retry-after": "1"}), {503})
    assert record.findings == {}
    assert record.statuses == {"200": 1, "400": 1, "503": 1}


@pytest.mark.parametrize(
    ("statement", "answer", "words"),
    [
        (Statement("COPY", refused=True), wire.Answer(200, b'{"rows": []}', {}), "must be refused"),
        (
            Statement("SELECT 'a'", rows=[{"a": "a"}]),
            wire.Answer(200, b'{"rows": [{"a": "b"}]}', {}),
            "must be answered",
        ),
        (Statement("SELECT 'a'", rows=[{"a": "a"}]), wire.Answer(400, b'{"error": {}}', {}), "must be answered"),
        (Statement("SELECT 1"), wire.Answer(400, b"oh", {}), "without a code"),
        (Statement("SELECT 1"), wire.Answer(200, b"[]", {}), "without rows"),
        (
            Statement("SELECT 1"),
            wire.Answer(504, b'{"error": {"code": "a", "message": "b"}}', {}, 34.0),
            "after 34.0 s",
        ),
    ],
)
def test_a_statement_that_is_answered_wrongly_is_a_finding(
    statement: Statement, answer: wire.Answer, words: str
) -> None:
    record = Record()
    sql.judge(statement, answer, record)
    assert [words in one.what for one in record.findings] == [True]


def test_every_figure_beyond_its_bound_is_named() -> None:
    slow = Latency(100, 0.1, 0.9, 1.0, 2)
    measured = Measured(slow, slow, slow, (1, 3 * 10**9, 1), (0, 3 * 10**9, 3 * 10**9), lived=False)
    assert len(bounds.exceeded(measured, 1.0)) == 8
    assert len(bounds.exceeded(measured, 2.0)) == 6  # on a machine that is half as fast, the latencies are well
    assert bounds.exceeded(Measured(), 1.0) == []
    assert bounds.noise(Latency(100, 0.001, 0.002, 0.01)) == 1.0
    assert (
        1.0
        < bounds.noise(Latency(100, 0.001, 0.1, 0.2))
        < bounds.noise(Latency(100, 0.1, 9.0, 9.0))
        <= bounds.MOST_NOISE
    )


def test_wrong_bodies_busy_answers_spread_and_growth_are_findings_of_mixed_calls() -> None:
    good = {"statuses": {"200": 1000}, "seconds": [0.01] * 1000, "wrong": []}
    record = Record()
    judge(record, [json.dumps(good)], 10**9, 1_050_000_000, 1.0)
    assert record.findings == {}
    bad = {
        "statuses": {"200": 900, "503": 50, "500": 1, "no answer": 1}, "seconds": [0.01] * 900 + [1.0] * 50,
        "wrong": ["POST /a: b where c is right"],
    }  # fmt: skip
    judge(record, [json.dumps(bad)], 10**9, 1_200_000_000, 1.0)
    assert len(record.findings) == 5
    assert record.calls == 1952


def test_tracebacks_are_found_in_a_log_with_what_was_raised() -> None:
    first = "Traceback (most recent call last):\n  File 'a'\n    b()\na.b.Left\n"
    log = f"INFO\n{first}fine\nTraceback (most recent call last):\n  x\nE: 1"
    assert tracebacks(log) == ["a.b.Left", "E: 1"]
    assert tracebacks("all is well\nValueError is a word") == []


def test_there_are_enough_statements_and_each_is_sent_once() -> None:
    texts = [statement.sql for kind in kinds({}) for statement in kind.statements]
    assert len(texts) >= 900
    assert len(set(texts)) > 0.98 * len(texts)
    assert all(kind.tries and kind.statements for kind in kinds({}))


def test_a_section_of_the_page_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    page = tmp_path / "reliability.md"
    report.write("## One\n\nold", page, "one")
    report.write("## Two", page, "two")
    report.write("## One\n\nnew", page, "one")
    text = page.read_text(encoding="utf-8")
    assert "new" in text
    assert "old" not in text
    assert text.index("## One") < text.index("## Two")
    assert text.startswith("# ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reliability.md"]


def test_findings_and_what_was_not_run_stand_in_the_section() -> None:
    attack = Attack("a|b", "group", "break it", lambda *_: None, needs=("root",))
    record = Record()
    record.check("SELECT <1>", wire.Answer(500, b"", {}), {200})
    outcome = Outcome(attack, record, Measured(), 1.0, Latency(), ["the server ended"])
    text = report.section([outcome], [(attack, "needs root")], 900, 60.0)
    assert "1 failed" in text
    assert "a\\|b: the server ended" in text
    assert "SELECT &lt;1>: answered 500" in text
    assert "a|b: needs root" in text
    passed = report.section([Outcome(attack, Record(), Measured(), 1.0, Latency())], [], 900, 60.0)
    assert "All passed." in passed
    assert "Findings" not in passed
