"""The page about the oracle, on findings that are made up."""

from __future__ import annotations

from tests.adversarial.semantics.corpus import Change, Package
from tests.adversarial.semantics.court import Finding
from tests.adversarial.semantics.table import Story, markdown, told


def change(name: str, fault: str = "") -> Change:
    return Change(package="p", name=name, target="p.py::f", why=f"why of {name}", code="def f(): ...", fault=fault)


PACKAGE = Package(
    name="p", version="1.0", tests="pytest", workload="pytest", changes=(change("a", "order"), change("b", "float"), change("c"))
)


def found(tests: str, replay: str, oracle: str, seconds: float = 1.0) -> dict[str, Finding]:
    outcomes = {"tests": tests, "replay": replay, "oracle": oracle}
    return {layer: Finding(outcome=outcome, reason=f"because | {outcome}", seconds=seconds) for layer, outcome in outcomes.items()}


STORY = Story(
    findings={
        "p-a": found("PASSED", "WRONG", "WRONG"),
        "p-b": found("PASSED", "PASSED", "PASSED", 3.0),
        "p-c": found("PASSED", "PASSED", "UNVERIFIABLE", 2.0),
    },
    surveys={"p": 40.0},
)


def test_each_layer_has_a_row_with_what_it_found():
    page = markdown([PACKAGE], STORY)
    assert "2 plausible optimizations of 1 functions of 1 packages" in page
    assert "| tests | 0 of 2 (0.0%) | 0 of 2 (0.0%) | 0 of 1 (0.0%) | 0 of 1 (0.0%) |" in page
    assert "| oracle | 1 of 2 (50.0%) | 1 of 2 (50.0%) | 0 of 1 (0.0%) | 1 of 1 (100.0%) |" in page
    assert "| order | 1 | 0 | 1 | 1 |" in page


def test_a_miss_is_listed_with_what_is_wrong_with_it():
    page = markdown([PACKAGE], STORY)
    assert "- `p-b`: why of b. The reason is not known yet." in page
    assert "`p-a`: why" not in page


def test_seconds_are_medians_and_the_survey_is_counted_once():
    page = markdown([PACKAGE], STORY)
    assert "| oracle | 2.0 | 3.0 |" in page
    assert "| p | 3 | 40 | 2.0 | 2.0 |" in page


def test_every_change_has_a_row():
    page = markdown([PACKAGE], STORY)
    assert "## p 1.0\n" in page
    assert "| a | order | PASSED | WRONG | WRONG | because \\| WRONG |" in page
    assert "| c | right | PASSED | PASSED | UNVERIFIABLE |" in page


def test_what_was_found_before_is_not_looked_at_again(tmp_path):
    kept = '{"id": "p-%s", "layers": {"oracle": {"outcome": "WRONG", "reason": "r", "seconds": 1.0}}}\n'
    (tmp_path / "findings.jsonl").write_text("".join(kept % name for name in "abc"))
    (tmp_path / "surveys.jsonl").write_text('{"package": "p", "seconds": 7.0}\n')
    story = told(tmp_path, [PACKAGE])
    assert story.surveys == {"p": 7.0}
    assert story.findings["p-b"]["oracle"] == Finding(outcome="WRONG", reason="r", seconds=1.0)
