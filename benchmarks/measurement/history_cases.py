"""Real commits with a known effect on a benchmark (history_cases.toml), and the clones that they are looked at in."""

from __future__ import annotations

import dataclasses
import shlex
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["TABLE", "Case", "Range", "command_of", "find_clone", "git", "read_cases", "working_clone"]

TABLE = Path(__file__).with_name("history_cases.toml")
KINDS = ("slower", "faster", "neutral")
AUTHOR = ("-c", "user.name=history", "-c", "user.email=history@localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One commit and what it does to a benchmark; the fields are told at the head of the table.

    `kind` and `effect` are of the change from base to head, so with `reverted` of what taking the commit back does.
    """

    name: str
    repo: str
    commit: str
    kind: str
    about: str
    setup: str
    statement: str
    effect: float = 0.0
    reverted: bool = False
    benchmarks: str = ""
    loops: int = 0
    overlay: tuple[str, ...] = ()
    install: str = ""
    flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Restore tuples, and refuse what cannot be a case."""
        object.__setattr__(self, "overlay", tuple(self.overlay))
        object.__setattr__(self, "flags", tuple(self.flags))
        if self.kind not in KINDS:
            raise ValueError(f"{self.name}: kind is {self.kind}, not one of {', '.join(KINDS)}")
        if bool(self.benchmarks) == bool(self.loops):
            raise ValueError(f"{self.name}: a case has either benchmarks or loops")


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A working clone, and the two commits in it that are compared."""

    folder: Path
    base: str
    head: str


def read_cases(table: Path = TABLE) -> tuple[Case, ...]:
    """Return the cases of the table in its order.

    Raises:
        ValueError: an entry that is no case, or two of one name.
    """
    known = {field.name for field in dataclasses.fields(Case)}
    cases = []
    for entry in tomllib.loads(table.read_text(encoding="utf-8"))["case"]:
        if strange := entry.keys() - known:
            raise ValueError(f"{entry.get('name')}: no such fields: {', '.join(sorted(strange))}")
        cases.append(Case(**entry))
    if len({case.name for case in cases}) < len(cases):
        raise ValueError("two cases have one name")
    return tuple(cases)


def command_of(case: Case) -> str:
    """Return the command whose time is the benchmark of a case with `loops`."""
    body = "\n    ".join(case.statement.splitlines())
    program = f"{case.setup}\nfor _ in range({case.loops}):\n    {body}\n"
    return shlex.join(["python", "-c", program])


def find_clone(repos: Path, repo: str) -> Path | None:
    """Return the clone of a repository in a folder of clones, called owner+name or name; None when there is none.

    A clone is a repository, bare or not, or a folder with one called `repo`.
    """
    owner, name = repo.split("/")
    for folder in (repos / f"{owner}+{name}", repos / name):
        for candidate in (folder, folder / ".git", folder / "repo"):
            if (candidate / "HEAD").is_file():
                return candidate
    return None


def git(folder: Path, *words: str) -> str:
    """Run git in a folder and return what it prints.

    Raises:
        subprocess.CalledProcessError: git fails.
    """
    return subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True, text=True).stdout.strip()


def working_clone(case: Case, clone: Path, folder: Path) -> Range:
    """Make a clone in `folder` that borrows the objects of the user's, with the case's head checked out; the user's stays as it is.

    Raises:
        subprocess.CalledProcessError: the clone does not hold the commit.
    """
    git(clone, "rev-parse", "--verify", "--quiet", f"{case.commit}^1^{{commit}}")
    subprocess.run(["git", "clone", "--quiet", "--shared", "--no-checkout", str(clone.resolve()), str(folder)], check=True)
    base, head = git(folder, "rev-parse", f"{case.commit}^1"), case.commit
    if case.reverted:
        # The parent lies behind the commit: only a new commit upon it can be its head.
        tree = git(folder, "rev-parse", f"{base}^{{tree}}")
        base, head = head, git(folder, *AUTHOR, "commit-tree", tree, "-p", head, "-m", f"Take back {head[:12]}")
    git(folder, "checkout", "--quiet", "--detach", head)
    return Range(folder=folder, base=base, head=head)
