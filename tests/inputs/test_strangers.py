"""What calls that others made break of what recorded calls have in common."""

from __future__ import annotations

import json
import pickle

import pytest
from codeopt_inside.sketch import sketches

from codeopt.inputs.signature import Signature, signature_of
from codeopt.inputs.strangers import breaks_of


def sketched(*calls):
    return json.loads(json.dumps(sketches([pickle.dumps(call, 4) for call in calls], 100)))


def call(*arguments, **keywords):
    return arguments, keywords


def broken(recorded, other, source=b""):
    signature = signature_of(source, "f", 0) if source else Signature()
    return breaks_of(sketched(*recorded), sketched(other), signature)[0]


SORTED = [call([1, 2, 5], 2), call([3, 4, 9], 7), call([0, 1], 1), call([4, 7, 8, 9], 9)]


@pytest.mark.parametrize(
    ("recorded", "other", "breaks"),
    [
        (SORTED, call([2, 3], 8), ""),
        (SORTED, call([], 8), ""),
        (SORTED, call([3, 2], 8), "sorted"),
        (SORTED, call([2, 2], 8), "unique"),
        (SORTED, call([2, 3], -1), "sign"),
        (SORTED, call([2, 3], 1 << 40), "magnitude"),
        (SORTED, call([2, 3], "x"), "type"),
        (SORTED, call([2, 3], None), "none"),
        ([call(1.5), call(2.5)], call(float("nan")), "finite"),
        ([call("a"), call("b")], call("\u00e4"), "ascii"),
        ([call([1, 2], [3, 4]), call([1], [2]), call([5, 6, 7], [8, 9, 1])], call([1, 2], [3]), "lengths"),
        ([call((1, 2)), call((3, 4))], call((1, 2, 3)), "shape"),
        ([call(1, limit=2), call(5, limit=7)], call(3, limit=4), ""),
        ([call(1), call(5)], call(3, limit=4), ""),
    ],
)
def test_it_is_said_what_a_call_breaks(recorded, other, breaks):
    assert broken(recorded, other) == breaks


def test_none_breaks_nothing_where_the_annotation_allows_it():
    recorded = [call(1), call(2)]
    assert broken(recorded, call(None), b"def f(x: int | None): pass\n") == ""
    assert broken(recorded, call(None), b"def f(x: int): pass\n") == "none"


def test_what_is_no_sketch_is_left_out():
    assert breaks_of(sketched(*SORTED), ["no sketch", None], Signature()) == {}
