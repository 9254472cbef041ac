"""What a repository's own declarations say is to be installed."""

from __future__ import annotations

import pytest

from codeopt.trial.environment import detect_environment


def detect(files, **options):
    contents = {path: text.encode() for path, text in files.items()}
    return detect_environment(tuple(contents), contents.__getitem__, python="3.11", **options)


PROJECT = '[project]\nname = "p"\n'


def test_nothing_declared_needs_nothing():
    environment = detect({"a.py": ""})
    assert environment.requirements == ()
    assert environment.installs_project is False
    assert environment.import_roots == (".",)


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"pyproject.toml": PROJECT}, ("-e", "{tree}")),
        ({"pyproject.toml": PROJECT + '[project.optional-dependencies]\ntest = ["pytest"]\ndocs = ["x"]\n'}, ("-e", "{tree}[test]")),
        ({"pyproject.toml": PROJECT + '[project.optional-dependencies]\ndev = ["x"]\n'}, ("-e", "{tree}[dev]")),
        ({"pyproject.toml": PROJECT + '[project.optional-dependencies]\ndev = ["x"]\nTests = ["y"]\n'}, ("-e", "{tree}[Tests]")),
        ({"pyproject.toml": PROJECT + '[dependency-groups]\ntest = ["a", {include-group = "b"}]\nb = ["c"]\n'}, ("a", "c", "-e", "{tree}")),
        ({"pyproject.toml": PROJECT + '[dependency-groups]\ntest = [{include-group = "test"}, "a"]\n'}, ("a", "-e", "{tree}")),
        ({"setup.py": "from setuptools import setup\nsetup(extras_require={'test': ['x']})\n"}, ("-e", "{tree}[test]")),
        ({"setup.py": "extras = {'testing': []}\nextras['all'] = []\n"}, ("-e", "{tree}[testing]")),
        ({"setup.py": "this is no python", "PKG-INFO": "Name: p\nProvides-Extra: test\n"}, ("-e", "{tree}[test]")),
        ({"setup.py": "", "setup.cfg": "[options.extras_require]\ntests = x\n"}, ("-e", "{tree}[tests]")),
        ({"setup.py": "", "requirements-test.txt": "x"}, ("-r", "{tree}/requirements-test.txt", "-e", "{tree}")),
        ({"setup.py": "", "requirements/dev.txt": "x"}, ("-r", "{tree}/requirements/dev.txt", "-e", "{tree}")),
        (
            {"setup.py": "", "requirements/dev.txt": "x", "requirements/tests.txt": "x", "requirements/tests.in": "x"},
            ("-r", "{tree}/requirements/tests.txt", "-e", "{tree}"),
        ),
        ({"requirements.txt": "x", "a.py": ""}, ("-r", "{tree}/requirements.txt")),
        ({"setup.py": "", "tox.ini": "[testenv]\ndeps =\n  hypothesis>=6\n  py27: mock\n  -r{toxinidir}/r.txt\n"},
         ("hypothesis>=6", "-r", "{tree}/r.txt", "-e", "{tree}")),
        ({"pyproject.toml": "[tool.black]\nline-length = 100\n"}, ()),
        ({"pyproject.toml": "this is no toml ["}, ()),
    ],
)  # fmt: skip
def test_declarations_become_pip_arguments(files, wanted):
    assert detect(files).requirements == wanted


def test_the_users_own_come_last():
    assert detect({"pyproject.toml": PROJECT}, install=("numpy",)).requirements == ("-e", "{tree}", "numpy")
    assert detect({"pyproject.toml": PROJECT}, extras=("fast",)).requirements == ("-e", "{tree}[fast]")


def test_the_key_follows_what_is_declared_and_nothing_else():
    first = detect({"pyproject.toml": PROJECT, "a.py": "1"})
    assert detect({"pyproject.toml": PROJECT, "a.py": "2"}).key == first.key
    assert detect({"pyproject.toml": PROJECT + "version = '2'\n", "a.py": "1"}).key != first.key
    assert detect({"pyproject.toml": PROJECT, "a.py": "1"}, install=("numpy",)).key != first.key


def test_a_src_layout_is_imported_from_there():
    assert detect({"src/p/a.py": "", "pyproject.toml": PROJECT}).import_roots == ("src", ".")
