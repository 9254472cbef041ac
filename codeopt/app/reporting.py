"""Rebuilds the report of a run from its store, finished or not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from codeopt.adapters.store.runs import find_run
from codeopt.adapters.store.sqlite import SqliteStore
from codeopt.adapters.store.wire import wire
from codeopt.agent.summary import accepted, candidate_reports, tokens
from codeopt.app.combine import combined
from codeopt.app.shipping import Shipping
from codeopt.errors import StoreError, UsageError
from codeopt.model.code import Target
from codeopt.model.report import Cost, Facts, Report
from codeopt.ports import Store
from codeopt.report.prose import accepted_of

__all__ = ["build_report", "explanations", "keep_facts", "known_facts", "report_of", "stored_settings", "write_patches"]

FACTS = "facts"


def keep_facts(store: Store, facts: Facts) -> None:
    """Keep what a report needs besides candidates and verdicts; the last ones win."""
    store.put_value(FACTS, wire(Facts).pack(facts))


def known_facts(store: Store) -> Facts | None:
    """Return what `keep_facts` kept."""
    known = store.value(FACTS)
    return wire(Facts).unpack(known) if known is not None else None


def build_report(store: Store, shipping: Shipping, *, targets: Sequence[Target]) -> Report:
    """Return the report of a run as far as it went.

    Raises:
        UsageError: the run ended before anything could be said.
    """
    info, facts = store.info(), known_facts(store)
    if facts is None:
        raise UsageError(f"run {info.run} ended before its first measurement: go on with `codeopt optimize --resume {info.run}`")
    candidates = candidate_reports(store, shipping.diff)
    prompt, completion = tokens(store)
    return Report(
        info=info,
        finished=facts.finished,
        workload=facts.workload,
        machine=facts.machine,
        sandbox=facts.sandbox,
        isolated=facts.isolated,
        targets=tuple(targets),
        candidates=candidates,
        accepted=accepted(candidates),
        cost=Cost(prompt_tokens=prompt, completion_tokens=completion, seconds=facts.seconds, serving=facts.serving),
        tests=facts.tests,
        notes=facts.notes,
        combined=combined(store),
    )


def report_of(repo: Path, run: str) -> Report:
    """Return the report of an earlier run in this repository.

    Raises:
        UsageError: there is no such run.
    """
    folder = find_run(repo.resolve(), run)
    with SqliteStore(folder, read_only=True) as store:
        known = store.value("survey/targets")
        targets = wire(tuple[Target, ...]).unpack(known) if known is not None else ()
        return build_report(store, Shipping(folder / "tree", folder / "scratch"), targets=targets)


def explanations(report: Report) -> dict[str, str]:
    """Say by key what each accepted patch of codeopt's rules does; a model's own words are not proven, and are left out."""
    from codeopt.rules.catalogue import RULES

    summaries = {rule.name: rule.summary for rule in RULES}
    told = {}
    for one in accepted_of(report):
        names = one.origin.prompt.split("+") if one.origin.proposer == "rules" else []
        told[one.key] = "; ".join(summaries[name] for name in names if name in summaries)
    return told


def stored_settings(repo: Path, run: str) -> str:
    """Return the settings that a run was begun with, as JSON.

    Raises:
        UsageError: there is no such run.
    """
    with SqliteStore(find_run(repo.resolve(), run), read_only=True) as store:
        return store.info().settings


def write_patches(report: Report, folder: Path) -> None:
    """Write every candidate's diff to `patches/KEY.diff` in the run's folder.

    Raises:
        StoreError: the folder cannot be written.
    """
    patches = folder / "patches"
    try:
        patches.mkdir(exist_ok=True)
        for candidate in report.candidates:
            if candidate.diff:
                (patches / f"{candidate.key}.diff").write_bytes(candidate.diff.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise StoreError(f"cannot write {patches} ({error.strerror}): free some space, or fix its permissions") from error
