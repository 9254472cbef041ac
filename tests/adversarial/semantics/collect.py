"""Collects what a model makes of the corpus's functions, and what the checks say of it: real wrong answers are the best source of cases.

Usage, from the root of the repository:

    python -m tests.adversarial.semantics.collect ask FOLDER --model URL [--samples 8] [--package NAME ...]
    python -m tests.adversarial.semantics.collect judge FOLDER

The first asks for faster versions of every function and keeps them in FOLDER/answers.jsonl; it needs no Docker. The second keeps
what the checks say in FOLDER/verdicts.jsonl, and prints each answer that is not right; it needs no model. Both go on where they were
stopped. Two steps, so that a model on this machine never runs beside a judgement.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from codeopt.adapters.vllm.proposer import ModelProposer
from codeopt.app.project import open_project
from codeopt.app.proposers import client_of
from codeopt.app.requests import Questions
from codeopt.config import load_settings
from codeopt.model.proposal import ProposalRequest
from codeopt.model.work import Profile
from codeopt.patching.answer import parse_answer
from codeopt.patching.apply import apply
from tests.adversarial.hearing import commit, target_of
from tests.adversarial.semantics.corpus import Package, all_packages
from tests.adversarial.semantics.court import PASSED, SemanticsCourt
from tests.adversarial.semantics.packages import repository

__all__ = ["main"]

ANSWERS, VERDICTS = "answers.jsonl", "verdicts.jsonl"


def main(words: Sequence[str]) -> int:
    """Do the step that the command line names."""
    args = _arguments(words)
    args.folder.mkdir(parents=True, exist_ok=True)
    packages = [package for package in all_packages() if not args.package or package.name in args.package]
    if args.step == "ask":
        asyncio.run(_ask(packages, args.folder, args.model, args.samples))
    else:
        _judge(packages, args.folder)
    return 0


async def _ask(packages: Sequence[Package], folder: Path, url: str, samples: int) -> None:
    client = client_of(load_settings(Path.cwd(), flags={"model": url}, environ={}))
    proposer = ModelProposer(client, await client.probe(), parse=parse_answer)
    known = {(line["package"], line["target"]) for line in _lines(folder / ANSWERS)}
    for package in packages:
        wanted = [target for target in package.targets if (package.name, target) not in known]
        with tempfile.TemporaryDirectory() as scratch:
            asked = list(_requests(package, wanted, Path(scratch), samples)) if wanted else []
            await asyncio.gather(*(_keep_answers(proposer, package, request, folder) for request in asked))


def _requests(package: Package, targets: Sequence[str], scratch: Path, samples: int) -> Iterator[ProposalRequest]:
    home = repository(package, scratch / package.name)
    commit(home)
    flags = {"tests": package.tests, "workload": package.workload}
    project = open_project(home, load_settings(home, flags=flags, environ={}), tree=scratch / "tree")
    nothing = Profile(total_s=0.0, samples=0, rows=(), edges=())
    files = {path: (project.tree / path).read_bytes() for path in project.index.files}
    questions = Questions(project, nothing, expected={}, recordings={}, files=files)
    yield from (questions.request(target_of(project.index.find(name)), [], samples, 0) for name in targets)


async def _keep_answers(proposer: ModelProposer, package: Package, request: ProposalRequest, folder: Path) -> None:
    proposals = await proposer.propose(request)
    path = request.target.name.path
    for proposal in proposals:
        after = None if proposal.patch is None else apply(proposal.patch, dict(request.files))[path].decode()
        about = {
            "package": package.name,
            "target": str(request.target.name),
            "model": proposal.origin.model,
            "sample": proposal.origin.sample,
        }
        _append(folder / ANSWERS, {**about, "after": after, "problem": proposal.problem})
    _say(f"{package.name} {request.target.name}: {sum(each.patch is not None for each in proposals)} of {len(proposals)} are patches")


def _judge(packages: Sequence[Package], folder: Path) -> None:
    known = {(line["package"], line["target"], line["after"]) for line in _lines(folder / VERDICTS)}
    answers = [line for line in _lines(folder / ANSWERS) if line["after"] is not None]
    for package in packages:
        own = {(line["target"], line["after"]): line for line in answers if line["package"] == package.name}
        left = [line for (target, after), line in own.items() if (package.name, target, after) not in known]
        if left:
            with ExitStack() as stack:
                court = SemanticsCourt(package, Path(stack.enter_context(tempfile.TemporaryDirectory())), stack)
                for line in left:
                    finding = court.of_text(line["target"], line["after"])
                    _append(folder / VERDICTS, {**line, "outcome": finding.outcome, "reason": finding.reason})
                    if finding.outcome != PASSED:
                        _say(f"{finding.outcome} {package.name} {line['target']} #{line['sample']}: {finding.reason[:300]}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def _append(path: Path, line: dict[str, object]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.adversarial.semantics.collect")
    parser.add_argument("step", choices=["ask", "judge"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="http://127.0.0.1:8000/v1")
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--package", nargs="*", default=[])
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
