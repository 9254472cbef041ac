"""Calls one function of a patched tree plainly, and writes what came back: `probe.py TREE NAME EDGES OUT`.

Runs in a process of its own, since what it calls may be hostile; knows nothing of codeopt.
"""

from __future__ import annotations

import asyncio
import copy
import json
import random
import sys
from pathlib import Path


def shape(value: object, met: dict[int, int]) -> object:
    """Describe a value by types, bits, order, and which parts are one object."""
    if isinstance(value, list | tuple | dict):
        if type(value) is not tuple:
            if id(value) in met:
                return ["again", met[id(value)]]
            met[id(value)] = len(met)
        items = [part for pair in value.items() for part in pair] if isinstance(value, dict) else value
        return [str(type(value) is getattr(sys.modules["builtins"], type(value).__name__, None)), type(value).__name__] + [
            shape(item, met) for item in items
        ]
    if type(value) is float:
        return value.hex()
    if hasattr(value, "tobytes"):
        return [type(value).__name__, str(value.dtype), value.tobytes().hex()]
    if type(value).__name__ == "Ledger":
        return shape(vars(value), met)
    return [type(value).__name__, repr(value) if isinstance(value, int | str | type(None)) else "opaque"]


def told(function: object, arguments: list[object]) -> object:
    """Call, and describe the result or the exception, and the arguments as they are afterwards."""
    random.seed(5)
    met: dict[int, int] = {}
    try:
        result = function(*arguments)
        if type(result).__name__ == "coroutine":
            result = asyncio.run(result)
        if type(result).__name__ == "generator":
            result = ["generator", list(result)]
    except Exception as error:  # noqa: BLE001 - whatever a function raises is its answer
        return ["raised", type(error).__name__, type(error) is getattr(sys.modules["builtins"], type(error).__name__, None), str(error)]
    return ["returned", shape(arguments, met), shape(result, met)]


def main() -> None:
    """Call every input of the benchmark, and the edges, each on a copy."""
    tree, names, edges, out = sys.argv[1:]
    sys.path.insert(0, tree)
    import bench

    inputs = bench.inputs(*names.split(","))
    found = {}
    for name in inputs:
        function = getattr(bench, name.rpartition(".")[2], bench.FUNCTIONS[name])
        calls = [*inputs[name], *json.loads(edges).get(name, [])]
        found[name] = [told(function, copy.deepcopy(list(arguments))) for arguments in calls]
    Path(out).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
