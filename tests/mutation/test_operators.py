"""Every kind of fault by example: what it makes of a line, and what it leaves alone."""

from __future__ import annotations

import pytest

from codeopt.mutation import mutants
from codeopt.mutation.table import OPERATORS

EXAMPLES = [
    ("moved-boundary", "return a < b", "return (a <= b)"),
    ("moved-boundary", "return a >= b", "return (a > b)"),
    ("moved-boundary", "return a < b <= c", "return (a < b < c)"),
    ("negated-comparison", "return a == b", "return (a != b)"),
    ("negated-comparison", "return a <= b", "return (a > b)"),
    ("swapped-comparison", "return a < b", "return (a > b)"),
    ("negated-membership", "return a not in b", "return (a in b)"),
    ("negated-identity", "return a is b", "return (a is not b)"),
    ("negated-condition", "while a: b()", "while (not a): b()"),
    ("negated-condition", "return [x for x in a if b(x)]", "return [x for x in a if (not b(x))]"),
    ("dropped-not", "return not a", "return a"),
    ("and-or", "return a and b", "return (a or b)"),
    ("dropped-operand", "return a and b and c", "return (a and c)"),
    ("dropped-operand", "return a or b", "return b"),
    ("truth-for-none", "return b if a is not None else c", "return b if a else c"),
    ("truth-for-none", "return b if a is None else c", "return b if (not a) else c"),
    ("one-branch", "return a if b else c", "return c"),
    ("arithmetic", "return a + b", "return (a - b)"),
    ("arithmetic", "return c - a * b", "return c - (a + b)"),
    ("arithmetic", "a += b; return a", "a -= b; return a"),
    ("integer-division", "return a / b", "return (a // b)"),
    ("integer-division", "return a // b", "return (a / b)"),
    ("integer-division", "a //= b; return a", "a /= b; return a"),
    ("assigned-not-augmented", "a += b; return a", "a = b; return a"),
    ("number", "return a + 1", "return a + 2"),
    ("number", "return a + 1", "return a + 0"),
    ("number", "return a[0]", "return a[(-1)]"),
    ("number", "return a * 0.5", "return a * 1.5"),
    ("dropped-sign", "return -a", "return a"),
    ("dropped-sign", "return a[-1]", "return a[1]"),
    ("other-sum", "return math.fsum(a)", "return sum(a)"),
    ("other-sum", "return sum(a)", "return __import__('math').fsum(a)"),
    ("text", "return a + 'x'", "return a + 'XXx'"),
    ("text", "return f'<{a}>'", "return f'XX<{a}>'"),
    ("truth", "return a(flag=True)", "return a(flag=False)"),
    ("dropped-default", "return a.get(b, c)", "return a.get(b)"),
    ("dropped-default", "return max(a, default=b)", "return max(a)"),
    ("swapped-function", "return a.find(b, 1)", "return a.rfind(b, 1)"),
    ("swapped-function", "return a.split(b, 1)", "return a.rsplit(b, 1)"),
    ("swapped-function", "return bisect.bisect_left(a, b)", "return bisect.bisect_right(a, b)"),
    ("swapped-function", "return bisect_left(a, b)", "return __import__('bisect').bisect_right(a, b)"),
    ("swapped-function", "return min(a)", "return max(a)"),
    ("swapped-function", "return any(a)", "return all(a)"),
    ("dropped-call", "return a.strip().lower()", "return a.strip()"),
    ("break-continue", "for x in a: b(x); break", "for x in a: b(x); continue"),
    ("removed-statement", "a.append(b); return a", "pass; return a"),
    ("removed-statement", "a[b] = c; return a", "pass; return a"),
    ("removed-statement", "a = b; return a", "pass; return a"),
    ("assigned-none", "x = b; return x", "x = None; return x"),
    ("returned-none", "return a", "return None"),
    ("no-rounds", "for x in a: b(x)", "for x in (): b(x)"),
    ("no-rounds", "while a: b()", "while False: b()"),
    ("early-exit", "for x in a: b(x)", "for x in a: b(x); break"),
    ("early-exit", "for x in a:\n        if x: b(x)", "for x in [*a][:1]:"),
    ("dropped-guard", "if not a: return b\n    return c", "pass"),
    ("dropped-filter", "return [x for x in a if x]", "return [x for x in a]"),
    ("moved-window", "return a[b:c]", "return a[b + 1:c]"),
    ("moved-window", "return a[b:c]", "return a[b:c - 1]"),
    ("moved-window", "return a[b:]", "return a[b:-1]"),
    ("moved-window", "return a[:b]", "return a[1:b]"),
    ("moved-window", "return range(a)", "return range(a - 1)"),
    ("moved-window", "return range(a, b)", "return range(a + 1, b)"),
    ("moved-window", "return enumerate(a)", "return enumerate(a, 1)"),
    ("moved-index", "return [a[i] for i in range(b)]", "return [a[i - 1] for i in range(b)]"),
    ("moved-index", "return [a[i] for i, _ in enumerate(b)]", "return [a[i - 1] for i, _ in enumerate(b)]"),
    ("unsorted", "return sorted(a, key=b)", "return list(a)"),
    ("other-direction", "return sorted(a, reverse=True)", "return sorted(a)"),
    ("other-direction", "a.sort(key=b); return a", "a.sort(key=b, reverse=True); return a"),
    ("dropped-key", "return sorted(a, key=b)", "return sorted(a)"),
    ("dropped-key", "return max(a, key=b)", "return max(a)"),
    ("lost-stability", "return sorted(a, key=b)", "return sorted([*a][::-1], key=b)"),
    ("lost-stability", "return min(a, key=b)", "return min([*a][::-1], key=b)"),
    ("lost-stability", "a.sort(key=b); return a", "a.reverse(); a.sort(key=b); return a"),
    ("dropped-reversed", "return list(reversed(a))", "return list(a)"),
    ("dropped-reversed", "return reversed(a)", "return iter(a)"),
    ("dropped-reversed", "return a[::-1]", "return a[::1]"),
    ("order-of-a-set", "return list(dict.fromkeys(a))", "return list(set(a))"),
    ("swapped-arguments", "return zip(a, b, c)", "return zip(b, a, c)"),
    ("lost-duplicates", "for x in a: b(x)", "for x in dict.fromkeys(a): b(x)"),
    ("lost-duplicates", "for x in a: b[x] = b.get(x, 0) + 1", "for x in dict.fromkeys(a): b[x] = b.get(x, 0) + 1"),
    ("lost-duplicates", "return [x for _, x in enumerate(a)]", "return [x for _, x in enumerate(dict.fromkeys(a))]"),
    ("lost-duplicates", "a.append(b); return a", "b in a or a.append(b); return a"),
    ("alias", "return a[:]", "return a"),
    ("alias", "return list(a)", "return a"),
    ("alias", "return a.items.copy()", "return a.items"),
    ("alias", "return copy.deepcopy(a)", "return a"),
    ("alias", "return [*a]", "return a"),
    ("alias", "return {**a}", "return a"),
    ("alias", "x = dict(a); x[b] = c; return x", "x = a; x[b] = c; return x"),
    ("alias", "for x in list(a): a.remove(x)", "for x in a: a.remove(x)"),
    ("in-place", "return sorted(a, key=b)", "return (a.sort(key=b) or a)"),
    ("in-place", "return list(reversed(a))", "return (a.reverse() or a)"),
    ("in-place", "return a[::-1]", "return (a.reverse() or a)"),
    ("in-place", "return [*a, b]", "return (a.extend([b]) or a)"),
    ("in-place", "return {**a, **b}", "return (a.update({**b}) or a)"),
    ("in-place", "a = a + [b]; return a", "a += [b]; return a"),
    ("other-dtype", "return np.zeros(a, dtype=np.float64)", "return np.zeros(a, dtype=np.float32)"),
    ("other-dtype", "return a.astype(float)", "return a.astype('float32')"),
    ("dropped-conversion", "return a.astype(b)", "return a"),
    ("dropped-conversion", "return tuple(a)", "return a"),
    ("lazy-result", "return [x for x in a]", "return (x for x in a)"),
    ("lazy-result", "return list(b(a))", "return iter(b(a))"),
    ("other-exception", "raise ValueError(a)", "raise TypeError(a)"),
    ("other-exception", "raise errors.Lost from a", "raise ValueError from a"),
    ("other-catch", "try: a()\n    except KeyError: return b", "except Exception: return b"),
    ("other-catch", "try: a()\n    except KeyError: return b", "except (): return b"),
]


def made(body, operator=None, head="def f(a, b, c):"):
    source = f"{head}\n    {body}\n"
    found = mutants("m.py", source.encode(), "f", 0, most=1000, seed="s")
    return [mutant for mutant in found if operator in (None, mutant.operator)]


def line_of(mutant):
    return mutant.source.decode().split("\n")[mutant.line - 1].strip()


@pytest.mark.parametrize(("operator", "before", "after"), EXAMPLES, ids=[f"{name}: {before}" for name, before, _ in EXAMPLES])
def test_a_fault_looks_like_its_example(operator, before, after):
    # Of two faults that lead to the same program one is made: it may bear the other's name.
    assert after in [line_of(mutant) for mutant in made(before)]


@pytest.mark.parametrize("operator", sorted({operator.name for operator in OPERATORS}))
def test_each_kind_of_fault_has_an_example_that_bears_its_name(operator):
    assert any(line_of(mutant) == after for name, before, after in EXAMPLES if name == operator for mutant in made(before, operator))


ALONE = [
    ("'''Docstring, 1 < 2.'''", None),
    ("'''Docstring.'''; x: int = a", None),
    ("raise ValueError(f'{a + 1} not {b}')", "number"),
    ("x = f'{a + 1}'; raise ValueError(x)", "number"),
    ("assert a, 'no' + str(b + 1)", "number"),
    ("logger.info('%s', a + 1)", None),
    ("self.log.debug('x'); import warnings; warnings.warn('y')", None),
    ("if TYPE_CHECKING: return a + 1", None),
    ("x = 1; del a", None),
    ("x = b(); x = 1", "number"),
    ("a", None),
    ("global g; import os", None),
    ("return '%d' % a", "arithmetic"),
    ("return [a] + [b]", "arithmetic"),
    ("return '/' / b", "integer-division"),
    ("return a[b - 1]", "moved-index"),
    ("if a in b: return b[a]", "dropped-guard"),
    ("if c is not None: return c.x", "dropped-guard"),
    ("if (x := a): return x", "dropped-guard"),
    ("for x in range(a): b(x)", "lost-duplicates"),
    ("for k, v in a.items(): b(k)", "lost-duplicates"),
    ("return {x for x in a}", "lost-duplicates"),
    ("if b not in a: a.append(b)", "lost-duplicates"),
    ("if b not in c: a.append(b)", "lost-duplicates"),
    ("for x in a: b[x] = c(x)", "lost-duplicates"),
    ("for x in a:\n        if x not in b: c(x)", "lost-duplicates"),
    ("for x in a:\n        if x == b: return x", "lost-duplicates"),
    ("return sum(list(a))", "alias"),
    ("for x in list(a): b(x)", "alias"),
    ("x = list(a); return len(x)", "alias"),
    ("x = b(); return sorted(x)", "in-place"),
    ("return f'{str(a)}'", "dropped-conversion"),
    ("if bool(a): return b", "dropped-conversion"),
    ("return sorted(a)", "lost-stability"),
    ("return a.get(b, None)", "dropped-default"),
    ("x = b is None; return x", "dropped-not"),
    ("async def g(): await sleep(0)", "removed-statement"),
]


@pytest.mark.parametrize(("body", "operator"), ALONE, ids=[body for body, _ in ALONE])
def test_what_is_for_people_or_would_be_the_same_program_is_let_alone(body, operator):
    assert made(body, operator) == []


def test_annotations_and_defaults_and_decorators_of_the_function_stay():
    head = "@cached(1)\ndef f(a: list[1] = 2, b=3, c=4) -> tuple[5]:"
    assert made("x: dict[6] = None; return x", "number", head) == []


def test_defaults_of_functions_within_are_part_of_the_body():
    found = made("return (lambda x=1: x)(a)", "number")
    assert "return (lambda x=2: x)(a)" in [line_of(mutant) for mutant in found]
