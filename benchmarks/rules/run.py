"""Measures what each rule pays: `python benchmarks/rules/run.py [RULE ...]`.

For each rule and size, the function before and after the rule runs in two fresh processes side by side. The batches alternate in the
order old, new, new, old, so that drift of the machine cancels; the figure is the median over such quads of old CPU time over new CPU
time. 2.0 is twice as fast. Exit status 1 when a rule does not pay at least 5% at its largest size.
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
from pathlib import Path

from cases import CASES, Case

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
    cases = [case for case in CASES if not names or case.rule in names]
    slow: list[str] = []
    print(f"{'rule':18} {'n':>6}  old/new")
    for case in cases:
        after = changed(rules[case.rule], case.source)
        for size in case.sizes:
            ratio = measure(case, after, size)
            print(f"{case.rule:18} {size:6}  {ratio:7.2f}", flush=True)
        if ratio < LEAST:
            slow.append(case.rule)
    for rule in sorted(set(rules) - {case.rule for case in CASES}):
        print(f"{rule}: no case")
    if slow:
        print(f"below {LEAST}: {', '.join(slow)}")
    return 1 if slow else 0


def changed(rule: Rule, source: str) -> str:
    """Return a source after a rule: constants and imports first, which is enough to run it."""
    data = source.encode()
    node = next(node for node in ast.parse(data).body if isinstance(node, ast.FunctionDef))
    start = data.index(b"def f(")
    span = Span(start_byte=start, end_byte=len(data.rstrip()), start_line=node.lineno, end_line=node.end_lineno or node.lineno)
    rewrite = rule.rewrite(view_of(data, span, path="case.py", name="f"))
    if rewrite is None:
        raise SystemExit(f"{rule.name} does not apply to its case")
    head = source[:start] + "".join(f"{item.statement}\n" for item in rewrite.imports) + "".join(rewrite.constants)
    return head + rewrite.module.code


def measure(case: Case, after: str, size: int) -> float:
    """Return old time over new time."""
    with ExitStack() as stack:
        old, new = (stack.enter_context(version(source, case.inputs, size)) for source in (case.source, after))
        counts = batch_size(old), batch_size(new)
        return statistics.median(quad(old, new, *counts) for _ in range(QUADS))


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
