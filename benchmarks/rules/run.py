"""Measures what each rule pays: `python benchmarks/rules/run.py [RULE ...]`.

For each rule and size, the function before and after the rule runs in two fresh processes side by side. The batches alternate in the
order old, new, new, old, so that drift of the machine cancels; the figure is the median over such quads of old CPU time over new CPU
time, with its interval. 2.0 is twice as fast. Exit status 1 when a rule does not pay at least 5% at its largest size. The rules for torch
are skipped where torch is not installed.
"""

from __future__ import annotations

import ast
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from cases import CASES, Case
from frame_cases import FRAME_CASES
from torch_cases import TORCH_CASES

from codeopt.model.code import Span
from codeopt.rules.catalogue import RULES
from codeopt.rules.rule import Rule
from codeopt.rules.view import view_of

QUADS = 9
BATCH_S = 0.01
LEAST = 1.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A process that runs one version of a function in batches."""

    process: subprocess.Popen[str]

    def seconds(self, count: int) -> float:
        """Return the CPU seconds of `count` calls together."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("the process has no pipes")
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def main(names: list[str]) -> int:
    """Measure the rules of these names, or all, and print a line for each size."""
    rules = {rule.name: rule for rule in RULES}
    known = (*CASES, *FRAME_CASES, *TORCH_CASES)
    cases = [case for case in known if not names or case.rule in names]
    slow: list[str] = []
    print(f"{'rule':18} {'n':>6}  old/new")
    for case in cases:
        if case in TORCH_CASES and find_spec("torch") is None:
            print(f"{case.rule:18} skipped: torch is not installed")
            continue
        after = changed(rules[case.rule], case.source)
        for size in case.sizes:
            low, ratio, high = measure(case, after, size)
            print(f"{case.rule:18} {size:6}  {ratio:7.2f} ({low:.2f} to {high:.2f})", flush=True)
        if ratio < LEAST:
            slow.append(case.rule)
    for rule in sorted(set(rules) - {case.rule for case in known}):
        print(f"{rule}: no case")
    if slow:
        print(f"below {LEAST}: {', '.join(slow)}")
    return 1 if slow else 0


def changed(rule: Rule, source: str) -> str:
    """Return a source after a rule: constants and imports first, which is enough to run it."""
    data, module = source.encode(), ast.parse(source)
    node = next(node for node in ast.walk(module) if isinstance(node, ast.FunctionDef) and node.name == "f")
    home = next(line.lineno for line in module.body if line.lineno <= node.lineno <= (line.end_lineno or 0))
    lines = data.splitlines(keepends=True)
    start, place = data.index(b"def f("), sum(map(len, lines[: home - 1]))
    end = sum(map(len, lines[: node.end_lineno])) - len(b"\n")
    span = Span(start_byte=start, end_byte=end, start_line=node.lineno, end_line=node.end_lineno or node.lineno)
    view = view_of(data, span, path="case.py", name="f")
    rewrite = rule.rewrite(view)
    if rewrite is None:
        raise SystemExit(f"{rule.name} does not apply to its case")
    head = source[:place] + "".join(f"{item.statement}\n" for item in rewrite.imports) + "".join(rewrite.constants)
    return head + source[place:start] + rewrite.module.code.removeprefix(view.prefix).rstrip("\n") + source[end:]


def measure(case: Case, after: str, size: int) -> tuple[float, float, float]:
    """Return old time over new time, between the ends of its interval: of nine quads, all but one on either side, which is 96%."""
    with ExitStack() as stack:
        old, new = (stack.enter_context(version(source, case.inputs, size)) for source in (case.source, after))
        counts = batch_size(old), batch_size(new)
        ratios = sorted(quad(old, new, *counts) for _ in range(QUADS))
        return ratios[1], statistics.median(ratios), ratios[-2]


def batch_size(one: Version) -> int:
    """Return how many calls take about `BATCH_S`."""
    count = 1
    while one.seconds(count) < BATCH_S:
        count *= 2
    return count


def quad(old: Version, new: Version, old_count: int, new_count: int) -> float:
    """Return the ratio of the times per call in one quad."""
    first, second, third, last = old.seconds(old_count), new.seconds(new_count), new.seconds(new_count), old.seconds(old_count)
    return (first + last) / (second + third) * new_count / old_count


@contextmanager
def version(source: str, inputs: str, size: int) -> Iterator[Version]:
    """Run a source in a process of its own."""
    program = [sys.executable, os.fspath(Path(__file__).with_name("serve.py")), source, inputs, str(size)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Version(process=process)
        finally:
            process.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
