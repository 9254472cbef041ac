"""What a function's text does that may cost time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codeopt.syntax.parse import parse_file
from codeopt.syntax.traits import traits_of


def traits(text, *, path="a.py", name="f"):
    source = text.encode()
    [function] = [each for each in parse_file(path, source).functions if each.name.qualname == name]
    return traits_of(source, function)


@pytest.mark.parametrize(
    ("body", "trait", "lines"),
    [
        ("return x in xs", "search", (2,)),
        ("for a in x:\n        if a not in xs:\n            return a", "loop/search", (3,)),
        ("for a in x:\n        n = xs.index(a)", "loop/search", (3,)),
        ("while xs:\n        xs.pop(0)", "loop/shift", (3,)),
        ("xs.insert(0, x)", "shift", (2,)),
        ("for a in x:\n        for b in a:\n            pass", "loop/loop", (3, 4)),
        ("return [a for b in x for a in sorted(b)]", "loop/sort", (2,)),
        ("for a in x:\n        y = sorted(a)", "loop/sort", (3,)),
        ("for a in x:\n        xs += [a]", "loop/grow", (3,)),
        ("return [re.sub('a', 'b', a) for a in x]", "loop/pattern", (2,)),
        ("return x[1:]", "copy", (2,)),
        ("with open(x) as file:\n        return file.read()", "io", (2, 3)),
        ("return f(x[1:], xs)", "recursion", (2,)),
        ("return self.f(x)", "recursion", (2,)),
        ("for i in x:\n        y = y + xs[i]", "loop/arithmetic", (3,)),
    ],
)
def test_a_trait_is_found_on_its_lines(body, trait, lines):
    assert traits(f"def f(x, xs):\n    {body}\n").get(trait, ()) == lines


def test_what_a_loop_goes_through_is_made_once():
    found = traits("def f(x):\n    for a in sorted(x):\n        print(a)\n    return [b for b in list(x)]\n")
    assert "sort" in found
    assert "loop/sort" not in found
    assert "loop/copy" not in found


def test_what_stands_outside_of_loops_is_not_in_one():
    assert not [trait for trait in traits("def f(x):\n    y = x in x\n    return sorted(y)\n") if trait.startswith("loop")]


def test_a_method_is_read_where_it_stands():
    text = "class A:\n    def g(self):\n        return 1\n\n    def f(self, x):\n        for a in x:\n            self.all.remove(a)\n"
    assert traits(text, name="A.f")["loop/search"] == (7,)


def test_names_of_other_functions_are_no_recursion():
    assert "recursion" not in traits("def f(x):\n    return g(x) + h.ff(x)\n")


def test_other_languages_have_none():
    source = b"def f(x):\n    return x in x\n"
    [function] = parse_file("a.py", source).functions
    assert traits_of(source, replace(function, name=replace(function.name, path="a.unknown"))) == {}
