"""Records the real calls of targets while the workload, and if need be the tests, run once on the original code."""

from __future__ import annotations

import json
import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from codeopt.model.code import TargetName
from codeopt.model.work import Command, Recording
from codeopt.ports import Sandbox
from codeopt.trial.files import listing
from codeopt.trial.profiling import require_success
from codeopt.trial.scene import Scene

__all__ = ["Frames", "pack", "record", "unpack"]

LIMIT_CALLS = 160
TREE = "{tree}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """A recording taken apart as far as the host may: `calls` stay opaque bytes; `import_path` entries start with `{tree}`."""

    module: str
    import_path: tuple[str, ...]
    calls: tuple[bytes, ...]


def record(scene: Scene, names: Sequence[TargetName]) -> Mapping[TargetName, Recording]:
    """Run the workload, then the tests, with the targets recorded; a target that was never called has no entry.

    The tests add inputs that the workload lacks, edge cases above all; their failures are not looked at here.

    Raises:
        WorkloadError: the workload fails on the original code.
    """
    with scene.provider.open({}) as sandbox:
        command = _command(scene, sandbox, names, scene.workload.argv, scene.limits.workload_s)
        result = sandbox.run(command)
        if scene.workload.argv != scene.tests:
            require_success(scene, result)
            if scene.tests:
                sandbox.run(_command(scene, sandbox, names, scene.tests, scene.limits.tests_s))
        files = [sandbox.read(path, limit_bytes=scene.limits.read_bytes) for path in listing(scene, sandbox, "calls-")]
        tree = sandbox.tree
    return _merged([data for data in files if data], names, tree)


def _command(scene: Scene, sandbox: Sandbox, names: Sequence[TargetName], argv: tuple[str, ...], timeout_s: float) -> Command:
    targets = [{"path": name.path, "qualname": name.qualname, "ordinal": name.ordinal} for name in names]
    paths = {name.path for name in names}
    is_script = len(argv) > 1 and argv[0] in {"python", "python3"} and argv[1].removeprefix("./") in paths
    words = ("python", "-m", "codeopt_inside.script", *argv[1:]) if is_script else argv
    return scene.command(sandbox, words, timeout_s, mode="record", targets=targets)


def _merged(files: Sequence[bytes], names: Sequence[TargetName], tree: str) -> Mapping[TargetName, Recording]:
    recordings: dict[TargetName, Recording] = {}
    for index, name in enumerate(names):
        parts = [part for part in map(_split, files) if part[0].get("target") == index and part[0].get("calls")]
        parts.sort(key=lambda part: -float(str(part[0]["seconds"])))
        if parts:
            recordings[name] = _joined(name, parts, tree)
    return recordings


def _joined(name: TargetName, parts: Sequence[tuple[Mapping[str, object], tuple[bytes, ...]]], tree: str) -> Recording:
    """Join what several processes recorded; only those that imported the function under the same name can be replayed together."""
    head = parts[0][0]
    same = [part for part in parts if part[0]["module"] == head["module"]]
    calls = tuple(dict.fromkeys(data for _, frames in same for data in frames))[:LIMIT_CALLS]
    skipped: Counter[str] = Counter()
    for other, _ in same:
        counts = other["skipped"]
        skipped.update({str(k): int(v) for k, v in counts.items()} if isinstance(counts, dict) else {})
    entries = dict.fromkeys(str(entry) for other, _ in same for entry in _entries(other))
    paths = [TREE + entry[len(tree) :] for entry in entries if entry == tree or entry.startswith(f"{tree}/")]
    header = json.dumps({"module": head["module"], "path": paths}).encode()
    return Recording(
        name=name,
        calls=len(calls),
        seen=sum(int(str(other["seen"])) for other, _ in same),
        skipped=tuple(sorted(skipped.items())),
        data=pack([header, *calls]),
        seconds=sum(float(str(other["seconds"])) for other, _ in same),
    )


def _entries(head: Mapping[str, object]) -> Sequence[object]:
    entries = head["path"]
    return entries if isinstance(entries, list) else []


def _split(data: bytes) -> tuple[Mapping[str, object], tuple[bytes, ...]]:
    head, *calls = _frames(data)
    return json.loads(head), tuple(calls)


def _frames(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + 4 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        yield data[at + 4 : at + 4 + length]
        at += 4 + length


def pack(frames: Sequence[bytes]) -> bytes:
    """Join frames, each behind its length."""
    return b"".join(struct.pack(">I", len(frame)) + frame for frame in frames)


def unpack(recording: Recording) -> Frames:
    """Take a recording apart."""
    head, calls = _split(recording.data)
    return Frames(module=str(head["module"]), import_path=tuple(str(entry) for entry in _entries(head)), calls=calls)
