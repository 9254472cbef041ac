"""Reports to print: one that found something, one that found nothing, and one full of hostile text."""

from __future__ import annotations

from codeopt.model.code import Span, Target, TargetName
from codeopt.model.evidence import Check, CheckKind, Comparison, Machine, Outcome, Verdict
from codeopt.model.oracle import Power, Survivor
from codeopt.model.patch import Candidate, Edit, Origin, Patch
from codeopt.model.report import CandidateReport, Combined, Cost, Report, RunInfo, Serving
from codeopt.model.work import Profile, ProfileRow, Workload, WorkloadKind

MACHINE = Machine(cpu="Example CPU @ 2.50GHz", cores=2, system="Linux 6.1", python="3.11.4")
WORKLOAD = Workload(kind=WorkloadKind.COMMAND, argv=("python", "bench.py", "--rows", "two words"))
SPAN = Span(start_byte=0, end_byte=60, start_line=3, end_line=6)

POWER = Power(made=2, killed=1, survivors=(Survivor(line=12, operator="boundary", before="<", after="<="),))

DIFF = """\
diff --git a/weblog/stats.py b/weblog/stats.py
--- a/weblog/stats.py
+++ b/weblog/stats.py
@@ -3,4 +3,4 @@
 def hits(lines):
     found = []
-    for line in lines:
-        if line not in found: found.append(line)
+    # A set finds a line at once; the list keeps their order, as callers of this function have always expected it to.
+    found = list(dict.fromkeys(lines))
"""

HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07\rFASTER \u202eevil\u2066 [bold red]x[/bold red] [/] :boom: | a | b `tick` ```\n"
    "## head\n<script>alert(1)</script> @team #1"
)
HOSTILE_PATH = "pkg/`|\x1b[31m\n[link=http://x]\udcff\x9b2J.py"


def target(path: str = "weblog/stats.py", qualname: str = "hits", share: float = 0.423) -> Target:
    return Target(name=TargetName(path=path, qualname=qualname), span=SPAN, source_sha="0" * 64, share=share)


def comparison(ratio: float = 2.31, low: float = 2.2, high: float = 2.45, rounds: int = 24) -> Comparison:
    new = 0.00052
    return Comparison(ratio=ratio, low=low, high=high, confidence=0.99, rounds=rounds, old_seconds=new * ratio, new_seconds=new)


def checks(detail: str = "12 recorded calls (of 40 made) give equal results") -> tuple[Check, ...]:
    return (
        Check(kind=CheckKind.PATCH, passed=True, detail="applies to a clean copy and compiles (weblog/stats.py)"),
        Check(kind=CheckKind.CALLS, passed=True, detail=detail),
        Check(kind=CheckKind.TESTS, passed=True, detail="the repository's tests: 31 passed, 1 skipped"),
        Check(kind=CheckKind.COVERAGE, passed=True, detail="all statements that the patch changes ran in compared calls"),
        Check(kind=CheckKind.ORACLE, passed=True, detail="1 of 2 mutants killed; survivors: line 12 (`<` for `<=`)", power=POWER),
        Check(kind=CheckKind.TIMING, passed=True, detail="2.31x [2.2, 2.45] at 99.0% on the function over 24 pairs of fresh processes"),
        Check(kind=CheckKind.WORKLOAD, passed=None, detail="the workload could not be timed", decisive=False),
    )


def faster(reason: str = "2.31x [2.2, 2.45] at 99.0% on the function over 24 pairs of fresh processes") -> Verdict:
    return Verdict(outcome=Outcome.FASTER, reason=reason, checks=checks(), comparison=comparison(), workload=comparison(1.3, 1.21, 1.4, 9))


def wrong(reason: str = "on input ([3, 1, 1]) expected it returned [3, 1], got: it returned [1, 3]") -> Verdict:
    check = Check(kind=CheckKind.CALLS, passed=False, detail=reason)
    return Verdict(outcome=Outcome.WRONG, reason=reason, checks=(check,))


def slower() -> Verdict:
    return Verdict(outcome=Outcome.SLOWER, reason="0.52x [0.5, 0.54] at 99.0% on the function", comparison=comparison(0.52, 0.5, 0.54))


MODEL = Origin(proposer="model", prompt="rewrite", prompt_version="3", model="coder-1.5b", seed=7, sample=2, parent="aaaaaaaaaaaaaaaa")
RULES = Origin(proposer="rules", prompt="dict-fromkeys", prompt_version="1")


def candidate(key: str, verdict: Verdict, *, origin: Origin = MODEL, diff: str = DIFF, on: Target | None = None) -> CandidateReport:
    return CandidateReport(key=key, target=on or target(), origin=origin, diff=diff, verdict=verdict)


def info(**changes) -> RunInfo:
    fields = {
        "run": "20260102-030405-ab12",
        "repository": "/srv/weblog",
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "dirty": True,
        "started": "2026-01-02T03:04:05+00:00",
        "command": ("optimize", "/srv/weblog", "--tests", "pytest -q", "--seed=5", "--budget", "90s"),
        "settings": '{"budget": 90.0, "seed": 5}',
    }
    return RunInfo(**(fields | changes))


def report(**changes) -> Report:
    useless = Verdict(outcome=Outcome.UNVERIFIABLE, reason="no usable patch: the answer holds no code")
    fields = {
        "info": info(),
        "finished": True,
        "workload": WORKLOAD,
        "machine": MACHINE,
        "sandbox": "docker",
        "isolated": True,
        "targets": (target(), target("weblog/parse.py", "Parser.fields", 0.21), target("weblog/io.py", "read", 0.05)),
        "candidates": (
            candidate("aaaaaaaaaaaaaaaa", faster(), origin=RULES),
            candidate("bbbbbbbbbbbbbbbb", wrong()),
            candidate("cccccccccccccccc", slower(), on=target("weblog/parse.py", "Parser.fields", 0.21)),
            candidate("dddddddddddddddd", useless, diff=""),
        ),
        "accepted": ("aaaaaaaaaaaaaaaa",),
        "cost": Cost(
            prompt_tokens=12345,
            completion_tokens=678,
            seconds=(("survey", 0.42), ("propose", 12.5), ("verify", 754.0)),
            serving=Serving(seconds=12.0, completion_tokens=678, prefix_hits=0.61, accepted=0.4),
        ),
        "tests": "31 passed, 1 skipped",
        "notes": ("model coder-1.5b at http://127.0.0.1:8000/v1",),
    }
    return Report(**(fields | changes))


def nothing() -> Report:
    return report(
        candidates=(),
        accepted=(),
        targets=(target(),),
        sandbox="local",
        isolated=False,
        tests="no tests",
        notes=(),
        finished=False,
        cost=Cost(),
    )


def together() -> Report:
    second = candidate("eeeeeeeeeeeeeeee", faster(), on=target("weblog/parse.py", "Parser.fields", 0.21))
    verdict = Verdict(outcome=Outcome.FASTER, reason="1.50x on both", checks=checks(), comparison=comparison(1.5, 1.4, 1.6, 9))
    both = Combined(verdict=verdict, diff=DIFF, workload=comparison(1.5, 1.4, 1.6, 9))
    whole = report()
    return report(candidates=(*whole.candidates, second), accepted=(*whole.accepted, second.key), combined=both)


def hostile(text: str = HOSTILE, path: str = HOSTILE_PATH) -> Report:
    bad = target(path, "f`|\u202e", 0.5)
    diff = f"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-{text}\n+````\n+\udcff\n"
    origin = Origin(proposer="model", prompt=text, prompt_version=text, model=text)
    rejected = candidate("2" * 16, wrong(text), origin=origin, diff=diff, on=bad)
    return report(
        info=info(run="r1", repository=f"/srv/{path}", command=()),
        workload=Workload(kind=WorkloadKind.COMMAND, argv=("python", text)),
        machine=Machine(cpu=text, cores=1, system=text, python=text),
        targets=(bad,),
        candidates=(candidate("1" * 16, faster(text), origin=origin, diff=diff, on=bad), rejected),
        accepted=("1" * 16,),
        tests=text,
        notes=(text,),
        cost=Cost(seconds=((text, 1.0),)),
    )


def profile() -> Profile:
    rows = (
        ProfileRow(name=target().name, own_s=1.5, total_s=2.1),
        ProfileRow(name=TargetName(path="weblog/parse.py", qualname="Parser.fields"), own_s=0.0004, total_s=1.05),
    )
    return Profile(total_s=5.0, samples=5000, rows=rows, edges=())


def live_candidate(path: str = "weblog/stats.py") -> Candidate:
    patch = Patch(edits=(Edit(path=path, start_byte=0, before=b"a", after=b"b"),))
    return Candidate(target=target(path), patch=patch, origin=MODEL)
