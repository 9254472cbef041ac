"""Runs OpenEvolve on the tasks of a suite, and has its best programs judged by `codeopt verify`.

Usage: python -m benchmarks.openevolve.run --root examples/textbook --python OTHER/bin/python --model URL --model-name NAME --out FILE

OTHER is a virtual environment with openevolve 0.4.1 and pytest. Tokens are those that the model's answers name, counted between
OpenEvolve and the model. Results are appended to FILE, one JSON object a task; tasks that are there are not run
again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.openevolve.counting import counting
from codeopt.app.bench.folders import folder_tasks
from codeopt.model.bench import Task

EVOLVE = Path(__file__).with_name("evolve.py")


def main() -> None:
    """Run the tasks that have no result yet."""
    args = _arguments()
    known = {json.loads(line)["task"] for line in args.out.read_text().splitlines()} if args.out.exists() else set()
    for task in folder_tasks(args.root):
        if task.name not in known:
            result = _result(task, args)
            with args.out.open("a") as file:
                file.write(json.dumps(result) + "\n")
            sys.stdout.write(f"{task.name}: {result['outcome']} {result['reason']}\n")
            sys.stdout.flush()


def _result(task: Task, args: argparse.Namespace) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as scratch, counting(args.model) as spent:
        out = Path(scratch) / "best.py"
        words = [str(args.root.resolve() / task.name), spent.url, args.model_name, str(args.iterations), str(out), str(args.seed)]
        subprocess.run([str(args.python), str(EVOLVE), *words], check=True, cwd=scratch)
        tokens = {"prompt": spent.prompt, "generation": spent.generation}
        return {"task": task.name, "iterations": args.iterations, **tokens, **_verdict(task, out.read_text(), Path(scratch))}


def _verdict(task: Task, text: str, scratch: Path) -> dict[str, object]:
    """Return what `codeopt verify` says of a program."""
    repo = scratch / "repo"
    for path, data in task.files:
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).write_bytes(data)
    for words in (("init", "-q"), ("add", "-A"), ("-c", "user.name=b", "-c", "user.email=b@example.org", "commit", "-qm", task.name)):
        subprocess.run(["git", *words], cwd=repo, check=True)
    (repo / "solution.py").write_text(text)
    diff = subprocess.run(["git", "diff"], cwd=repo, check=True, capture_output=True).stdout
    subprocess.run(["git", "checkout", "-q", "."], cwd=repo, check=True)
    if not diff:
        return {"outcome": "NOT_PROVEN", "reason": "its best program is the original", "ratio": None, "program": text}
    (scratch / "best.diff").write_bytes(diff)
    argv = ["verify", str(repo), "--patch", str(scratch / "best.diff"), "--target", task.target, "--workload", task.workload, "--json", "-"]
    done = subprocess.run([sys.executable, "-m", "codeopt", *argv, "--quiet"], capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    ratio = told["comparison"]["ratio"] if told["comparison"] else None
    return {"outcome": told["outcome"], "reason": told["reason"], "ratio": ratio, "program": text}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.openevolve.run")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--python", type=Path, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--model-name", required=True)
    parser.add_argument("--iterations", type=int, default=12)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
