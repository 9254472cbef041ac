"""Knows how rules become proposals: one for each rule that applies, and one that applies them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from codeopt.errors import PatchError
from codeopt.model.code import Function, Span
from codeopt.model.patch import Origin, Patch
from codeopt.model.proposal import Proposal, ProposalRequest
from codeopt.patching.additions import Additions
from codeopt.patching.gate import compile_problem
from codeopt.patching.place import placed
from codeopt.patching.splice import encoded
from codeopt.patching.versions import patch_between
from codeopt.rules.catalogue import RULES
from codeopt.rules.rule import Rule
from codeopt.rules.view import View, view_of

__all__ = ["RulesProposer", "rewritten", "view_in"]


class RulesProposer:
    """Proposes what the rules of the catalogue make of a function; needs no model and no endpoint."""

    def __init__(self, rules: Sequence[Rule] = RULES) -> None:
        """Choose the rules."""
        self._rules = tuple(rules)

    @property
    def name(self) -> str:
        """`rules`."""
        return "rules"

    @property
    def busy_here(self) -> bool:
        """False: the rules take milliseconds."""
        return False

    async def propose(self, request: ProposalRequest) -> Sequence[Proposal]:
        """Return a proposal for each rule that applies, then one of all of them; nothing once there were attempts.

        A file that cannot be read gives none.
        """
        if request.attempts:
            return ()
        path, source = request.files[0]
        try:
            view = view_in(source, request.function)
        except PatchError:
            return ()
        applied = [(rule, made[0]) for rule in self._rules if (made := rewritten(rule, source, request.function, view=view))]
        proposals = [_proposal(path, source, after, prompt=rule.name, version=str(rule.version)) for rule, after in applied]
        if len(applied) > 1:
            rules = [rule for rule, _ in applied]
            names = "+".join(rule.name for rule in rules)
            versions = "+".join(str(rule.version) for rule in rules)
            proposals.append(_proposal(path, source, _all_of(rules, source, request.function), prompt=names, version=versions))
        return _distinct(proposals)


def view_in(source: bytes, function: Function) -> View:
    """Return what the rules see of a function of a file.

    Raises:
        PatchError: the file cannot be read, or holds no such function at its span.
    """
    return view_of(source, function.span, path=function.name.path, name=function.name.qualname.rpartition(".")[2])


def rewritten(rule: Rule, source: bytes, function: Function, *, view: View) -> tuple[bytes, Function] | None:
    """Return the file after a rule, and the function where it then stands; None where the rule does not apply."""
    path, span = function.name.path, function.span
    try:
        rewrite = rule.rewrite(view)
    except (cst.CSTValidationError, cst.ParserSyntaxError, RecursionError):
        return None  # an expression that cannot stand where the rule puts it
    if rewrite is None:
        return None
    text = rewrite.module.code.removeprefix(view.prefix).rstrip("\n")
    missing = tuple(item for item in rewrite.imports if item not in view.facts.imports)
    try:
        after = placed(source, span, path=path, text=text, additions=Additions(imports=missing, helpers=rewrite.constants))
    except PatchError:
        return None  # the file's encoding has no room for it
    if compile_problem(path, after) is not None:
        return None
    end = len(after) - (len(source) - span.end_byte)
    start = end - len(encoded(text, source, path))
    lines = {"start_line": after.count(b"\n", 0, start) + 1, "end_line": after.count(b"\n", 0, end) + 1}
    return after, replace(function, span=Span(start_byte=start, end_byte=end, **lines))


def _all_of(rules: Sequence[Rule], source: bytes, function: Function) -> bytes:
    for rule in rules:
        source, function = rewritten(rule, source, function, view=view_in(source, function)) or (source, function)
    return source


def _proposal(path: str, source: bytes, after: bytes, *, prompt: str, version: str) -> Proposal:
    patch = patch_between(path, source, after)
    return Proposal(origin=Origin(proposer="rules", prompt=prompt, prompt_version=version), patch=patch)


def _distinct(proposals: Sequence[Proposal]) -> list[Proposal]:
    seen: dict[Patch, Proposal] = {}
    for proposal in proposals:
        if proposal.patch is not None and proposal.patch.edits:
            seen.setdefault(proposal.patch, proposal)
    return list(seen.values())
