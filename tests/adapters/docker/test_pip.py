"""What pip is told of a project's version, and which line of its output is repeated."""

from __future__ import annotations

import pytest

from codeopt.adapters.docker.install import telling_line, version_variables

FAILED_BUILD = """
Collecting thing
  error: subprocess-exited-with-error
  Getting requirements to build editable did not run successfully.
      LookupError: setuptools-scm was unable to detect version for /work/tree.
      [end of output]
  note: This error originates from a subprocess
error: metadata-generation-failed
"""


@pytest.mark.parametrize(
    ("pyproject", "wanted"),
    [
        ({}, ()),
        ({"project": {"name": "a.thing-x"}}, ("SETUPTOOLS_SCM_PRETEND_VERSION_FOR_A_THING_X",)),
        (
            {"project": {"name": "thing"}, "tool": {"hatch": {"version": {"source": "vcs"}}}},
            ("SETUPTOOLS_SCM_PRETEND_VERSION_FOR_THING", "SETUPTOOLS_SCM_PRETEND_VERSION"),
        ),
        ({"project": {"name": "thing"}, "tool": {"hatch": {"version": {"path": "x.py"}}}}, ("SETUPTOOLS_SCM_PRETEND_VERSION_FOR_THING",)),
        ({"project": {"name": 3}, "tool": "none"}, ()),
    ],
)
def test_a_project_of_hatch_vcs_alone_gets_the_variable_of_all_projects(pyproject, wanted):
    assert version_variables(pyproject) == wanted


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (FAILED_BUILD, "LookupError: setuptools-scm was unable to detect version for /work/tree."),
        ("error: metadata-generation-failed\n", "error: metadata-generation-failed"),
        (
            "ERROR: Could not find a version that satisfies x\nERROR: No matching distribution found for x\n",
            "ERROR: No matching distribution found for x",
        ),
        ("something\n\n[notice] a new pip\n", "something"),
        ("", ""),
    ],
)
def test_the_error_that_says_why_is_repeated(output, line):
    assert telling_line(output) == line
