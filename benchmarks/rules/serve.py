"""One version of a function, called in batches: the other side of `run.py`.

Arguments: a source with a function `f`, an expression of `n` that makes its arguments, and `n`. Each number on standard input is
answered with the CPU seconds of so many calls.
"""

from __future__ import annotations

import sys
import time

__all__ = ["serve"]


def serve(source: str, inputs: str, size: int) -> None:
    """Answer until standard input ends."""
    names: dict[str, object] = {}
    exec(source, names)  # the cases are ours
    function = names["f"]
    arguments = eval(inputs, {"n": size})
    for line in sys.stdin:
        count = int(line)
        start = time.process_time()
        for _ in range(count):
            function(*arguments)  # type: ignore[operator]
        print(time.process_time() - start, flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], int(sys.argv[3]))
