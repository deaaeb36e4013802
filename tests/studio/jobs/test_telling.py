"""What others are told goes out together, and again where it did not get through."""

import sqlite3
import threading

from audiopod_mcp.studio.jobs.telling import Teller


def test_what_comes_up_while_something_is_told_is_told_together_and_once():
    sent, begun, go_on = [], threading.Event(), threading.Event()

    def send(lines):
        sent.append(list(lines))
        begun.set()
        assert go_on.wait(10)

    teller = Teller(send)
    teller.tell([("changed", "jobs 1")])
    assert begun.wait(10)
    for _ in range(2):
        for number in range(1, 100):
            teller.tell([("changed", f"jobs {number}"), ("put", "local jobs")])
    go_on.set()
    teller.close()
    first, second = sent
    assert first == [("changed", "jobs 1")]
    assert sorted(second) == sorted(
        {("changed", f"jobs {n}") for n in range(1, 100)} | {("put", "local jobs")}
    )


def test_what_did_not_get_through_is_told_again(monkeypatch):
    monkeypatch.setattr("audiopod_mcp.studio.jobs.telling._PAUSE", 0.01)
    sent, told = [], threading.Event()

    def send(lines):
        sent.append(list(lines))
        if len(sent) < 3:
            raise sqlite3.OperationalError("away")
        told.set()

    teller = Teller(send)
    teller.tell([("changed", "jobs 1")])
    assert told.wait(10)
    assert sent == [[("changed", "jobs 1")]] * 3
    teller.close()
