"""Functions that the rules for loops, calls and arrays rewrite, with arguments on which both agree, and functions that they leave."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypothesis import strategies as st

__all__ = ["KEPT", "REWRITTEN", "Rewritten"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """A function `f` that a rule rewrites: `has` stands in the new code, `given` makes its arguments."""

    rule: str
    source: str
    has: str
    given: st.SearchStrategy[tuple[object, ...]]


def _body(*lines: str, head: str = "def f(xs):", before: str = "") -> str:
    return before + "\n".join([head, *(f"    {line}" for line in lines)]) + "\n"


def _loosely(form: str) -> str:
    """Return a pattern of texts that look like times of a format, with digits too few and too many."""
    return re.sub("%[a-zA-Z]", lambda found: {"%Y": "[0-9]{3,5}", "%f": "[0-9]{0,7}"}.get(found[0], "[0-9]{1,3}"), form.replace(".", "[.]"))


ARABIC = "\u0662\u0660\u0662\u0664-\u0660\u0661-\u0660\u0661"
MIXED = st.one_of(st.integers(-3, 3), st.booleans(), st.sampled_from([0.0, 1.0, -0.0, 2.5]))
WORDS = st.text("abcAB 1", max_size=3)
INTS = st.lists(st.integers(-4, 4), max_size=12)
ANY = st.one_of(st.lists(MIXED, max_size=8), st.lists(WORDS, max_size=8), st.tuples(MIXED, MIXED), st.text("ab", max_size=5))
PLAIN = st.one_of(MIXED, WORDS)
PAIRS = st.lists(st.tuples(st.integers(-3, 3), WORDS), max_size=8)

TOTAL = _body("total = 0", "for x in xs:", "    total += x", "return total")
TALLY = _body("counts = {}", "for x in xs:", "    counts[x] = counts.get(x, 0) + 1", "return counts")
EQUAL = _body("return any(x == y for y in ys)", head="def f(x, ys):")
HEAD = _body(
    "out = []", "while xs:", "    x = xs[0]", "    xs = xs[1:]", "    if x == 2:", "        continue", "    out.append(x)", "return out"
)
FRONT = _body("out = []", "for x in xs:", "    if x:", "        out.insert(0, x)", "return out")
NESTED = _body("out = []", "for row in rows:", "    for x in row:", "        out.append(x)", "return out", head="def f(rows):")
COUNT = _body("n = 0", "for x in xs:", "    if x == y:", "        n += 1", "return n", head="def f(xs: list, y):")
ODD_TIMES = ["2024-W01-1", "2024-02-30", "2024-02-29\n", ARABIC, "2024-1-5", "", "20240101", b"2024-01-01", None]
TIME = "from datetime import datetime\n\n\ndef f(text):\n    return datetime.strptime(text, %r)\n"
WINDOW = _body("return [max(xs[i:i + k]) for i in range(len(xs) - k + 1)]", head="def f(xs, k):")
SUMS = _body("return [sum(xs[i:i + k]) for i in range(-2, len(xs) + 2)]", head="def f(xs, k):")
COUNTED = _body(
    "n = 0",
    "for i in range(len(xs)):",
    "    for j in range(i + 1, len(xs)):",
    "        if xs[i] + xs[j] == total:",
    "            n += 1",
    "return n",
    head="def f(xs, total):",
)
GROWN = _body("found = {}", "for x in xs:", "    found = {**found, x: len(found)}", "return found")
HOISTED = _body("return [x / max(xs) for x in xs]")
FIBONACCI = 'def f(n, k=1):\n    """Doc."""\n    if n < 2:\n        return n * k\n    return f(n - 1, k) + f(n - 2, k)\n'
NUMPY = "import numpy as np\n\n\n"
ARRAYS = _body(
    "out = np.zeros(len(a))",
    "for i in range(len(a)):",
    "    out[i] = a[i] * 2.0 + np.maximum(b[i], scale) / 3",
    "return out.tolist()",
    head="def f(a: np.ndarray, b: np.ndarray, scale: float):",
    before=NUMPY,
)
APPENDED = _body("out = np.array([])", "for x in xs:", "    out = np.append(out, x)", "return out.tolist(), str(out.dtype)", before=NUMPY)
COMMON = _body(
    "t = np.zeros((len(a) + 1, len(b) + 1), dtype=int)",
    "for i, x in enumerate(a):",
    "    for j, y in enumerate(b):",
    "        if x == y:",
    "            t[i + 1, j + 1] = t[i, j] + 1",
    "        else:",
    "            t[i + 1][j + 1] = max(t[i + 1][j], t[i][j + 1])",
    "i, j = len(a), len(b)",
    "while i > 0 and j > 0:",
    "    if t[i, j] == t[i - 1, j]:",
    "        i -= 1",
    "    elif t[i, j] == t[i, j - 1]:",
    "        j -= 1",
    "    else:",
    "        break",
    "return t[len(a), len(b)], i, j",
    head="def f(a, b):",
    before=NUMPY,
).replace("return t[len(a), len(b)], i, j", "if i < j:\n        return i\n    return t[len(a), len(b)]")
FEWEST = _body(
    "best = np.full(total + 1, np.inf)",
    "best[0] = 0",
    "for coin in coins:",
    "    for at in range(coin, total + 1):",
    "        other = best[at - coin] + 1",
    "        if other < best[at]:",
    "            best[at] = other",
    "return -1 if best[total] > total else int(best[total])",
    head="def f(coins, total: int):",
    before=NUMPY,
)
SIEVE = _body(
    "marks = np.ones(n + 1, bool)",
    "found = []",
    "for i in range(2, n + 1):",
    "    if marks[i]:",
    "        found.append(i)",
    "        for j in range(i * i, n + 1, i):",
    "            marks[j] = False",
    "return found",
    head="def f(n: int):",
    before=NUMPY,
)

REWRITTEN = (
    Rewritten(rule="totalled", source=TOTAL, has="total = sum(xs, total)", given=st.tuples(ANY)),
    Rewritten(
        rule="totalled",
        source=TOTAL.replace("total += x", "total += len(x)"),
        has="total = sum(map(len, xs), total)",
        given=st.tuples(st.lists(st.one_of(WORDS, MIXED), max_size=5)),
    ),
    Rewritten(
        rule="totalled",
        source=TOTAL.replace("total += x", "total *= x").replace("total = 0", "total = 1.5"),
        has="total = prod(xs, start=total)",
        given=st.tuples(ANY),
    ),
    Rewritten(
        rule="tallied", source=TALLY, has="counts.update(Counter(iter(xs)))", given=st.tuples(st.one_of(ANY, st.dictionaries(WORDS, MIXED)))
    ),
    Rewritten(
        rule="tallied",
        source="from collections import defaultdict\n\n\n"
        + TALLY.replace("{}", "defaultdict(int)").replace("counts[x] = counts.get(x, 0) + 1", "counts[x % 3] += 1"),
        has="counts.update(Counter(x % 3 for x in xs))",
        given=st.tuples(ANY),
    ),
    Rewritten(rule="any-equal", source=EQUAL, has="(x in ys if type(ys) in (list, tuple) else any(", given=st.tuples(PLAIN, ANY)),
    Rewritten(
        rule="any-equal",
        source=EQUAL.replace("any(x == y", "all(y != x").replace("ys)", "ys: list)", 1),
        has="return (x not in ys)",
        given=st.tuples(PLAIN, st.lists(PLAIN, max_size=5)),
    ),
    Rewritten(rule="head-tail", source=HEAD, has="for x in xs[:]:\n        if x == 2", given=st.tuples(ANY)),
    Rewritten(
        rule="head-tail",
        source=HEAD.replace("x = xs[0]\n        xs = xs[1:]", "x, xs = xs[0], xs[1:]"),
        has="for x in xs[:]:\n        if x == 2",
        given=st.tuples(ANY),
    ),
    Rewritten(rule="front-insert", source=FRONT, has="out.append(x)\n    out.reverse()", given=st.tuples(ANY)),
    Rewritten(
        rule="modular-power",
        source=_body("return a ** b % m", head="def f(a, b, m):"),
        has="pow(a, b, m) if type(a) is type(b) is type(m) is int and b >= 0 and m else a ** b % m",
        given=st.tuples(MIXED, MIXED, MIXED),
    ),
    Rewritten(
        rule="modular-power",
        source=_body("return 2 ** b % 7", head="def f(b):"),
        has="(pow(2, b, 7) if type(b) is int and b >= 0 else 2 ** b % 7)",
        given=st.tuples(PLAIN),
    ),
    Rewritten(
        rule="bit-count",
        source=_body('return bin(x).count("1")', head="def f(x):"),
        has="index(x).bit_count()",
        given=st.tuples(st.one_of(PLAIN, st.integers())),
    ),
    Rewritten(
        rule="flattened",
        source=_body("return sum(xs, [])"),
        has="list(chain.from_iterable(xs)) if type(xs) in (list, tuple) and set(map(type, xs)) <= {list} else sum(xs, [])",
        given=st.tuples(st.lists(st.one_of(st.lists(MIXED, max_size=3), st.tuples(MIXED), WORDS), max_size=4)),
    ),
    Rewritten(
        rule="flattened",
        source=_body("return sum([[x, x] for x in xs], [])"),
        has="return list(chain.from_iterable([[x, x] for x in xs]))",
        given=st.tuples(ANY),
    ),
    Rewritten(rule="extended", source=NESTED, has="out.extend(row)", given=st.tuples(st.lists(st.one_of(ANY, MIXED), max_size=4))),
    Rewritten(rule="occurrences", source=COUNT, has="n += xs.count(y)", given=st.tuples(st.lists(PLAIN, max_size=6), PLAIN)),
    Rewritten(
        rule="occurrences",
        source=COUNT.replace("xs: list, y", "xs: str").replace("== y", "== 'a'"),
        has="n += xs.count('a')",
        given=st.tuples(WORDS),
    ),
    *(
        Rewritten(
            rule="iso-datetime",
            source=TIME % form,
            has="return _read_time(text)",
            given=st.tuples(
                st.one_of(
                    st.datetimes().map(lambda time, form=form: time.strftime(form)),
                    st.from_regex(_loosely(form), fullmatch=True),
                    st.sampled_from(ODD_TIMES),
                )
            ),
        )
        for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S.%f")
    ),
    Rewritten(
        rule="key-getter",
        source=_body("return sorted(xs, key=lambda x: x[0]), max(xs, key=lambda x: (x[1], x[-1]))"),
        has="key=itemgetter(0)), max(xs, key=itemgetter(1, -1))",
        given=st.tuples(st.one_of(PAIRS, ANY)),
    ),
    Rewritten(
        rule="key-getter",
        source=_body("xs.sort(key=lambda x: x.real, reverse=True)", "return xs"),
        has='key=attrgetter("real")',
        given=st.tuples(st.lists(MIXED, max_size=5)),
    ),
    Rewritten(
        rule="literal-set",
        source=_body("return [x for x in xs if x not in ['a', 'b', 'ab', 'A', ' ']]"),
        has="not in {'a', 'b', 'ab', 'A', ' '}",
        given=st.tuples(ANY),
    ),
    Rewritten(
        rule="map-lambda",
        source=_body("return list(map(lambda x: x * 2 if x else None, xs)), list(filter(lambda y: y, xs))"),
        has="[x * 2 if x else None for x in xs], [y for y in xs if y]",
        given=st.tuples(ANY),
    ),
    Rewritten(
        rule="prefix-sum",
        source=SUMS,
        has="xs_sums[(i + k)] - xs_sums[i] if xs_sums is not None and 0 <= i <= (i + k) < len(xs_sums) else sum(xs[i:i + k])",
        given=st.tuples(st.one_of(INTS, ANY), st.integers(-3, 5)),
    ),
    Rewritten(
        rule="prefix-sum",
        source=_body("return [sum(xs[:i]) - sum(xs[i:]) for i in range(len(xs) + 2)]"),
        has="xs_sums[len(xs)] - xs_sums[i]",
        given=st.tuples(st.one_of(INTS, ANY)),
    ),
    Rewritten(rule="window-extreme", source=WINDOW, has="_window_max(xs, k)", given=st.tuples(st.one_of(INTS, ANY), st.integers(-1, 6))),
    Rewritten(
        rule="window-extreme",
        source=WINDOW.replace("max", "min").replace("i + k]", "i + 3]").replace("- k + 1", "+ 2"),
        has="_window_min(xs, 3)",
        given=st.tuples(st.one_of(INTS, ANY), st.just(0)),
    ),
    Rewritten(rule="pair-count", source=COUNTED, has="n += xs_seen.get(total - xs_item, 0)", given=st.tuples(st.one_of(INTS, ANY), MIXED)),
    Rewritten(
        rule="pair-count",
        source=COUNTED.replace("xs[i] + xs[j] == total", "xs[j] == xs[i]")
        .replace("n = 0", "n = 0\n    size = len(xs)")
        .replace("len(xs))", "size)"),
        has="n += xs_seen.get(xs_item, 0)",
        given=st.tuples(st.one_of(INTS, ANY), MIXED),
    ),
    Rewritten(rule="grown-dict", source=GROWN, has="found[x] = len(found)", given=st.tuples(ANY)),
    Rewritten(
        rule="grown-dict",
        source=GROWN.replace("{**found, x: len(found)}", "found | {x: x}"),
        has="found[x] = x",
        given=st.tuples(ANY),
    ),
    Rewritten(
        rule="grown-dict",
        source=GROWN.replace("found = {}", "found = set()").replace("{**found, x: len(found)}", "found | {x}"),
        has="found.add(x)",
        given=st.tuples(ANY),
    ),
    Rewritten(rule="hoisted-call", source=HOISTED, has="x / (xs_max if xs_max is not None else max(xs))", given=st.tuples(ANY)),
    Rewritten(
        rule="hoisted-call",
        source=_body("out = []", "for x in xs:", "    out.append((sum(ys), min(ys)))", "return out", head="def f(xs, ys):"),
        has="(ys_sum if ys_sum is not None else sum(ys))",
        given=st.tuples(ANY, ANY),
    ),
    Rewritten(rule="memoised", source=FIBONACCI, has="def f_of(n, k=1):", given=st.tuples(st.integers(-2, 12), st.integers(-1, 2))),
    Rewritten(
        rule="memoised",
        source=(
            "def f(n, coins=(1, 2, 5)):\n    if n == 0:\n        return 1\n    if n < 0 or not coins:\n        return 0\n"
            "    total = 0\n    for i in range(len(coins)):\n        total += f(n - coins[i], coins[i:])\n    return total\n"
        ),
        has="total += f_of(n - coins[i], coins[i:])",
        given=st.tuples(st.integers(-1, 12)),
    ),
    Rewritten(
        rule="array-extreme",
        source=_body("return max(a), min(a), any(a), all(a)", head="def f(a: np.ndarray):", before=NUMPY),
        has="return a.max(), a.min(), bool(a.any()), bool(a.all())",
        given=st.tuples(st.just(None)),
    ),
    Rewritten(
        rule="array-items",
        source=COMMON,
        has="t = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]",
        given=st.tuples(st.text("abc", max_size=7), st.text("abc", max_size=7)),
    ),
    Rewritten(
        rule="array-items",
        source=FEWEST,
        has="best = [np.inf] * (total + 1)",
        given=st.tuples(st.lists(st.integers(1, 6), max_size=4), st.integers(0, 20)),
    ),
    Rewritten(rule="array-items", source=SIEVE, has="marks = [True] * (n + 1)", given=st.tuples(st.integers(0, 60))),
    Rewritten(rule="array-loop", source=ARRAYS, has="out[:] = ((a * 2.0) + (np.maximum(b, scale) / 3))", given=st.tuples(st.just(None))),
    Rewritten(
        rule="counted",
        source=_body("ws = text.split()", "return {w: ws.count(w) for w in ws}, [ws.count(x) for x in 'ab']", head="def f(text):"),
        has="ws_counts = Counter(ws)\n    return {w: ws_counts[w] for w in ws}, [ws_counts[x] for x in 'ab']",
        given=st.tuples(st.text("ab ", max_size=12)),
    ),
    Rewritten(
        rule="membership-set",
        source=_body("ws = text.splitlines()", "return [x for x in xs if x in ws]", head="def f(text, xs):"),
        has="ws_set = set(ws)\n    return [x for x in xs if x in ws_set]",
        given=st.tuples(st.text("ab\n", max_size=12), st.lists(PLAIN, max_size=5)),
    ),
    Rewritten(
        rule="indexed",
        source=_body("ws = text.rsplit(' ')", "return [ws.index(x) for x in xs]", head="def f(text, xs):"),
        has="return [(ws_places[x] if x in ws_places else ws.index(x)) for x in xs]",
        given=st.tuples(st.text("ab ", max_size=8), st.lists(st.text("ab", max_size=1), max_size=3)),
    ),
    Rewritten(rule="array-growth", source=APPENDED, has="out_parts.append(np.array(x).ravel())", given=st.tuples(st.just(None))),
)


KEPT = (
    # the sum so far is seen, or it starts as something else
    ("totalled", TOTAL.replace("total += x", "total += total")),
    ("totalled", TOTAL.replace("total = 0", "total = []")),
    ("totalled", TOTAL.replace("total = 0", "total = xs[0]")),
    ("totalled", TOTAL.replace("total += x", "total -= x")),
    ("totalled", TOTAL.replace("return total", "return total, x")),
    ("totalled", TOTAL.replace("total += x", "total += g(x, 1)")),
    ("totalled", TOTAL.replace("total += x", "total += total(x)")),
    (
        "totalled",
        TOTAL.replace(
            "    for x in xs:\n        total += x", "    try:\n        for x in xs:\n            total += x\n    except E:\n        pass"
        ),
    ),
    ("totalled", TOTAL.replace("    for x in xs:\n        total += x", "    with g():\n        for x in xs:\n            total += x")),
    ("totalled", TOTAL.replace("return total", "else:\n        g()\n    return total")),
    ("totalled", "sum = 1\n" + TOTAL),
    ("tallied", TALLY.replace("{}", "{1: 2}")),
    ("tallied", TALLY.replace("{}", "g()")),
    ("tallied", TALLY.replace("{}", "{}\n    g(counts)")),
    ("tallied", TALLY.replace("counts.get(x, 0) + 1", "counts.get(x, 1) + 1")),
    ("tallied", TALLY.replace("counts.get(x, 0)", "counts.get(y, 0)")),
    ("tallied", TALLY.replace("counts[x] = counts.get(x, 0) + 1", "counts[x] += 1")),
    ("tallied", TALLY.replace("in xs", "in g(counts)")),
    ("tallied", "Counter = collections = 1\n" + TALLY),
    ("any-equal", EQUAL.replace("x == y", "x is y")),
    ("any-equal", EQUAL.replace("x == y", "x != y")),
    ("any-equal", EQUAL.replace("x == y", "g(x) == y")),
    ("any-equal", EQUAL.replace("in ys", "in ys if y")),
    ("any-equal", EQUAL.replace("x == y", "y == y")),
    ("any-equal", EQUAL.replace("in ys", "in g(ys)")),
    ("head-tail", HEAD.replace("return out", "return out, xs")),
    ("head-tail", HEAD.replace("xs[1:]", "xs[2:]")),
    ("head-tail", HEAD.replace("x == 2", "x == len(xs)")),
    ("head-tail", HEAD.replace("x = xs[0]", "x = xs[1]")),
    ("front-insert", FRONT.replace("out.insert(0, x)", "out.insert(1, x)")),
    ("front-insert", FRONT.replace("out.insert(0, x)", "out.insert(0, len(out))")),
    ("front-insert", FRONT.replace("if x", "if out")),
    ("front-insert", FRONT.replace("out = []", "out = [1]")),
    ("front-insert", FRONT.replace("if x:", "if x > 2:\n            return out\n        if x:")),
    ("front-insert", FRONT.replace("out = []", "out = []\n    g(out)")),
    ("front-insert", FRONT.replace("def f(xs):\n    out = []", "def f(xs, out):")),
    ("modular-power", _body("return a ** g(b) % m", head="def f(a, b, m):")),
    ("modular-power", _body("return a ** b * m", head="def f(a, b, m):")),
    ("modular-power", "pow = 1\n" + _body("return a ** b % m", head="def f(a, b, m):")),
    ("bit-count", _body('return bin(x).count("0")', head="def f(x):")),
    ("bit-count", _body('return hex(x).count("1")', head="def f(x):")),
    ("flattened", _body("return sum(xs, [1])")),
    ("flattened", _body("return sum(g(xs), [])")),
    ("extended", NESTED.replace("out = []", "out = g()")),
    ("extended", NESTED.replace("out.append(x)", "out.append(-x)")),
    ("extended", NESTED.replace("in row:", "in out:")),
    ("extended", NESTED.replace("return out", "return out, x")),
    ("extended", NESTED.replace("out = []", "out = []\n    g(out)")),
    ("occurrences", COUNT.replace("xs: list", "xs")),
    ("occurrences", COUNT.replace("x == y", "x != y")),
    ("occurrences", COUNT.replace("x == y", "x == g(y)")),
    ("occurrences", COUNT.replace("n += 1", "n += 2")),
    ("occurrences", COUNT.replace("xs: list, y", "xs: str").replace("== y", "== 'ab'")),
    ("occurrences", COUNT.replace("n = 0", "n = y")),
    ("iso-datetime", TIME % "%d.%m.%Y"),
    ("iso-datetime", TIME % "%Y-%m-%d %z"),
    ("iso-datetime", (TIME % "%Y-%m-%d").replace("import datetime", "import date as datetime")),
    ("iso-datetime", (TIME % "%Y-%m-%d").replace("f(text)", "f(text, datetime)")),
    ("iso-datetime", "re = 1\n" + TIME % "%Y-%m-%d"),
    ("key-getter", _body("return sorted(xs, key=lambda x: x[i])")),
    ("key-getter", _body("return sorted(xs, key=lambda x: x.a[0])")),
    ("key-getter", _body("return sorted(xs, key=lambda x: x.__a)")),
    ("key-getter", _body("return sorted(xs, key=lambda x, y=1: x[0])")),
    ("key-getter", _body("return sorted(xs, key=lambda x: (x[0],))")),
    ("key-getter", _body("return g(xs, key=lambda x: x[0])")),
    ("literal-set", _body("return [x for x in xs if x in ['a', 'b']]")),
    ("literal-set", _body("return xs in ['a', 'b', 'c', 'd', 'e']")),
    ("literal-set", _body("return [x for x in xs if [x] in ['a', 'b', 'c', 'd', 'e']]")),
    ("literal-set", _body("return [x for x in xs if x in ['a', 'b', 'c', 'd', y]]")),
    ("map-lambda", _body("return map(lambda x: x, xs)")),
    ("map-lambda", _body("return list(map(lambda x, y: x, xs, xs))")),
    ("map-lambda", _body("return list(map(lambda x=1: x, xs))")),
    ("map-lambda", _body("return list(map(lambda *x: x, xs))")),
    ("map-lambda", _body("return list(map(lambda x: lambda: x, xs))")),
    ("prefix-sum", SUMS.replace("xs[i:i + k]", "xs[i:i + k:2]")),
    ("prefix-sum", SUMS.replace("xs[i:i + k]", "xs[g(i):i + k]")),
    ("prefix-sum", SUMS.replace("sum(xs[i:i + k])", "sum(xs[i:i + k], 1)")),
    ("prefix-sum", _body("return sum(xs[1:3])")),
    ("prefix-sum", _body("out = 0", "for i in xs:", "    out += sum(xs[i:3])", "    xs.append(1)", "return out")),
    ("window-extreme", WINDOW.replace("xs[i:i + k]", "xs[i:i + i]")),
    ("window-extreme", WINDOW.replace("xs[i:i + k]", "xs[i:k]")),
    ("window-extreme", WINDOW.replace("xs[i:i + k]", "xs[i + 1:i + k]")),
    ("window-extreme", WINDOW.replace("for i in range(len(xs) - k + 1)", "for k in (1, 2) for i in range(2)")),
    ("pair-count", COUNTED.replace("i + 1", "i + 2")),
    ("pair-count", COUNTED.replace("range(len(xs)):", "range(1, len(xs)):", 1)),
    ("pair-count", COUNTED.replace("xs[i] + xs[j]", "xs[i] - xs[j]")),
    ("pair-count", COUNTED.replace("== total", "== g(total)")),
    ("pair-count", COUNTED.replace("== total", "== n")),
    ("pair-count", COUNTED.replace("return n", "return n, j")),
    ("pair-count", COUNTED.replace("n += 1", "n += 2")),
    ("pair-count", COUNTED.replace("n = 0", "n = 0\n    size = len(xs)\n    xs.append(0)").replace("len(xs))", "size)")),
    ("grown-dict", GROWN.replace("found = {}", "found = g()")),
    ("grown-dict", GROWN.replace("x: len(found)", "**x")),
    ("grown-dict", GROWN.replace("return found", "    g(found)\n    return found")),
    ("grown-dict", GROWN.replace("{**found, x: len(found)}", "{x: 1, **found}")),
    ("hoisted-call", _body("return max(xs)")),
    ("hoisted-call", _body("return [max(xs, key=g) for x in xs]")),
    ("hoisted-call", _body("out = []", "for x in xs:", "    out.append(max(out))", "return out")),
    ("hoisted-call", _body("for x in list(xs):", "    xs.remove(max(xs))", "return xs")),
    ("memoised", FIBONACCI.replace(" + f(n - 2, k)", "")),
    ("memoised", FIBONACCI.replace("return n * k", "return [n]")),
    ("memoised", FIBONACCI.replace("return n * k", "return g(n)")),
    ("memoised", FIBONACCI.replace("return n * k", "return n.bit_length()")),
    ("memoised", FIBONACCI.replace("def f(", "@g\ndef f(")),
    ("memoised", FIBONACCI.replace("k=1", "*k")),
    ("memoised", FIBONACCI.replace("n, k=1", "n: list, k=1")),
    ("memoised", FIBONACCI.replace("return n * k", "n[0] = 1\n        return n")),
    ("memoised", FIBONACCI.replace("return n * k", "return f")),
    ("array-extreme", _body("return max(a)", head="def f(a):", before=NUMPY)),
    ("array-extreme", _body("return max(a, key=g)", head="def f(a: np.ndarray):", before=NUMPY)),
    ("array-extreme", _body("return max(a)", head="def f(a: np.ndarray):")),
    ("array-loop", ARRAYS.replace("a[i]", "a[i - 1]")),
    ("array-loop", ARRAYS.replace("out = np.zeros(len(a))", "out = a[1:]")),
    ("array-loop", ARRAYS.replace("scale: float", "scale")),
    ("array-loop", ARRAYS.replace("np.maximum", "np.exp")),
    ("array-loop", ARRAYS.replace("range(len(a))", "range(3)")),
    ("array-loop", ARRAYS.replace("b: np.ndarray", "b")),
    *(
        ("array-items", COMMON.replace(*change))
        for change in (
            ("dtype=int", "dtype=np.int32"),
            ("dtype=int", "dtype=kind"),
            ("np.zeros((len(a) + 1, len(b) + 1), dtype=int)", "g(a, b)"),
            ("np.zeros((len(a) + 1, len(b) + 1)", "np.zeros((len(a) + 1, len(b) + 1, 1)"),
            ("t[i, j] + 1", "t[i, j] / 2"),
            ("t[i, j] + 1", "t[x, y] + 1"),
            ("t[i, j] + 1", "t[i, :j]"),
            ("t[i, j] + 1", "t[i, j].item()"),
            ("t[i, j] + 1", "g(t[i, j])"),
            ("if i < j:", "t[0] = 3\n    if i < j:"),
            ("if i < j:", "print(t[0, 0])\n    if i < j:"),
            ("if i < j:", "t.sort()\n    if i < j:"),
            ("return t[len(a), len(b)]", "return t"),
            ("return t[len(a), len(b)]", "return t[len(a), len(b)] + 1"),
            ("return t[len(a), len(b)]", "return [t[len(a), len(b)]]"),
            ("return t[len(a), len(b)]", "return lambda: t[0, 0] > 1"),
            ("return t[len(a), len(b)]", "end = t[0, 0]\n    return end"),
            ("    t = np", "    t: np.ndarray = np"),
            ("enumerate(a)", "enumerate(a, 0.5)"),
            ("import numpy as np", "import other as np2"),
        )
    ),
    ("array-items", FEWEST.replace("np.inf)", "0, float)")),
    ("array-items", FEWEST.replace("range(coin, total + 1)", "range(total + 1)")),
    ("array-items", NUMPY + "def f(n: int):\n    t = np.zeros(3)\n    t[0] = n\n    return t[0]\n"),
    ("array-growth", APPENDED.replace("np.append(out, x)", "np.append(out, x, axis=0)")),
    ("array-growth", APPENDED.replace("np.append(out, x)", "np.append(out, out)")),
    ("array-growth", APPENDED.replace("np.append(out, x)", "np.append(out, x)\n        print(out)")),
    ("array-growth", APPENDED.replace("out = np.array([])", "out = g()")),
    ("array-growth", APPENDED.replace("np.append(out, x)", "np.append(out, x)\n        if x:\n            return out")),
)
