"""Times parsing a large tree: cold, warm from the cache, and after one file in a hundred changed.

Run `python benchmarks/syntax/parse_tree.py`; `--root DIR` takes a tree as it is, otherwise one of `--lines` lines is made of the
interpreter's own standard library and installed packages, each file with a line of its own so that none equals another.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from codeopt.syntax.index import CodeIndex, index_files, list_sources

GOAL_SECONDS = 10.0
CHANGED_EVERY = 100


def originals() -> Iterator[Path]:
    """Yield Python files of this interpreter, without end."""
    folders = dict.fromkeys(Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib"))
    files = [path for folder in folders for path in sorted(folder.rglob("*.py")) if path.is_file() and not path.is_symlink()]
    yield from itertools.cycle(files)


def make_tree(root: Path, lines: int) -> None:
    """Write distinct files to `root` until they have `lines` lines."""
    written = 0
    for number, path in enumerate(originals()):
        if written >= lines:
            return
        source = path.read_bytes() + f"\n# copy {number}\n".encode()
        folder = root / f"part{number // 100}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"module{number}.py").write_bytes(source)
        written += source.count(b"\n")


def timed(work: Callable[[], CodeIndex]) -> tuple[float, CodeIndex]:
    """Return the wall seconds of some work, and what it returned."""
    start = time.perf_counter()
    index = work()
    return time.perf_counter() - start, index


def touch(root: Path, paths: tuple[str, ...]) -> None:
    """Change one file in a hundred."""
    for path in paths[::CHANGED_EVERY]:
        with (root / path).open("ab") as file:
            file.write(b"\n# changed\n")


def measure(root: Path, *, workers: int, may_change: bool) -> bool:
    """Print the table for a tree; true when the cold parse is within the goal."""
    start = time.perf_counter()
    paths = list_sources(root)
    listing = time.perf_counter() - start
    lines = sum((root / path).read_bytes().count(b"\n") for path in paths)
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "outlines.sqlite"
        bare, _ = timed(lambda: index_files(root, paths, workers=workers))
        cold, index = timed(lambda: index_files(root, paths, cache=cache, workers=workers))
        warm, _ = timed(lambda: index_files(root, paths, cache=cache, workers=workers))
        rows = [("list sources", listing), ("cold, no cache", bare), ("cold, filling the cache", cold), ("warm", warm)]
        if may_change:
            touch(root, paths)
            rows.append(("1% of files changed", timed(lambda: index_files(root, paths, cache=cache, workers=workers))[0]))
        size_mb = cache.stat().st_size / 1e6
    print(f"{len(paths):,} files, {lines:,} lines, {len(index.functions):,} functions, {len(index.skipped)} skipped, {workers} workers")
    for name, seconds in rows:
        print(f"  {name:<24} {seconds:6.2f} s {lines / seconds / 1000:9,.0f} thousand lines/s")
    print(f"  cache file {size_mb:.0f} MB; goal: cold within {GOAL_SECONDS:.0f} s")
    return max(bare, cold) <= GOAL_SECONDS


def main() -> int:
    """Return 0 when the goal is met, 1 when it is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, help="a tree to read as it is; nothing in it is changed")
    parser.add_argument("--lines", type=int, default=1_000_000, help="how many lines to make without --root")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    if options.root is not None:
        return 0 if measure(options.root, workers=options.workers, may_change=False) else 1
    with tempfile.TemporaryDirectory() as folder:
        make_tree(Path(folder), options.lines)
        return 0 if measure(Path(folder), workers=options.workers, may_change=True) else 1


if __name__ == "__main__":
    sys.exit(main())
