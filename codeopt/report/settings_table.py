"""Writes found settings as a commented `[tool.codeopt]` table in TOML."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence

from codeopt.model.health import FoundSetting

__all__ = ["settings_table", "written"]

_WIDTH = 100
_HEAD = (
    "Settings of codeopt, as `codeopt init` found them. Each line can be changed or left out; what stands behind # is a suggestion. "
    "Flags and CODEOPT_* variables win over what stands here."
)


def settings_table(found: Sequence[FoundSetting]) -> str:
    """Return the table, which ends with a newline. What is only suggested is commented out."""
    settings = (f"{_comment(one.why)}{'' if one.sure else '# '}{one.name} = {written(one.value)}\n" for one in found)
    return "\n".join((_comment(_HEAD) + "[tool.codeopt]\n", *settings))


def written(value: str | tuple[str, ...]) -> str:
    """Return a value as TOML writes it, on one line."""
    if isinstance(value, str):
        # TOML's strings are those of JSON, but for one control character, which JSON leaves as it is.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"[{', '.join(map(written, value))}]"


def _comment(text: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False, break_on_hyphens=False) + "\n"
