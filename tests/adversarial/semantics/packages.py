"""The source releases of the corpus: fetched once by version and digest, and unpacked.

What is fetched lies in a folder below the system's temporary one, by digest, and is fetched again only when it is gone.
"""

from __future__ import annotations

import email
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

from tests.adversarial.semantics.corpus import Package

__all__ = ["Unreachable", "dependencies", "repository", "source"]

ROOT = Path(__file__).resolve().parents[3]
CACHE = Path(tempfile.gettempdir()) / f"codeopt-corpus-{os.getuid()}"
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".ruff_cache", ".git", ".codeopt")


class Unreachable(Exception):  # noqa: N818 - named for what happened
    """Something could not be fetched: there is no network, or no such release."""


def source(package: Package) -> Path:
    """Return the folder with the package's files, to be read alone.

    Raises:
        Unreachable: it could not be fetched.
        ValueError: what was fetched is something else.
    """
    if package.folder:
        return ROOT / package.folder
    kept = CACHE / f"{package.name}-{package.sha256[:16]}"
    if not kept.exists():
        _fill(kept, lambda part: _unpacked(package, part))
    return kept


def _fill(kept: Path, make) -> None:
    """Have a folder made beside its place and moved there when it is whole; who comes second keeps what the first one made."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        made = make(Path(scratch))
        try:
            made.rename(kept)
        except OSError:
            if not kept.exists():
                raise


def _unpacked(package: Package, folder: Path) -> Path:
    _pip("download", "--no-deps", "--no-binary", ":all:", "-d", str(folder), f"{package.name}=={package.version}")
    [archive] = folder.glob("*.tar.gz")
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != package.sha256:
        raise ValueError(f"{archive.name} has the digest {found}, not {package.sha256}")
    with tarfile.open(archive) as opened:
        opened.extractall(folder / "unpacked", filter="data")
    [root] = (folder / "unpacked").iterdir()
    return root


def _pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise Unreachable(f"pip {words[0]} {words[-1]}: {done.stderr.strip()[-300:]}")


def dependencies(package: Package) -> Path:
    """Return a folder with what the package imports, installed; empty where that is nothing.

    Raises:
        Unreachable: it could not be fetched.
    """
    needed = sorted(_requirements(source(package)))
    kept = CACHE / f"lib-{hashlib.sha256(repr((needed, sys.version_info[:2])).encode()).hexdigest()[:16]}"
    if not kept.exists():
        _fill(kept, lambda part: _installed(needed, part / "lib"))
    return kept


def _installed(needed: list[str], folder: Path) -> Path:
    folder.mkdir()
    if needed:
        _pip("install", "-q", "--target", str(folder), *needed)
    return folder


def _requirements(tree: Path) -> list[str]:
    """Return what a source release, or else a pyproject.toml, says that is needed without any extra."""
    if (tree / "PKG-INFO").exists():
        told = email.message_from_string((tree / "PKG-INFO").read_text(encoding="utf-8", errors="replace"))
        return [one for one in told.get_all("Requires-Dist", []) if "extra" not in one.partition(";")[2]]
    project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    return list(project.get("dependencies", []))


def repository(package: Package, home: Path) -> Path:
    """Copy the package with its added files to `home`.

    Raises:
        Unreachable: it could not be fetched.
    """
    shutil.copytree(source(package), home, ignore=LEFT_OUT, symlinks=True)
    for path, text in package.files.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text, encoding="utf-8")
    return home
