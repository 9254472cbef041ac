"""The service of `codeopt bot` with a handler that keeps a ledger: python -m benchmarks.bot.served FOLDER.

Settings come from the environment, as for `codeopt bot`. In FOLDER, `calls.log` tells of each call of the handler, and `effects/` holds one
file for each job: what a forge would hold. It is made where it is not there yet, by the job's id.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import anyio

from codeopt.bot.logs import configure
from codeopt.bot.service import serve
from codeopt.bot.settings import load_bot_settings
from codeopt.model.bot import Delivery, Job

__all__ = ["Ledger", "main"]

# A handler is under way for some milliseconds before and after its effect, so that kills meet it there.
LONGEST_S = 0.01


class Ledger:
    """`work.Handler` whose effects are files."""

    def __init__(self, folder: Path) -> None:
        """Write in `folder`."""
        self._effects = folder / "effects"
        self._effects.mkdir(exist_ok=True)
        self._calls = os.open(folder / "calls.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def handle(self, job: Job, delivery: Delivery) -> str:
        """Make the job's file, unless it is there."""
        self._tell("begins", job)
        await anyio.sleep(random.uniform(0.0, LONGEST_S))
        effect = self._effects / job.id
        try:
            with effect.open("xb") as file:
                file.write(delivery.payload[:100])
        except FileExistsError:
            self._tell("repeats", job)
        await anyio.sleep(random.uniform(0.0, LONGEST_S))
        self._tell("ends", job)
        return f"effects/{job.id}"

    def _tell(self, word: str, job: Job) -> None:
        os.write(self._calls, f"{os.getpid()} {word} {job.lane} {job.comment}\n".encode())


def main() -> int:
    """Serve until SIGTERM."""
    configure()
    serve(load_bot_settings(flags={"dry_run": True}, environ=os.environ), Ledger(Path(sys.argv[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
