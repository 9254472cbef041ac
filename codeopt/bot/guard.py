"""Knows which files the bot never pushes a change to, whoever proposed it and however well it was proven."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from codeopt.trial.yardstick import is_yardstick

__all__ = ["never_pushed", "through_link"]

_SOURCES = (".py", ".pyi", ".pyx")
_LONGEST_SHOWN = 120
_SHORT_NAME = re.compile(r"~\d")
_WORD = re.compile(r"[^\W\d_]+")
# What is drawn as nothing at all, and is no format character by its category.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")
# Below the root it is a module as any other.
_BUILD_SCRIPT = "build.py"
# Alphabets with letters that cannot be told from Latin ones by eye.
_ALIKE = frozenset({"ARMENIAN", "CHEROKEE", "COPTIC", "CYRILLIC", "GREEK", "LISU"})

# Reason -> globs of a folder or file anywhere on the path, case folded.
_PARTS: Mapping[str, tuple[str, ...]] = {
    "is git's own": (".git", ".gitattributes", ".gitignore", ".gitmodules", ".gitkeep", ".mailmap", ".lfsconfig"),
    "belongs to the workflows and settings of the code host": (".github", ".gitlab", ".gitea", ".forgejo"),
    "configures continuous integration": (
        *(".appveyor*", ".azure-pipelines*", ".buildkite", ".ci", ".circleci", ".cirrus.*", ".drone.*", ".gitlab-ci*", ".semaphore"),
        *(".teamcity", ".travis*", ".woodpecker*", ".zuul.*", "appveyor.y*ml", "azure-pipelines*", "bitbucket-pipelines*", "cloudbuild*"),
        *("jenkinsfile*", "noxfile.py", "dodo.py", "fabfile.py", "tox.ini", "wscript", ".pre-commit*", "makefile"),
    ),
    "pins versions": (
        *("*.lock", "*.lockb", "*.lockfile", "*-lock.json", "*-lock.y*ml", "*_lock.json", "npm-shrinkwrap.json", "pylock*.toml"),
        *("go.sum", "package.resolved", "pipfile", "environment*.y*ml"),
        *("constraints*.txt", "requirements*.in", "requirements*.txt"),
    ),
    "may hold secrets": (
        *(".env*", "*.env", ".aws", ".docker", ".gnupg", ".kube", ".ssh", ".git-credentials", ".htpasswd", ".netrc", "_netrc", ".npmrc"),
        *(".pypirc", ".pgpass", "*.gpg", "*.jks", "*.kdbx", "*.key", "*.keystore", "*.p12", "*.pem", "*.pfx", "*.ppk"),
        *("id_dsa*", "id_ecdsa*", "id_ed25519*", "id_rsa*", "credential*", "secret", "secret[._-]*", "secrets*"),
    ),
    "decides how the project is built and installed": (
        *("setup.py", "setup.cfg", "pyproject.toml", "manifest.in", "hatch_build.py", "_custom_build.py", "versioneer.py"),
        *("meson.build", "cmakelists.txt", "dockerfile*", "compose*.y*ml", "docker-compose*", "*.pth", "*.egg-info", "*.dist-info"),
    ),
}


def never_pushed(paths: Iterable[str]) -> str | None:
    """Say in one line why a patch that touches these files (POSIX, relative to the repository) is never pushed; None where it may be.

    Names are compared as the most forgiving file system would: whatever the case, and whatever Unicode holds for the same letter. A path
    that is written in a way that no ordinary file needs is refused for that alone. Whether a path leads through a symbolic link is not
    written in it: `through_link` looks.
    """
    for path in paths:
        reason = _unplain(path) or _protected(path)
        if reason:
            return f"{_shown(path)} {reason}, and codeopt never changes that"
    return None


def through_link(tree: Path, paths: Iterable[str]) -> str | None:
    """Say in one line why these files of a checkout may not be written to: one is a symbolic link, lies behind one, or is no file."""
    for path in paths:
        place = tree
        for part in path.split("/"):
            place /= part
            if place.is_symlink():
                return f"{_shown(path)} leads through a symbolic link, and codeopt never changes what is behind one"
        if not place.is_file():
            return f"{_shown(path)} is no file of the repository, and codeopt never adds one"
    return None


def _unplain(path: str) -> str:
    """Say what is odd in the way that a path is written; empty where nothing is."""
    parts = path.split("/")
    if not {"", ".", ".."}.isdisjoint(parts):
        return "is no plain path within the repository"
    if _UNSEEN.search(path) or any(letter in '\\:*?"<>|' or (unicodedata.category(letter)[0] in "CZ" and letter != " ") for letter in path):
        return "has characters in it that no source file needs"
    if any(part != part.strip() or part.endswith(".") or _SHORT_NAME.search(part) for part in parts):
        return "may be the name of another file on another file system"
    if unicodedata.normalize("NFKC", path) != path or any(_mixes(word) for word in _WORD.findall(path)):
        return "is written with letters that look like others"
    return ""


def _mixes(word: str) -> bool:
    """Whether a word has Latin letters beside some of an alphabet that looks like it."""
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in word}
    return "LATIN" in scripts and not _ALIKE.isdisjoint(scripts)


def _protected(path: str) -> str:
    """Say what a file is that it must not be changed; empty where it is a source and nothing else."""
    plain = unicodedata.normalize("NFKC", path.casefold()).casefold()
    parts = plain.split("/")
    for reason, globs in _PARTS.items():
        if any(fnmatchcase(part, glob) for part in parts for glob in globs):
            return reason
    if plain == _BUILD_SCRIPT:
        return "decides how the project is built and installed"
    if measures := is_yardstick(plain, ()):
        return f"stays as it is ({measures})"
    if any(part.startswith(".") for part in parts):
        return "is hidden, as settings are"
    return "" if parts[-1].endswith(_SOURCES) else "is no Python source"


def _shown(path: str) -> str:
    """Write a path of a stranger's making as one short line."""
    text = path if path.isprintable() and path else ascii(path)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."
