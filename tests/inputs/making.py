"""From recorded calls to the calls that are made of them, as the host and the original's side do it together."""

from __future__ import annotations

import dataclasses
import json
import pickle
from typing import NamedTuple

from codeopt_inside import byvalue
from codeopt_inside.build import built
from codeopt_inside.sketch import sketches

from codeopt.inputs.plans import plans
from codeopt.inputs.signature import Signature, signature_of
from codeopt.model.plan import Plan

EVERYTHING = 300


class Made(NamedTuple):
    plan: Plan
    args: tuple
    kwargs: dict


def pickled(calls):
    return [byvalue.dumps(call) for call in calls]


def sketched(calls, limit=200):
    """Return the sketches of (arguments, keywords), past the wire."""
    return json.loads(json.dumps(sketches(pickled(calls), limit)))


def planned(calls, source=b"", *, most=EVERYTHING, seed="s", unwanted=frozenset()):
    signature = signature_of(source, "f", 0) if source else Signature()
    return plans(sketched(calls), signature, most=most, seed=seed, unwanted=unwanted)


def made(calls, source=b"", *, most=EVERYTHING, seed="s"):
    """Return every call that is made."""
    found = planned(calls, source, most=most, seed=seed)
    wire = json.loads(json.dumps([dataclasses.asdict(plan) for plan in found]))
    return [Made(found[number], *pickle.loads(data)) for number, data in built(pickled(calls), wire)]


def firsts(*values, source=b"", breaks=None, most=EVERYTHING):
    """Return the first arguments of the calls that are made of calls with one argument, those that break something if so named."""
    lot = made([((value,), {}) for value in values], source, most=most)
    return [call.args[0] for call in lot if call.args and (breaks is None or call.plan.breaks == breaks)]
