"""Where codeopt's own files lie: the prompts, and what goes into the sandbox.

In a checkout they are folders beside the package; in an installed wheel they lie in `codeopt/_data`.
"""

from __future__ import annotations

from pathlib import Path

from codeopt.errors import InfrastructureError

__all__ = ["programs_dir", "prompts_dir", "sandbox_dir"]

_PACKAGE = Path(__file__).resolve().parent


def prompts_dir() -> Path:
    """Return the folder of the prompt templates.

    Raises:
        InfrastructureError: the installation is incomplete.
    """
    return _find("prompts", _PACKAGE)


def sandbox_dir() -> Path:
    """Return the folder with the Dockerfile, the seccomp profile and the programs.

    Raises:
        InfrastructureError: the installation is incomplete.
    """
    return _find("sandbox", _PACKAGE)


def programs_dir() -> Path:
    """Return the folder of the programs that run inside a sandbox.

    Raises:
        InfrastructureError: the installation is incomplete.
    """
    return _find("sandbox/programs", _PACKAGE)


def _find(name: str, package: Path) -> Path:
    # A wheel's data comes first: a folder that happens to be called `prompts` in site-packages is not ours.
    for root in (package / "_data", package.parent):
        if (root / name).is_dir():
            return root / name
    raise InfrastructureError(f"codeopt's own files are missing: no {name} in {package / '_data'} nor beside {package}; reinstall codeopt")
