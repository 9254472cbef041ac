"""What a proposer is told of a target: what its text does and how much that takes, what the project imports, what a rule sees."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codeopt.adapters.local import LocalProvider
from codeopt.app.project import open_project, scene_of
from codeopt.app.requests import Questions
from codeopt.assets import programs_dir
from codeopt.config import load_settings
from codeopt.model.code import Target
from codeopt.model.patch import Candidate, Edit, Origin, Patch
from codeopt.model.work import Profile, ProfileRow, Recording

SOURCE = """import os
from collections import Counter


def common(xs, ys):
    out = []
    for x in xs:
        if x in ys:
            out.append(x)
    return sorted(out)


def other():
    return os.sep
"""

POINTS = ((100, 0.001), (200, 0.004), (400, 0.016))


@pytest.fixture
def asked(make_repo, tmp_path):
    """Make the questions about `common` of a small project, with a profile's (line, seconds)."""
    opened = []

    def make(*lines, text=SOURCE):
        home = make_repo(lib__py=text, test_lib__py="import numpy as np\nfrom . import lib\n")
        settings = load_settings(home, flags={"workload": "python lib.py", "sandbox": "local"}, environ={})
        project = open_project(home, settings, tree=tmp_path / "tree")
        function = project.index.find("lib.py::common")
        target = Target(name=function.name, span=function.span, source_sha=function.source_sha, share=0.5)
        rows = (ProfileRow(name=function.name, own_s=1.0, total_s=1.0, lines=lines),) if lines else ()
        profile = Profile(total_s=1.0, samples=1, rows=rows, edges=())
        recording = Recording(name=function.name, calls=3, seen=1500, skipped=(), data=b"", seconds=3.0)
        provider = LocalProvider(project.tree, programs_dir())
        opened.append(provider)
        provider.prepare(project.environment)
        scene = scene_of(project, settings, provider)
        known = {function.name: recording}
        return Questions(project, profile, expected={}, recordings=known, growth={function.name: POINTS}, scene=scene), target

    yield make
    for provider in opened:
        provider.close()


def test_traits_have_the_share_of_time_on_their_lines(asked):
    questions, target = asked((7, 1.0), (8, 6.0), (9, 1.0), (10, 2.0))
    request = questions.request(target, (), 1, 0)
    shares = dict(request.traits)
    assert shares["loop/search"] == pytest.approx(0.6)
    assert shares["loop"] == pytest.approx(0.8)
    assert shares["sort"] == pytest.approx(0.2)
    assert "io" not in shares


def test_without_a_profile_all_traits_count(asked):
    questions, target = asked()
    assert set(dict(questions.request(target, (), 1, 0).traits).values()) == {1.0}


def test_calls_modules_and_hints_are_told(asked):
    questions, target = asked()
    request = questions.request(target, (), 1, 0)
    assert (request.calls, request.each_s, request.growth) == (1500, 0.002, POINTS)
    assert {"os", "collections", "numpy"} <= request.modules
    assert any(hint.startswith("membership-set: ") for hint in request.hints)


def test_the_code_of_a_candidate_is_the_function_as_it_leaves_it(asked):
    questions, target = asked()
    before, after = b"    for x in xs:\n        if x in ys:", b"    known = set(ys)\n    for x in xs:\n        if x in known:"
    edits = (
        Edit(path="lib.py", start_byte=0, before=b"import os\n", after=b"import os\nimport re\n"),
        Edit(path="lib.py", start_byte=SOURCE.encode().index(before), before=before, after=after),
    )
    candidate = Candidate(target=target, patch=Patch(edits=edits), origin=Origin(proposer="model"))
    code = questions.code(candidate)
    assert code.startswith("def common(xs, ys):\n    out = []\n    known = set(ys)\n")
    assert code.rstrip().endswith("return sorted(out)")
    gone = Edit(path="lib.py", start_byte=SOURCE.index("common"), before=b"common", after=b"uncommon")
    assert questions.code(replace(candidate, patch=Patch(edits=(gone,)))) == ""


SLOW = (
    SOURCE
    + """

if __name__ == "__main__":
    for _ in range(40):
        common(list(range(900)), list(range(450, 1350)))
"""
)


def test_the_lines_on_which_a_candidate_spends_its_time_are_those_of_its_own_text(asked):
    questions, target = asked(text=SLOW)
    before, after = b"        if x in ys:", b"        if tuple(ys).count(x):"
    edit = Edit(path="lib.py", start_byte=SLOW.encode().index(before), before=before, after=after)
    lines = questions.timings(Candidate(target=target, patch=Patch(edits=(edit,)), origin=Origin(proposer="model")))
    slowest = max(lines, key=lambda line: int(line.partition("%")[0]))
    assert slowest.endswith("if tuple(ys).count(x):"), lines


def test_of_a_candidate_that_fails_no_lines_are_told(asked):
    questions, target = asked(text=SLOW)
    before = b"    return sorted(out)"
    edit = Edit(path="lib.py", start_byte=SLOW.encode().index(before), before=before, after=b"    raise ValueError")
    assert questions.timings(Candidate(target=target, patch=Patch(edits=(edit,)), origin=Origin(proposer="model"))) == ()
