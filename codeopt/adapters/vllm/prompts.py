"""The prompt files: how they are found, checked and filled. It knows their form and none of their words.

A file has a header between two lines of `---` with `name`, `version` and `variables` (a strategy also has `order`, and perhaps
`needs` and `when`), and then its text, a Jinja template. A template may include another; the variables of both count. The system message is
`system.md`.
Text from a repository is data: the filter `fenced` puts it behind a fence that is longer than any inside it, and `one_line` keeps
short texts within their line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import jinja2
from jinja2 import meta

from codeopt.adapters.vllm.chat import Message
from codeopt.assets import prompts_dir
from codeopt.errors import ConfigError

__all__ = ["PromptTemplate", "Strategy", "fenced", "load", "load_strategies"]

_HEADER = re.compile(r"\A---\n(?P<header>.*?)\n---\n(?P<text>.*)\Z", re.DOTALL)
_FIELDS = {"name", "version", "variables", "order", "needs", "when"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTemplate:
    """A prompt of one task: its name, its version, and what must be given to fill it."""

    name: str
    version: str
    variables: frozenset[str]
    _system: jinja2.Template
    _user: jinja2.Template

    def messages(self, values: Mapping[str, object]) -> tuple[Message, ...]:
        """Fill the prompt.

        Raises:
            ConfigError: a variable is missing, or is not the prompt's.
        """
        if values.keys() != self.variables:
            odd = ", ".join(sorted(values.keys() ^ self.variables))
            raise ConfigError(f"prompt {self.name}: missing or unknown variables: {odd}")
        return (
            Message(role="system", content=_sendable(self._system.render(values))),
            Message(role="user", content=_sendable(self._user.render(values))),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One way to make code faster, in words.

    `needs` is a module without which it makes no sense, or empty. `when` are traits of functions that it is for; empty where it is for all.
    """

    name: str
    version: str
    order: int
    needs: str
    when: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    fields: Mapping[str, str]
    text: str


def load(name: str, *, root: Path | None = None) -> PromptTemplate:
    """Load the prompt `name` and check it, together with the system message and what both include.

    Raises:
        ConfigError: there is no such prompt, its header is wrong, or a text uses other variables than its header declares.
        InfrastructureError: the installation is incomplete.
    """
    root = root or prompts_dir()
    environment = _environment(root)
    file = _read(root, f"{name}.md")
    variables = _variables(environment, root, f"{name}.md") | _variables(environment, root, "system.md")
    return PromptTemplate(
        name=file.fields["name"],
        version=file.fields["version"],
        variables=variables,
        _system=environment.get_template("system.md"),
        _user=environment.get_template(f"{name}.md"),
    )


def load_strategies(*, root: Path | None = None) -> tuple[Strategy, ...]:
    """Load all strategies, the most promising first, as their headers order them.

    Raises:
        ConfigError: there is none, or a header is wrong.
        InfrastructureError: the installation is incomplete.
    """
    root = root or prompts_dir()
    strategies = tuple(_strategy(root, path.stem) for path in (root / "strategies").glob("*.md"))
    if not strategies:
        raise ConfigError(f"{root / 'strategies'}: holds no strategy; each is a Markdown file with a header")
    return tuple(sorted(strategies, key=lambda each: (each.order, each.name)))


def fenced(text: str, language: str = "") -> str:
    """Put a text into a Markdown fence that nothing in it can close."""
    runs = re.findall(r"`{3,}", text)
    fence = "`" * max([3, *(len(run) + 1 for run in runs)])
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("`", "'")


def _sendable(text: str) -> str:
    # Captured output may hold lone surrogates, which no encoding takes.
    return text.strip().encode(errors="replace").decode()


def _environment(root: Path) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: _read(root, name).text),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - a prompt is no HTML; what guards it against the code in it is the fence
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["fenced"] = fenced
    environment.filters["one_line"] = _one_line
    return environment


def _variables(environment: jinja2.Environment, root: Path, name: str) -> frozenset[str]:
    file = _read(root, name)
    try:
        tree = environment.parse(file.text)
    except jinja2.TemplateSyntaxError as error:
        raise ConfigError(f"{root / name}: line {error.lineno} of its text: {error.message}") from None
    used, declared = meta.find_undeclared_variables(tree), set(file.fields["variables"].split())
    if used != declared:
        odd = ", ".join(sorted(used ^ declared))
        raise ConfigError(f"{root / name}: its header and its text do not agree on: {odd}")
    included = [each for each in meta.find_referenced_templates(tree) if each]
    return frozenset(declared).union(*(_variables(environment, root, each) for each in included))


def _strategy(root: Path, name: str) -> Strategy:
    file = _read(root, f"strategies/{name}.md")
    order = file.fields.get("order", "")
    if file.fields["variables"] or not order.isdecimal():
        raise ConfigError(f"{root / 'strategies' / name}.md: a strategy has an order, which is a number, and no variables")
    fields = file.fields
    return Strategy(
        name=fields["name"],
        version=fields["version"],
        order=int(order),
        needs=fields.get("needs", ""),
        when=frozenset(fields.get("when", "").split()),
        text=file.text.strip(),
    )


def _read(root: Path, name: str) -> _File:
    path = root / name
    try:
        match = _HEADER.match(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    pairs = [line.partition(":") for line in match["header"].splitlines()] if match else []
    fields = {key.strip(): value.strip() for key, _, value in pairs}
    if match is None or not {"name", "version", "variables"} <= fields.keys() <= _FIELDS:
        raise ConfigError(f"{path}: must begin with a header between two lines of --- with name, version and variables")
    if fields["name"] != path.stem or not fields["version"]:
        raise ConfigError(f"{path}: its header must have its name ({path.stem}) and a version")
    return _File(fields=fields, text=match["text"])
