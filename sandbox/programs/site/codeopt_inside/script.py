"""Runs a script as `__main__` with its targets met: `python -m codeopt_inside.script FILE ARGUMENTS`.

`python FILE` compiles the file past every import hook, so the host puts this in front when a target lies in the script itself.
"""

import os
import sys

from codeopt_inside import hook


def main():
    script = sys.argv[1]
    sys.argv = sys.argv[1:]
    sys.path[0] = os.path.dirname(os.path.abspath(script))
    finder = next(finder for finder in sys.meta_path if isinstance(finder, hook.MarkingFinder))
    with open(script, "rb") as file:
        code, _ = hook.compile_marked(file.read(), script, finder.targets.get(os.path.realpath(script), set()))
    namespace = sys.modules["__main__"].__dict__
    for name in [name for name in namespace if not name.startswith("__")]:
        del namespace[name]
    namespace["__file__"] = script
    namespace["__spec__"] = None
    exec(code, namespace)  # noqa: S102 - this is what running a script is


if __name__ == "__main__":
    main()
