from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.agent.run import run
from codeopt.agent.state import Case, Question, RunState, TargetDone, TargetState, TargetUpdate
from tests.agent.fakes import ScriptedJudge, ScriptedProposer, by_round, faster, make_services, make_target

STATES = (RunState, TargetState, TargetUpdate, TargetDone, Question, Case)


def values_of(state: type) -> st.SearchStrategy[object]:
    """Return a strategy for the values of a state; rounds are small numbers."""
    kinds = {name: st.integers(0, 1000) if kind is int else st.from_type(kind) for name, kind in get_type_hints(state).items()}
    return st.fixed_dictionaries(kinds)


@given(st.one_of([values_of(state) for state in STATES]))
def test_every_state_survives_the_strict_serializer_as_it_is(state: object) -> None:
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    strict = JsonPlusSerializer(allowed_msgpack_modules=None)
    kind, data = strict.dumps_typed(state)
    back = strict.loads_typed((kind, data))
    assert back == state
    assert repr(back) == repr(state)  # a tuple equals no list, but True equals 1


@pytest.mark.parametrize("state", STATES)
def test_channels_are_strings_numbers_and_lists_of_strings(state: type) -> None:
    for kind in get_type_hints(state).values():
        words = get_origin(kind) is Literal and all(isinstance(word, str) for word in get_args(kind))
        assert words or kind in (str, int, list[str])


def test_checkpoints_hold_keys_and_no_content(tmp_path: Path) -> None:
    content = "the text of a patch"
    services = make_services(ScriptedJudge({content: faster(2.0)}), ScriptedProposer(by_round([content])))
    run(services, [make_target()], run_id="r", checkpoints=tmp_path / "checkpoints.db", resume=False)
    (key,) = (candidate.key for candidate in services.store.candidates())
    kept = (tmp_path / "checkpoints.db").read_bytes()
    assert key.encode() in kept
    assert content.encode() not in kept
    assert b"2.0x as fast" not in kept


def test_checkpoints_have_a_database_of_their_own_in_which_runs_are_apart(tmp_path: Path) -> None:
    path = tmp_path / "checkpoints.db"
    for name in ("one", "two"):
        services = make_services(ScriptedJudge({}), ScriptedProposer(by_round(["a"])))
        run(services, [make_target()], run_id=name, checkpoints=path, resume=False)
    db = sqlite3.connect(path)
    assert {row[0] for row in db.execute("select distinct thread_id from checkpoints")} == {"one", "two"}
    db.close()
