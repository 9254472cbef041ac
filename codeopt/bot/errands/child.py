"""The process of one errand: reads it from standard input, does it, and writes the answer to the file that it was given.

It ends when standard input does: its service was killed, and another one does the job again.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import BinaryIO, NoReturn

from rich.console import Console

from codeopt.adapters.store.wire import wire
from codeopt.app.check.run import Request, check
from codeopt.app.optimize import Asked, optimize
from codeopt.app.verify import verify
from codeopt.bot.errands.answer import Answer
from codeopt.config import Settings, load_settings
from codeopt.errors import CodeoptError
from codeopt.model.errand import Errand, ErrandKind, Failure
from codeopt.ports import Reporter
from codeopt.report.live import choose_reporter

__all__ = ["do", "main"]

_TERMINATED = 128 + signal.SIGTERM


def main(source: BinaryIO, answer: Path) -> None:
    """Do the errand that `source` holds: a line with its length, and itself."""
    signal.signal(signal.SIGTERM, _end)
    errand = wire(Errand).unpack(source.read(int(source.readline())))
    threading.Thread(target=_watch, args=(source,), daemon=True).start()
    with choose_reporter(Console(stderr=True), quiet=False) as reporter:
        done = _tried(errand, os.environ, reporter)
    answer.write_bytes(wire(Answer).pack(done))


def do(errand: Errand, environ: Mapping[str, str], reporter: Reporter) -> Answer:
    """Do an errand. Code runs in Docker or not at all, whatever the repository or the environment says.

    Raises:
        CodeoptError: there is no result.
    """
    clone = Path(errand.clone)
    settings = _settings(errand, clone, environ)
    match errand.kind:
        case ErrandKind.OPTIMIZE:
            return Answer(optimized=optimize(clone, settings, asked=Asked(command=("optimize", ".")), reporter=reporter))
        case ErrandKind.VERIFY:
            return Answer(verified=verify(clone, settings, patch=errand.patch, reporter=reporter))
        case ErrandKind.CHECK:
            return Answer(checked=check(clone, settings, Request(base=errand.base, head=errand.head), reporter=reporter))


def _settings(errand: Errand, clone: Path, environ: Mapping[str, str]) -> Settings:
    flags = {"sandbox": "docker", "trust_patch": False, "targets": [errand.target] if errand.target else None}
    settings = load_settings(clone, flags=flags, environ=environ, guest=True)
    return settings.model_copy(update={"exclude": (*settings.exclude, *errand.exclude)})


def _tried(errand: Errand, environ: Mapping[str, str], reporter: Reporter) -> Answer:
    try:
        return do(errand, environ, reporter)
    except CodeoptError as error:
        return Answer(failure=Failure(text=str(error), error=type(error).__name__))


def _watch(source: BinaryIO) -> None:
    source.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    # What sandboxes there are, their owners close on the way out.
    raise SystemExit(_TERMINATED)


if __name__ == "__main__":
    main(sys.stdin.buffer, Path(sys.argv[1]))
