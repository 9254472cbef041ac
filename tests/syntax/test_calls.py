"""Who seems to call whom, by name alone."""

from __future__ import annotations

from codeopt.model.code import TargetName
from codeopt.syntax.index import CodeIndex


def callees(index: CodeIndex, spec: str) -> list[str]:
    return [str(function.name) for function in index.callees(index.find(spec).name)]


def callers(index: CodeIndex, spec: str) -> list[str]:
    return [str(function.name) for function in index.callers(index.find(spec).name)]


def test_self_means_the_same_class_before_any_other(index_of):
    code = "class A:\n    def run(self):\n        self.step()\n    def step(self): pass\nclass B:\n    def step(self): pass\n"
    index = index_of({"m.py": code})
    assert callees(index, "A.run") == ["m.py::A.step"]
    assert callers(index, "A.step") == ["m.py::A.run"]
    assert callers(index, "B.step") == []


def test_an_inherited_method_is_found_elsewhere_by_its_name(index_of):
    index = index_of(
        {"base.py": "class Base:\n    def step(self): pass\n", "m.py": "class A(Base):\n    def run(self):\n        self.step()\n"}
    )
    assert callees(index, "A.run") == ["base.py::Base.step"]
    assert callers(index, "Base.step") == ["m.py::A.run"]


def test_a_bare_name_means_the_same_file_and_never_a_stranger(index_of):
    code = "def f():\n    g(); len(x); h()\ndef g(): pass\n"
    index = index_of({"m.py": code, "other.py": "def g(): pass\ndef h(): pass\ndef len(x): pass\n"})
    assert callees(index, "f") == ["m.py::g"]
    assert callers(index, "other.py::g") == []


def test_imports_of_every_form_lead_to_the_other_file(index_of):
    main = """
        import pkg.deep.mod
        import pkg.deep.mod as short
        from pkg.deep import mod
        from pkg.deep.mod import work as job, Thing
        def a(): pkg.deep.mod.work()
        def b(): short.work()
        def c(): mod.work()
        def d(): job()
        def e(): Thing()
        def f(): Thing.make()
        def g():
            from pkg.deep.mod import work
            work()
        """
    module = "def work(): pass\nclass Thing:\n    def __init__(self): pass\n    @classmethod\n    def make(cls): pass\n"
    index = index_of({"main.py": main, "src/pkg/__init__.py": "", "src/pkg/deep/__init__.py": "", "src/pkg/deep/mod.py": module})
    work, thing = "src/pkg/deep/mod.py::work", "src/pkg/deep/mod.py::Thing"
    assert [callees(index, name) for name in "abcd"] == [[work]] * 4
    assert callees(index, "main.py::e") == [f"{thing}.__init__"]
    assert callees(index, "main.py::f") == [f"{thing}.make"]
    assert callers(index, work) == [f"main.py::{name}" for name in "abcdg"]
    assert callers(index, f"{thing}.__init__") == ["main.py::e"]


def test_relative_imports_and_packages_that_export_again_are_followed(index_of):
    index = index_of(
        {
            "pkg/__init__.py": "from ._impl import work\nfrom .more import *\n",
            "pkg/_impl.py": "def work(): pass\n",
            "pkg/more/__init__.py": "from .. import work as again\ndef extra(): pass\n",
            "pkg/use.py": "from . import work, extra\nfrom .more import again\ndef f():\n    work(); extra()\ndef g():\n    again()\n",
        }
    )
    assert callees(index, "f") == ["pkg/_impl.py::work", "pkg/more/__init__.py::extra"]
    assert callees(index, "g") == ["pkg/_impl.py::work"]
    assert callers(index, "work") == ["pkg/use.py::f", "pkg/use.py::g"]


def test_imports_in_a_circle_come_to_an_end(index_of):
    index = index_of({"a.py": "from b import f\ndef g():\n    f()\n", "b.py": "from a import f\n"})
    assert callees(index, "g") == []


def test_an_installed_module_is_not_taken_for_a_file_in_a_package(index_of):
    files = {"pkg/__init__.py": "", "pkg/json.py": "def loads(): pass\n", "main.py": "import json\ndef f():\n    json.loads()\n"}
    assert callees(index_of(files), "f") == []


def test_a_method_of_something_unknown_may_be_any_of_that_name_up_to_five(index_of):
    classes = "".join(f"class C{number}:\n    def go(self): pass\n" for number in range(5))
    index = index_of({"c.py": classes, "m.py": "def f(x):\n    x.go()\n"})
    assert callees(index, "f") == [f"c.py::C{number}.go" for number in range(5)]
    crowded = index_of({"c.py": classes + "class C5:\n    def go(self): pass\n", "m.py": "def f(x):\n    x.go()\n"})
    assert callees(crowded, "f") == []
    assert callers(crowded, "C0.go") == []


def test_nested_functions_call_and_are_called_in_the_name_of_the_outermost(index_of):
    code = "def outer():\n    def inner():\n        helper()\n    inner()\ndef helper(): pass\ndef inner(): pass\n"
    index = index_of({"m.py": code})
    assert callees(index, "m.py::outer") == ["m.py::helper"]
    assert callees(index, "m.py::outer.inner") == ["m.py::helper"]
    assert callers(index, "helper") == ["m.py::outer"]
    assert callers(index, "m.py::inner") == []


def test_recursion_is_left_out(index_of):
    index = index_of({"m.py": "def f(n):\n    return f(n - 1)\n"})
    assert (callees(index, "f"), callers(index, "f")) == ([], [])


def test_all_variants_of_a_name_are_meant(index_of):
    index = index_of({"m.py": "if x:\n    def g(): pass\nelse:\n    def g(): pass\ndef f():\n    g()\n"})
    assert callees(index, "f") == ["m.py::g", "m.py::g#1"]


def test_an_unknown_name_has_neither(index_of):
    index = index_of({"m.py": "def f(): pass\n"})
    name = TargetName(path="m.py", qualname="nope")
    assert (index.callees(name), index.callers(name)) == ((), ())
