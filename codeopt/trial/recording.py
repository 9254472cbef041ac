"""Records the real calls of targets while the workload, and if need be the tests, run once on the original code."""

from __future__ import annotations

import itertools
import json
import posixpath
import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from codeopt.model.code import TargetName
from codeopt.model.work import Command, Recording
from codeopt.ports import Sandbox
from codeopt.trial.environment import TREE
from codeopt.trial.files import listing
from codeopt.trial.profiling import require_success
from codeopt.trial.scene import Scene

__all__ = ["Frames", "frames_of", "pack", "record", "unpack"]

LIMIT_CALLS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """A recording taken apart as far as the host may: `calls` stay opaque bytes; `import_path` entries start with `{tree}`."""

    module: str
    main: str | None
    argv: tuple[str, ...]
    import_path: tuple[str, ...]
    calls: tuple[bytes, ...]
    outcomes: tuple[str, ...]


def record(scene: Scene, names: Sequence[TargetName]) -> Mapping[TargetName, Recording]:
    """Run the workload, then the tests, with the targets recorded.

    A target that was never called has no entry; one of whose calls none could be copied has no calls, and says why.

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
    at = _script_at(argv)
    is_script = at is not None and _in_tree(argv[at], sandbox.tree) in paths
    words = (*argv[:at], "-m", "codeopt_inside.script", *argv[at:]) if is_script else argv
    return scene.command(sandbox, words, timeout_s, mode="record", targets=targets)


def _script_at(argv: Sequence[str]) -> int | None:
    """Return where the script stands in `python [flags] SCRIPT ...`; None where there is none."""
    if argv[0] not in {"python", "python3"}:
        return None
    at = 1
    while at < len(argv) and argv[at].startswith("-"):
        if argv[at] in {"-m", "-c", "-"}:
            return None
        at += 2 if argv[at] in {"-W", "-X"} else 1
    return at if at < len(argv) else None


def _in_tree(path: str, tree: str) -> str:
    return posixpath.normpath(path.removeprefix(f"{tree}/"))


def _merged(files: Sequence[bytes], names: Sequence[TargetName], tree: str) -> Mapping[TargetName, Recording]:
    recordings: dict[TargetName, Recording] = {}
    for index, name in enumerate(names):
        called = [part for part in map(_split, files) if part[0].get("target") == index and part[0].get("seen")]
        called.sort(key=lambda part: -float(str(part[0]["seconds"])))
        if called:
            recordings[name] = _joined(name, called, tree)
    return recordings


def _joined(name: TargetName, parts: Sequence[tuple[Mapping[str, object], tuple[bytes, ...]]], tree: str) -> Recording:
    """Join what several processes recorded; only those that imported the function under the same name can be replayed together.

    Processes of which no call could be kept still say how many they made, and why none was.
    """
    head = next((part[0] for part in parts if part[0].get("calls")), parts[0][0])
    same = [part for part in parts if (part[0]["module"], part[0]["main"]) == (head["module"], head["main"])]
    outcomes = {data: outcome for other, frames in reversed(same) for data, outcome in zip(frames, _listed(other, "outcomes"), strict=True)}
    calls = _chosen(same)
    skipped: Counter[str] = Counter()
    for other, _ in same:
        counts = other["skipped"]
        skipped.update({str(k): int(v) for k, v in counts.items()} if isinstance(counts, dict) else {})
    entries = dict.fromkeys(str(entry) for other, _ in same for entry in _listed(other, "path"))
    paths = [TREE + entry[len(tree) :] for entry in entries if entry == tree or entry.startswith(f"{tree}/")]
    header = {"module": head["module"], "main": head["main"], "argv": _listed(head, "argv"), "path": paths}
    header["outcomes"] = [outcomes[data] for data in calls]
    return Recording(
        name=name,
        calls=len(calls),
        seen=sum(int(str(other["seen"])) for other, _ in same),
        skipped=tuple(sorted(skipped.items())),
        data=pack([json.dumps(header).encode(), *calls]),
        seconds=sum(float(str(other["seconds"])) for other, _ in same),
    )


def _chosen(parts: Sequence[tuple[Mapping[str, object], tuple[bytes, ...]]]) -> tuple[bytes, ...]:
    """Choose calls of several processes: one of each kind first, then a second of each, as long as there is room.

    Within that in turns, so that many processes of the workload do not crowd out what the tests tried. Calls of one kind look alike and end
    alike.
    """
    told = [zip(frames, zip(_listed(head, "signatures"), _listed(head, "outcomes"), strict=True), strict=True) for head, frames in parts]
    ranks: dict[bytes, int] = {}
    met: Counter[tuple[str, str]] = Counter()
    for each in itertools.chain.from_iterable(itertools.zip_longest(*told)):
        if each is not None and each[0] not in ranks:
            ranks[each[0]] = met[each[1]]
            met[each[1]] += 1
    return tuple(sorted(ranks, key=ranks.__getitem__)[:LIMIT_CALLS])


def _listed(head: Mapping[str, object], key: str) -> list[str]:
    entries = head[key]
    return [str(entry) for entry in entries] if isinstance(entries, list) else []


def _split(data: bytes) -> tuple[Mapping[str, object], tuple[bytes, ...]]:
    head, *calls = frames_of(data)
    return json.loads(head), tuple(calls)


def frames_of(data: bytes) -> Iterator[bytes]:
    """Yield the frames that `pack` joined."""
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
    return Frames(
        module=str(head["module"]),
        main=None if head["main"] is None else str(head["main"]),
        argv=tuple(_listed(head, "argv")),
        import_path=tuple(_listed(head, "path")),
        calls=calls,
        outcomes=tuple(_listed(head, "outcomes")),
    )
