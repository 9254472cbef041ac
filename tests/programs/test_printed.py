"""What calls say to people is kept as one text, without what other code may say otherwise and be right."""

from __future__ import annotations

import contextlib
import logging
import sys
import traceback
import warnings

import pytest
from codeopt_inside import printed
from codeopt_inside.printed import Printed


@pytest.fixture
def tree(tmp_path):
    printed.set_tree(str(tmp_path))
    yield tmp_path
    printed.set_tree("/nowhere")


@contextlib.contextmanager
def talking():
    """Keep what is said inside, of warnings each one."""
    keeper = Printed()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        keeper.take()
        try:
            yield keeper
        finally:
            keeper.leave()


def code(path, text):
    names = {}
    exec(compile(text, str(path), "exec"), names)
    return names["f"]


def fail():
    raise KeyError("gone")


def test_the_parts_of_calls_are_apart():
    with talking() as taken:
        for number in range(3):
            sys.stdout.write(f"call {number}\n")
            sys.stderr.write(f"oops {number}\n")
            taken.marks.append(taken.buffer.tell())
        assert taken.of(1) == "call 1\n\0oops 1\n"


def test_how_a_text_is_written_in_pieces_does_not_show():
    with talking() as taken:
        sys.stderr.write("one\n")
        first = taken.taken()
        sys.stderr.writelines(["o", "ne", "\n"])
        assert taken.taken() == first


def test_standard_output_is_not_standard_error():
    with talking() as taken:
        sys.stdout.write("one\n")
        first = taken.taken()
        sys.stderr.write("one\n")
        assert taken.taken() != first


def test_a_traceback_is_told_without_its_way():
    with talking() as taken:
        try:
            fail()
        except KeyError:
            traceback.print_exc()
        assert taken.taken() == "\0KeyError: 'gone'\n"


def test_what_is_logged_without_a_handler_is_told():
    with talking() as taken:
        logger = logging.getLogger("quiet")
        logger.propagate = False
        logger.warning("low on %s", "ink")
        logger.info("nobody reads this")
        assert taken.taken() == "\0low on ink\n"


def test_a_warning_of_the_tree_is_told_without_its_place(tree):
    with talking() as taken:
        for lines in ("", "\n\n"):
            code(tree / "a.py", lines + "import warnings\ndef f():\n    warnings.warn('soon gone', UserWarning)\n")()
            assert taken.taken() == "\0UserWarning: soon gone\n"


def test_a_warning_of_somebody_else_is_not_told(tree):
    with talking() as taken:
        code("/elsewhere/a.py", "import warnings\ndef f():\n    warnings.warn('soon gone')\n")()
        assert taken.taken() == ""


def test_a_warning_that_no_statement_gives_is_not_told(tree):
    with talking() as taken:
        np = pytest.importorskip("numpy")
        f = code(tree / "a.py", "def f(numbers):\n    return numbers / 0\n")
        f(np.array([1.0]))
        assert taken.taken() == ""


def test_everything_is_put_back():
    before = sys.stdout, sys.stderr, warnings.showwarning
    keeper = Printed()
    keeper.take()
    keeper.leave()
    assert (sys.stdout, sys.stderr, warnings.showwarning) == before


def test_what_the_program_put_in_its_place_stays_to_be_seen(monkeypatch):
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    keeper = Printed()
    keeper.take()
    own = sys.stderr = Printed().errors
    keeper.leave()
    assert sys.stderr is own


def test_standard_error_has_the_number_that_programs_expect():
    with talking():
        assert sys.stderr.fileno() == 2
