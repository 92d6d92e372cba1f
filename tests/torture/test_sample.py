"""A sample of the attacks on the stand-in, the strongest of them (`make torture-standin` runs all).

Law: the rules are those of the attacks; bounds on time are as wide as they become on the busiest machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.torture import bounds, report
from tests.torture.attack import Attack, Environment, carry_out
from tests.torture.attacks import bodies, growth, kills, load, requests, sql, tokens, users
from tests.torture.server import archive
from tests.torture.statements.catalogue import placed
from tests.torture.statements.kind import Kind, Statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.torture.record import Record

#: One of each kind that once ended the server, blocked it, or took all memory; each takes seconds at most.
STRONGEST = [
    Statement("SELECT json_transform('1', repeat('[', 30000) || '\"INT\"' || repeat(']', 30000))"),
    Statement("SELECT from_json_strict('1', repeat('{\"a\":', 30000) || '\"INT\"' || repeat('}', 30000))"),
    Statement("SELECT " + " ".join(f"$t{i}$" for i in range(3_000))),
    Statement("SELECT " + "/*" * 20_000),
    Statement("SELECT 1=1" + " OR 1=2" * 20_000),
    Statement("SELECT " + "NOT " * 20_000 + "true"),
    Statement("SELECT len(range(600000000))"),
    Statement("SELECT len(repeat('x', 4000000000))"),
    Statement("SELECT len(list_transform(range(10000), lambda x: repeat('x', 1000000)))"),
    Statement("SELECT range(100000) FROM range(10000)"),
    Statement("SELECT repeat(chr(1), 1000000) FROM range(1000)", max_rows=10_000),
    Statement("SELECT * FROM read_blob('{cache}/*')", refused=True),
    Statement("SELECT content FROM read_text('{state}/canary.csv')", refused=True),
    Statement("FROM '/etc/passwd'", refused=True),
    Statement("SELECT * FROM duckdb_settings()"),
    Statement("SELECT * FROM duckdb_databases()"),
    Statement("SELECT current_setting('secret_directory')"),
    Statement("SELECT getenv('TORTURE_SECRET')"),
    Statement("SELECT 1; ATTACH '{loot}/a.duckdb'", refused=True),
    Statement("SELECT * FROM query('COPY index TO ''{loot}/a.csv''')", refused=True),
    Statement("SELECT 1) AS answer; SELECT * FROM (SELECT 2", refused=True),
    Statement("SELECT 1) AS answer CROSS JOIN (SELECT 2", refused=True),
    Statement("SELECT 1) AS a, (SELECT 2", refused=True),
    Statement("SELECT '--' || $$/*;*/$$ || E'\\'' AS a -- ;", rows=[{"a": "--/*;*/'"}]),
]


def _statements(env: Environment, record: Record) -> None:
    folders = env.server.folders
    places = {"cache": str(folders.cache), "state": str(folders.state), "loot": str(folders.loot)}
    sql.carry(placed(Kind("the strongest", "all that the kinds try", STRONGEST), places), env, record)


def _load(env: Environment, record: Record) -> None:
    load.mixed_calls(env, record, clients=16, seconds=6.0, growth=3.0)  # too short to be warm


def _growth(env: Environment, record: Record) -> None:
    growth.distinct(env, record, first=200, last=600, growth=1.5)


def _saves(env: Environment, record: Record) -> None:
    kills.saves(env, record, rounds=1)


SAMPLE = [
    *tokens.attacks(),
    *users.attacks(),
    *requests.attacks(),
    *(one for one in bodies.attacks() if one.name == "nested bodies"),
    Attack("the strongest statements", "hostile statements", "do what each kind of them tries", _statements),
    Attack("a few mixed calls", "load", "find a wrong answer", _load),
    Attack("distinct questions", "growth", "fill caches", _growth),
    Attack("kill -9 during saves, once", "kills", "lose a save that was acknowledged", _saves, own=True),
]


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """A server in a folder of its own, and what measures it."""
    one = Environment(archive(), tmp_path_factory.mktemp("torture"))
    yield one
    one.close()


@pytest.mark.parametrize("attack", SAMPLE, ids=lambda attack: attack.name)
def test_the_standin_holds_under(attack: Attack, env: Environment) -> None:
    if reason := attack.missing():
        pytest.skip(reason)
    outcome = carry_out(attack, env, least_noise=bounds.MOST_NOISE)
    assert outcome.record.calls > 10
    assert report.findings(outcome) == []
