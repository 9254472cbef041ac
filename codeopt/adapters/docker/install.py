"""The environment image: the foundation with a repository's dependencies and codeopt's own programs in it.

It is made in a container with a network, the only one that ever has one. What pip needs to know of this machine (indexes, proxies,
certificates) is handed to that step alone and leaves no trace in the image.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docker.client import DockerClient
from docker.models.containers import Container

from codeopt.adapters.docker.archive import END, pack_files, pack_folder
from codeopt.adapters.docker.container import remove, start_open
from codeopt.adapters.docker.engine import engine_errors
from codeopt.adapters.docker.layout import BUILT, ENV, HOME, KEEPER, PYTHON, TOOLS, TREE, USER, WORK
from codeopt.adapters.docker.programs import Call, Ended, run_program
from codeopt.errors import InstallError, SandboxUnavailable
from codeopt.model.work import Environment
from codeopt.trial.extras import table

__all__ = ["PIP_VARIABLES", "Installation", "install", "telling_line", "version_variables"]

PIP_VARIABLES = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_TRUSTED_HOST",
    "PIP_DEFAULT_TIMEOUT",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
)
_BUNDLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
_BUNDLE = "/tmp/codeopt-ca.pem"  # noqa: S108 - in the container, and removed
_PLACEHOLDER = "{tree}"
_INSTALL_S = 3600.0
_STEP_S = 600.0
_PIP = (PYTHON, "-m", "pip", "install", "--no-input", "--no-cache-dir", "--disable-pip-version-check", "--progress-bar", "off")
_ROOT = "0:0"
_PRETEND = "SETUPTOOLS_SCM_PRETEND_VERSION"
_HIGH = "99.0.0"  # a high version satisfies what other packages ask of the project
# What pip says last of a build that failed; why it did stands before it.
_GENERIC = re.compile(r"error: (metadata-generation-failed|subprocess-exited-with-error|Failed to build)", re.IGNORECASE)
# Keeps what the installation made in the tree, which is not part of the image: compiled modules, version files, metadata.
_KEEP_BUILT = f"""
import os, sys, tarfile
known = set(sys.stdin.read().split("\\0"))
with tarfile.open({BUILT!r}, "w") as archive:
    for folder, folders, files in os.walk({TREE!r}):
        folders[:] = [name for name in folders if name not in ("__pycache__", ".git") and (folder, name) != ({TREE!r}, "build")]
        for name in files:
            path = os.path.relpath(os.path.join(folder, name), {TREE!r})
            if path not in known:
                archive.add(os.path.join({TREE!r}, path), arcname=path)
"""
_CLEAN = f"find {WORK} /tmp /var/tmp -mindepth 1 -delete; mkdir -p {TREE}"
_COMPILE = (PYTHON, "-I", "-m", "compileall", "-q", TOOLS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What is to be installed on what, and how the result is called. `host_env` is this machine's environment, to choose from."""

    foundation: str
    image: str
    environment: Environment
    snapshot: Path
    tools: Path
    host_env: Mapping[str, str]
    labels: Mapping[str, str]


def install(client: DockerClient, plan: Installation) -> tuple[str, ...]:
    """Make the environment image, and return what the user should know.

    Raises:
        SandboxUnavailable: the requirements cannot be installed, or the engine is gone.
    """
    container = start_open(client, plan.foundation, labels=plan.labels)
    try:
        notes = _Step(client, container, plan).everything()
        repository, _, tag = plan.image.partition(":")
        with engine_errors("keep the environment image"):
            # Labels of the container would make the image look like something temporary.
            changes = [f'LABEL {name}=""' for name in plan.labels] + [f"LABEL codeopt.environment={plan.environment.key}", f"USER {KEEPER}"]
            container.commit(repository=repository, tag=tag, changes=changes)
    finally:
        remove(container)
    return notes


class _Step:
    """The steps of one installation."""

    def __init__(self, client: DockerClient, container: Container, plan: Installation) -> None:
        self._client = client
        self._container = container
        self._plan = plan
        self._env = _pip_env(plan)

    def everything(self) -> tuple[str, ...]:
        self._lay_tree()
        self._lay_bundle()
        self._require()
        notes = self._install_project()
        self._keep_built()
        self._must(("sh", "-c", _CLEAN), user=_ROOT)
        self._lay_tools()
        return notes

    def _lay_tree(self) -> None:
        archive = pack_folder(self._plan.snapshot, "tree") + END
        self._must(("sh", "-c", f"mkdir -p {HOME} && exec tar -xf - -C {WORK}"), stdin=archive)

    def _lay_bundle(self) -> None:
        path = next((self._plan.host_env[name] for name in _BUNDLES if self._plan.host_env.get(name)), None)
        if path is None or not Path(path).is_file():
            return
        self._must(("tar", "-xf", "-", "-C", "/"), stdin=pack_files({_BUNDLE[1:]: Path(path).read_bytes()}, ".") + END)
        self._env |= dict.fromkeys(_BUNDLES, _BUNDLE)

    def _require(self) -> None:
        requirements = [argument.replace(_PLACEHOLDER, TREE) for argument in self._plan.environment.requirements]
        ended = self._run((*_PIP, "pytest", *requirements), timeout_s=_INSTALL_S)
        if ended.status != 0:
            wanted = shlex.join(self._plan.environment.requirements)
            raise InstallError(f"pip cannot install {wanted[:200] or 'pytest'}: {_complaint(ended)}; set `install` to change it")

    def _install_project(self) -> tuple[str, ...]:
        """Install the repository itself, unless the requirements did; its code can be imported without, its entry points cannot."""
        if not self._plan.environment.installs_project or _installs_tree(self._plan.environment):
            return ()
        ended = self._run((*_PIP, "--no-deps", "-e", TREE), timeout_s=_INSTALL_S)
        if ended.status == 0:
            return ()
        return (f"the project itself is not installed in the sandbox, only importable: {_complaint(ended)}",)

    def _keep_built(self) -> None:
        snapshot = self._plan.snapshot
        known = "\0".join(str(path.relative_to(snapshot)) for path in snapshot.rglob("*") if path.is_symlink() or not path.is_dir())
        self._must((PYTHON, "-I", "-c", _KEEP_BUILT), stdin=known.encode(errors="surrogateescape"))

    def _lay_tools(self) -> None:
        archive = pack_folder(self._plan.tools, ".", ignore=frozenset({"__pycache__"})) + END
        self._must(("tar", "-xf", "-", "--no-same-owner", "-C", TOOLS), stdin=archive, user=_ROOT)
        self._must(("chmod", "-R", "go-w,a+rX", TOOLS), user=_ROOT)
        self._must(_COMPILE, user=_ROOT)

    def _must(self, argv: tuple[str, ...], *, stdin: bytes = b"", user: str = USER) -> None:
        ended = self._run(argv, timeout_s=_STEP_S, stdin=stdin, user=user)
        if ended.status != 0:
            raise SandboxUnavailable(f"{argv[0]} failed while the environment image was made: {_complaint(ended)}; check the base image")

    def _run(self, argv: tuple[str, ...], *, timeout_s: float, stdin: bytes = b"", user: str = USER) -> Ended:
        return run_program(self._client, self._container, Call(argv=argv, env=self._env, user=user), timeout_s=timeout_s, stdin=stdin)


def _pip_env(plan: Installation) -> dict[str, str]:
    env = {name: plan.host_env[name] for name in PIP_VARIABLES if plan.host_env.get(name)}
    env |= {"HOME": HOME, "PATH": f"{ENV}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
    return env | dict.fromkeys(version_variables(_pyproject(plan.snapshot)), _HIGH)


def version_variables(pyproject: Mapping[str, object]) -> tuple[str, ...]:
    """Return the variables that give a project its version where there are no tags to take one from."""
    name = table(pyproject, "project").get("name")
    own = (f"{_PRETEND}_FOR_{re.sub(r'[^A-Z0-9]+', '_', name.upper())}",) if isinstance(name, str) else ()
    # hatch-vcs knows the variable of all projects alone, which a dependency that is built from source would obey as well.
    source = table(table(table(pyproject, "tool"), "hatch"), "version").get("source")
    return (*own, _PRETEND) if source == "vcs" else own


def _pyproject(snapshot: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads((snapshot / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _installs_tree(environment: Environment) -> bool:
    """Whether a requirement is the tree itself, with or without extras, rather than a file in it."""
    return any(re.fullmatch(re.escape(_PLACEHOLDER) + r"(\[.*\])?", argument) for argument in environment.requirements)


def _complaint(ended: Ended) -> str:
    if ended.status is None:
        return "it took too long"
    return telling_line((ended.output.stdout + b"\n" + ended.output.stderr).decode(errors="replace")) or f"status {ended.status}"


def telling_line(text: str) -> str:
    """Return the line of pip's output that says most: the last error that says what is wrong, else the last error, else the last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith(("[notice]", "WARNING"))]
    errors = [line for line in lines if re.match(r"(error|[\w.]*Error)\b", line, re.IGNORECASE)]
    telling = [line for line in errors if not _GENERIC.match(line)]
    return next((found[-1][:300] for found in (telling, errors, lines) if found), "")
