"""Says what calls that were not planned here break of what recorded calls have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codeopt.inputs.edge import Edge, tag_of
from codeopt.inputs.relations import relations_of
from codeopt.inputs.signature import Signature
from codeopt.inputs.sketch import Call, read_calls
from codeopt.inputs.slots import slots_of

__all__ = ["breaks_of"]


def breaks_of(recorded: Sequence[object], others: Sequence[object], signature: Signature) -> Mapping[int, str]:
    """Return by the numbers of the other sketches what each breaks, empty where it breaks nothing; what is no sketch is left out."""
    calls = read_calls(recorded)
    relations = relations_of(calls)
    found = {}
    for other in read_calls(others):
        broken = set(relations.broken(other.arguments, frozenset(other.arguments)))
        found[other.number] = tag_of(broken | _lost(calls, other, signature))
    return found


def _lost(calls: Sequence[Call], other: Call, signature: Signature) -> set[str]:
    """Return the properties that hold in all calls, and no longer when the other joins them; types that did not occur among them."""
    lost = set[str]()
    joined = {slot.pattern: slot for slot in slots_of([*calls, other], signature)}
    own = {slot.pattern: slot for slot in slots_of([other], signature)}
    for slot in slots_of(calls, signature):
        if slot.pattern in joined:
            lost |= slot.holds - joined[slot.pattern].holds - ({"none"} if slot.takes_none else set())
        for node in own[slot.pattern].nodes if slot.pattern in own else ():
            lost |= slot.broken(Edge(name="", recipe=(), kind=node.type))
    return lost
