"""What was found becomes TOML that says the same, with a reason above each line."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from codeopt.model.health import FoundSetting
from codeopt.report.settings_table import settings_table, written

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.one_of(TEXTS, st.lists(TEXTS).map(tuple)))
def test_values_are_read_back_as_they_are(value):
    read = tomllib.loads(f"key = {written(value)}\n")["key"]
    assert (tuple(read) if isinstance(read, list) else read) == value
    assert "\n" not in written(value)


def test_what_is_sure_is_set_and_what_is_suggested_is_a_comment():
    found = (
        FoundSetting(name="tests", value="python -m pytest -q", why="The tests: 3 modules.", sure=True),
        FoundSetting(name="install", value=("numpy>=2",), why="What else is installed.", sure=False),
    )
    table = settings_table(found)
    assert tomllib.loads(table) == {"tool": {"codeopt": {"tests": "python -m pytest -q"}}}
    assert '# The tests: 3 modules.\ntests = "python -m pytest -q"\n\n# What else is installed.\n# install = ["numpy>=2"]\n' in table
    activated = table.replace("# install", "install")
    assert tomllib.loads(activated)["tool"]["codeopt"]["install"] == ["numpy>=2"]


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=400))
def test_no_reason_ends_its_comment(why):
    found = FoundSetting(name="tests", value="x", why=why, sure=True)
    assert tomllib.loads(settings_table((found,))) == {"tool": {"codeopt": {"tests": "x"}}}
