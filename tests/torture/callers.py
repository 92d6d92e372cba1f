"""A process of honest clients: each asks one question after another, compares every answer, and says what it saw.

    python -m tests.torture.callers QUESTIONS.json RESULT.json     # QUESTIONS has address, seconds, clients, tokens …

Law: standard library only. A client that gets 503 waits as long as Retry-After says.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.torture.wire import steady

SPEC = {"description": "of a load", "filters": {"collection_id": ["rider_pilot"]}}
COLUMNS = "Patient_ID=True&page_size=500"
MOST_WRONG = 20
LONGEST_PAUSE = 10.0


class Client:
    """One client with a user of its own, on a connection that is kept."""

    def __init__(self, asked: dict[str, Any], number: int) -> None:
        self.asked, self.number = asked, number
        self.draw = random.Random(f"{asked['seed']} {number}")
        self.token = asked["tokens"][number]
        self.connection: http.client.HTTPConnection | None = None
        self.statuses: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.wrong: list[str] = []
        self.saved: dict[int, str] = {}
        self.until = time.monotonic() + asked["seconds"]

    def run(self) -> None:
        """Ask until the time is over; then what is saved must be what is listed."""
        questions, weights = self.asked["questions"], [one["weight"] for one in self.asked["questions"]]
        while time.monotonic() < self.until:
            if self.draw.random() < 0.08:
                self.cohort()
            else:
                one = self.draw.choices(questions, weights)[0]
                self.ask(one["method"], one["path"], one["content"], one["status"], one["right"])
        listed = self.call("GET", "/v1/cohorts", None)
        if listed is not None:
            found = {one["cohort_id"]: one["name"] for one in json.loads(listed[1])["cohorts"]}
            self.same("GET /v1/cohorts", json.dumps(found, sort_keys=True), json.dumps(self.saved, sort_keys=True))
        if self.connection:
            self.connection.close()

    def ask(self, method: str, path: str, content: Any, status: int, right: str) -> None:
        """One question whose answer is known."""
        answer = self.call(method, path, content)
        if answer is None:
            return
        self.same(f"{method} {path} {json.dumps(content)}", str(answer[0]), str(status))
        self.same(f"{method} {path} {json.dumps(content)}", steady(answer[1]), right)

    def cohort(self) -> None:
        """Save a cohort, read it back, and delete it half the time."""
        name = f"client {self.number} cohort {self.draw.random()}"
        answer = self.call("POST", "/v1/cohorts", {"name": name, **SPEC})
        if answer is None:
            return
        if answer[0] != 200:
            self.same("POST /v1/cohorts", f"{answer[0]} {answer[1]}", "200")
            return
        saved = json.loads(answer[1])["cohort_properties"]
        number = saved["cohort_id"]
        self.same("POST /v1/cohorts", saved["name"], name)
        if number in self.saved:
            self.same("POST /v1/cohorts", f"number {number} twice", "numbers that differ")
        self.saved[number] = name
        answer = self.call("GET", f"/v1/cohorts/{number}/manifest?{COLUMNS}", None)
        if answer is not None:
            rows = [row["Patient_ID"] for row in json.loads(answer[1])["manifest"]["json_manifest"]]
            self.same(f"GET /v1/cohorts/{number}/manifest", json.dumps(rows), json.dumps(self.asked["patients"]))
        if self.draw.random() < 0.6:
            answer = self.call("DELETE", f"/v1/cohorts/{number}", None)
            if answer is not None:
                self.same(f"DELETE /v1/cohorts/{number}", str(answer[0]), "200")
                del self.saved[number]

    def same(self, given: str, found: str, right: str) -> None:
        """Keep what differs."""
        if found != right and len(self.wrong) < MOST_WRONG:
            at = next(
                (i for i, (a, b) in enumerate(zip(found, right, strict=False)) if a != b), min(len(found), len(right))
            )
            self.wrong.append(
                f"{given[:200]}: {found[max(0, at - 60) : at + 60]!r} "
                f"where {right[max(0, at - 60) : at + 60]!r} is right"
            )

    def call(self, method: str, path: str, content: Any) -> tuple[int, str] | None:
        """The answer; None if there was none, or it was 503."""
        body = None if content is None else json.dumps(content)
        head = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        for fresh in (self.connection is None, True):
            began = time.monotonic()
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection(*self.asked["address"], timeout=100)
                self.connection.request(method, path, body, head)
                response = self.connection.getresponse()
                text = response.read().decode("utf-8", "replace")
            except (OSError, http.client.HTTPException) as error:
                if self.connection:
                    self.connection.close()
                self.connection = None
                if fresh:  # a kept connection may be closed at any time; a fresh one may not
                    self.statuses["no answer"] += 1
                    self.same(f"{method} {path}", f"no answer: {type(error).__name__} {error}", "an answer")
                    return None
                continue
            self.statuses[str(response.status)] += 1
            if response.status == 503:
                pause = response.getheader("Retry-After")
                if pause is None:
                    self.same(f"{method} {path}", f"503 without Retry-After: {text}", "an answer")
                with contextlib.suppress(TypeError, ValueError):
                    time.sleep(min(float(pause or 1), LONGEST_PAUSE))
                return None
            self.seconds.append(time.monotonic() - began)
            return response.status, text
        return None


def main() -> int:
    """Run the clients that were asked for and write what they saw."""
    asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    clients = [Client(asked, number) for number in range(len(asked["tokens"]))]
    threads = [threading.Thread(target=client.run) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses: Counter[str] = sum((client.statuses for client in clients), Counter())
    result = {
        "statuses": statuses,
        "seconds": [round(one, 5) for client in clients for one in client.seconds],
        "wrong": [one for client in clients for one in client.wrong],
    }
    Path(sys.argv[2]).write_text(json.dumps(result), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
