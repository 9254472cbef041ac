from __future__ import annotations

import json
from pprint import pformat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeopt.adapters.store.wire import wire
from codeopt.errors import StoreError
from codeopt.model.code import TargetName
from codeopt.model.evidence import Verdict
from codeopt.model.patch import Candidate, Edit, Patch
from tests.strategies import NOUNS, candidates, noun, verdicts


def test_all_nouns_are_tried():
    assert {Candidate, Verdict, Patch, TargetName} < set(NOUNS)
    assert len(NOUNS) > 25


@pytest.mark.parametrize("kind", NOUNS, ids=lambda kind: kind.__name__)
@settings(
    max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example], deadline=None
)
@given(data=st.data())
def test_every_noun_comes_back_as_it_was(kind, data):
    value = data.draw(noun(kind))
    again = wire(kind).unpack(wire(kind).pack(value))
    assert again == value
    # Sets are sorted here: two that are equal may be written in different orders.
    assert pformat(again, width=1) == pformat(value, width=1), "tuples must not come back as lists"


@given(st.binary(), st.binary())
def test_edits_hold_any_bytes(before, after):
    patch = Patch(edits=(Edit(path="a.py", start_byte=0, before=before, after=after),))
    assert wire(Patch).unpack(wire(Patch).pack(patch)) == patch


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(candidates())
def test_a_candidate_keeps_its_key(candidate):
    assert wire(Candidate).unpack(wire(Candidate).pack(candidate)).key == candidate.key


@settings(max_examples=30, deadline=None)
@given(verdicts())
def test_the_wire_format_is_json_in_ascii_or_utf_8(verdict):
    assert isinstance(json.loads(wire(Verdict).pack(verdict).decode()), list)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"[1]", b"[{}]", b'[{"outcome": "GREAT", "reason": ""}]', b"\xff", b"null"])
def test_what_is_no_noun_is_refused_in_one_line(data):
    with pytest.raises(StoreError, match="stored Verdict cannot be read") as caught:
        wire(Verdict).unpack(data)
    assert "\n" not in str(caught.value)


def test_a_verdict_that_could_not_be_built_cannot_be_read_either():
    with pytest.raises(StoreError, match="FASTER needs a comparison"):
        wire(Verdict).unpack(b'[{"outcome": "FASTER", "reason": "trust me"}]')


def test_text_that_is_no_unicode_is_refused_in_one_line():
    with pytest.raises(StoreError, match="TargetName cannot be stored") as caught:
        wire(TargetName).pack(TargetName(path="\udcff.py", qualname="f"))
    assert "\n" not in str(caught.value)
