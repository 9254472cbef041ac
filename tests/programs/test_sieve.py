"""Calls that nobody made are tried in forks: what one of them does is not the end of the others."""

from __future__ import annotations

import os
import pickle
import time

from codeopt_inside.sieve import CHUNK, sieved

KEPT = []


def act(what):
    """Do what is asked for."""
    if what == "hang":
        while True:
            pass
    if what == "end":
        os._exit(3)
    if what == "grow":
        return bytes(1 << 30)
    if what == "keep":
        KEPT.append(bytes(12 << 20))
        return len(KEPT)
    if what == "leave":
        raise SystemExit(what)
    return 10 // what


def tried(*whats, each_s=0.3, all_s=20):
    return sieved(act, [pickle.dumps(((what,), {}), 4) for what in whats], each_s, all_s)


def outcomes(*whats, **limits):
    return [outcome for outcome, _ in tried(*whats, **limits)]


def test_each_call_says_how_it_ended():
    assert outcomes(5, 0, "x", "leave", 2) == ["returned", "raised ZeroDivisionError", "raised TypeError", "", "returned"]


def test_each_call_has_the_arcs_that_it_passed():
    (_, well), (_, badly) = tried(5, "leave")
    assert well
    assert badly
    assert well != badly


def test_a_call_that_hangs_or_ends_its_process_costs_no_other():
    numbers = [1] * (CHUNK - 2)
    whats = [*numbers, "hang", 2, "end", 0, *numbers, "end"]
    expected = {"hang": "", "end": "", 0: "raised ZeroDivisionError"}
    assert outcomes(*whats) == [expected.get(what, "returned") for what in whats]


def test_a_call_that_hangs_costs_about_its_own_time():
    start = time.monotonic()
    assert outcomes("hang", *[1] * 15, each_s=0.2) == ["", *["returned"] * 15]
    assert time.monotonic() - start < 2


def test_a_call_that_needs_too_much_memory_is_of_no_use():
    assert outcomes(3, "grow", 4) == ["returned", "", "returned"]


def test_calls_that_need_too_much_memory_together_are_tried_alone():
    assert outcomes(*["keep"] * CHUNK) == ["returned"] * CHUNK


def test_what_is_left_when_the_time_is_spent_is_not_tried():
    found = outcomes(*["hang"] * 6, *[1] * 40, each_s=0.1, all_s=0.3)
    assert len(found) == 46
    assert found[-1] == ""


def test_what_cannot_be_loaded_is_of_no_use():
    assert sieved(act, [b"nonsense", pickle.dumps(((1,), {}), 4)], 1, 5)[0] == ("", [])


def test_nothing_to_try_is_nothing():
    assert sieved(act, [], 1, 5) == []
