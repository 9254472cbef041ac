"""A host with one repository, the bot's duties on it, and errands that come to what a test says, without a sandbox."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from codeopt.adapters.fake_forge import FakeForge
from codeopt.adapters.fake_host import FakeHost
from codeopt.adapters.fake_origin import Origin
from codeopt.adapters.git import open_repository, snapshot
from codeopt.adapters.store.runs import create_run, hold
from codeopt.adapters.store.sqlite import SqliteStore
from codeopt.app.reporting import build_report, keep_facts
from codeopt.app.shipping import Shipping
from codeopt.app.verify import Verification
from codeopt.bot.duties import Duties
from codeopt.bot.errands import Answer
from codeopt.model.bot import Delivery, Job, JobKind, JobOrigin
from codeopt.model.code import Target, TargetName
from codeopt.model.errand import Errand, ErrandKind
from codeopt.model.evidence import Verdict
from codeopt.model.forge import Permission
from codeopt.model.patch import Candidate, Patch
from codeopt.model.report import Facts, RunInfo
from codeopt.patching.versions import patch_between
from codeopt.syntax.parse import parse_file
from tests.report.samples import MACHINE, RULES, WORKLOAD, faster

__all__ = ["FAST", "NAME", "SLOW", "Errand", "Stage", "Staged", "candidate_on", "optimized", "verified"]

NAME = "acme/widgets"
HOUR_S = 3600.0
SLOW = '''"""A slow thing."""


def dedupe(items):
    """Return the items without repeats."""
    seen = []
    for item in items:
        if item not in seen:
            seen.append(item)
    return seen


def total(items):
    """Return the sum."""
    result = 0
    for item in items:
        result += item
    return result
'''
FAST = SLOW.replace(
    "    seen = []\n    for item in items:\n        if item not in seen:\n            seen.append(item)\n    return seen\n",
    "    return list(dict.fromkeys(items))\n",
)
SUMMED = SLOW.replace("    result = 0\n    for item in items:\n        result += item\n    return result\n", "    return sum(items)\n")
AFTER = {"dedupe": FAST, "total": SUMMED}


@dataclass
class Staged:
    """Errands that end as they are told, in order of their kinds; `asked` are those that came."""

    ends: dict[ErrandKind, Callable[[Errand], Answer]] = field(default_factory=dict)
    asked: list[Errand] = field(default_factory=list)

    async def run(self, errand: Errand) -> Answer:
        self.asked.append(errand)
        return await anyio.to_thread.run_sync(self.ends[errand.kind], errand)


class Stage:
    """A host, a repository on it, and the duties. `ada` may write, `eve` may not."""

    def __init__(self, folder: Path, **files: str) -> None:
        self.host = FakeHost(folder / "host")
        self.forge = FakeForge(self.host)
        self.origin: Origin = self.host.add_repository(NAME, {"slow.py": SLOW, "bench.py": "import slow\n"} | files)
        self.host.permit(NAME, "ada", Permission.WRITE)
        self.host.permit(NAME, "eve", Permission.READ)
        self.errands = Staged({ErrandKind.OPTIMIZE: optimized("dedupe")})
        self.work = folder / "work"
        self.duties = Duties(self.forge, self.errands, work=self.work, attempts=3, now_s=lambda: self.host.now_s)
        self.issue = self.host.add_issue(NAME)

    def push(self, files: dict[str, str], message: str = "change") -> str:
        return self.origin.commit(files, message=message)

    def commanded(self, kind: JobKind, *arguments: str, by: str = "ada", number: int = 0, attempts: int = 1, text: str = "") -> Job:
        """Return the job of a comment that somebody writes."""
        where = number or self.issue
        comment = self.host.add_comment(NAME, where, author=by, body=text or f"/codeopt {kind}")
        return self.job(kind, JobOrigin.COMMENT, *arguments, by=by, number=where, comment=comment, attempts=attempts)

    def job(self, kind: JobKind, origin: JobOrigin, *arguments: str, by: str = "", **more: object) -> Job:
        count = self.host.number()
        values = {"attempts": 1, **more}
        return Job(
            id=f"{count:032x}", repository=NAME, installation=1, kind=kind, origin=origin, asked_by=by, arguments=arguments, **values
        )

    def does(self, job: Job) -> str:
        """Do a job, and return its effect; no clone is left behind."""
        effect = anyio.run(self.duties.handle, job, _delivery())
        assert not self.work.exists() or not list(self.work.iterdir())
        return effect

    def pulls(self) -> list:
        return list(self.host.pull_requests(NAME))

    def said(self, number: int = 0) -> list[str]:
        """Return what the bot's comments on an issue say."""
        return [each.body for each in self.host.comments(NAME, number or self.issue) if each.key]


def optimized(*functions: str, verdict: Callable[[], Verdict] = faster, path: str = "slow.py") -> Callable[[Errand], Answer]:
    """Return a run that accepts a patch to each of these functions, kept in the clone as `optimize` keeps its runs."""

    def run(errand: Errand) -> Answer:
        repository = open_repository(Path(errand.clone))
        folder = create_run(repository.root)
        with hold(folder), SqliteStore(folder) as store:
            info = RunInfo(
                run=folder.name, repository=errand.clone, commit=repository.commit, dirty=False, started="", command=(), settings="{}"
            )
            store.start(info)
            snapshot(repository, folder / "tree")
            targets = []
            for function in functions:
                candidate = candidate_on((folder / "tree" / path).read_text(), function, path)
                targets.append(candidate.target)
                store.put_candidate(candidate)
                store.put_verdict(candidate.key, "full", verdict())
            keep_facts(store, Facts(workload=WORKLOAD, machine=MACHINE, sandbox="docker", isolated=True, tests="2 passed", finished=True))
            return Answer(optimized=build_report(store, Shipping(folder / "tree", folder / "scratch"), targets=targets))

    return run


def candidate_on(source: str, function: str, path: str = "slow.py") -> Candidate:
    """Return the patch to a function of a source, made from what it looks like in `AFTER`."""
    found = next(each for each in parse_file(path, source.encode()).functions if each.name.qualname == function)
    new = next(each for each in parse_file(path, AFTER[function].encode()).functions if each.name.qualname == function)
    body = AFTER[function].encode()[new.span.start_byte : new.span.end_byte]
    after = source.encode()[: found.span.start_byte] + body + source.encode()[found.span.end_byte :]
    target = Target(name=TargetName(path=path, qualname=function), span=found.span, source_sha=found.source_sha, share=0.4)
    patch: Patch = patch_between(path, source.encode(), after)
    return Candidate(target=target, patch=patch, origin=RULES)


def verified(verdict: Verdict, seen: list[str] | None = None) -> Callable[[Errand], Answer]:
    """Return a verification that comes to a verdict; `seen` gets what the judged file held."""

    def run(errand: Errand) -> Answer:
        if seen is not None:
            seen.append((Path(errand.clone) / "slow.py").read_text())
        shutil.rmtree(Path(errand.clone) / ".codeopt", ignore_errors=True)
        name = TargetName(path="slow.py", qualname="dedupe")
        found = Verification(verdict=verdict, target=name, workload=WORKLOAD, machine=MACHINE, sandbox="docker", diff=errand.patch.decode())
        return Answer(verified=found)

    return run


def _delivery() -> Delivery:
    return Delivery(
        id="guid", event="issue_comment", action="created", content_key="key", repository=NAME, installation=1, received_s=0.0, payload=b""
    )
