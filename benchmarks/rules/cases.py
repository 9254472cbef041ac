"""One function for each rule, with inputs of a small and of an ordinary size. `inputs` makes the arguments from `n`."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CASES", "Case"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A source with a function `f` that the rule rewrites, and an expression of `n` that makes its arguments."""

    rule: str
    source: str
    inputs: str
    sizes: tuple[int, ...] = (10, 100, 1000)


CASES = (
    Case(
        rule="dict-membership",
        source="def f(xs, d: dict):\n    return [x for x in xs if x in d.keys()]\n",
        inputs="(list(range(n)), dict.fromkeys(range(0, 2 * n, 3)))",
    ),
    Case(
        rule="equality-join",
        source=(
            "def f(orders, people):\n    out = []\n    for order in orders:\n        for person in people:\n"
            "            if person['id'] == order['person']:\n                out.append((order['n'], person['name']))\n    return out\n"
        ),
        inputs="([{'n': i, 'person': i * 7 % n} for i in range(n)], [{'id': i, 'name': str(i)} for i in range(n)])",
        sizes=(10, 100, 300),
    ),
    Case(
        rule="seen-set",
        source="def f(xs):\n    seen = []\n    for x in xs:\n        if x not in seen:\n            seen.append(x)\n    return seen\n",
        inputs="([i * i % n for i in range(n)],)",
    ),
    Case(
        rule="membership-set",
        source="def f(xs, bad):\n    return [x for x in xs if x not in bad]\n",
        inputs="([str(i) for i in range(n)], [str(i) for i in range(0, n, 2)])",
    ),
    Case(
        rule="counted",
        source="def f(xs):\n    return [x for x in xs if xs.count(x) > 1]\n",
        inputs="([i * i % n for i in range(n)],)",
    ),
    Case(
        rule="indexed",
        source="def f(xs, order):\n    out = []\n    for x in xs:\n        out.append(order.index(x))\n    return out\n",
        inputs="([str(i * 7 % n) for i in range(n)], [str(i) for i in range(n)])",
    ),
    Case(
        rule="grown-list",
        source="def f(xs):\n    out = []\n    for x in xs:\n        out = out + [x * 2]\n    return out\n",
        inputs="(list(range(n)),)",
    ),
    Case(
        rule="queue-deque",
        source=(
            "def f(graph):\n    queue = list(graph)\n    order = []\n"
            "    while queue:\n        node = queue.pop(0)\n        order.append(node)\n"
            "        if node < 0:\n            queue.append(node)\n    return order\n"
        ),
        inputs="(dict.fromkeys(range(n)),)",
        sizes=(10, 1000, 20_000),
    ),
    Case(
        rule="sorted-insert",
        source="def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n        out.sort()\n    return out\n",
        inputs="([i * 7919 % 10_007 for i in range(n)],)",
    ),
    Case(
        rule="joined-text",
        source="def f(xs):\n    text = ''\n    for x in xs:\n        text = text + x + ','\n    return text\n",
        inputs="([f'value {i}' for i in range(n)],)",
    ),
    Case(
        rule="smallest",
        source="def f(xs):\n    return sorted(xs, key=abs)[0]\n",
        inputs="([i * 7919 % 10_007 for i in range(n)],)",
    ),
    Case(
        rule="first-item",
        source="def f(d: dict):\n    return list(d.values())[0]\n",
        inputs="(dict.fromkeys(range(n), 1),)",
    ),
    Case(
        rule="compiled-pattern",
        source="import re\n\n\ndef f(xs):\n    return [x for x in xs if re.match(r'\\w+-(\\d+)$', x)]\n",
        inputs="([f'item-{i}' for i in range(n)],)",
    ),
    Case(
        rule="early-exit",
        source="def f(xs):\n    return any([x > 3 for x in xs])\n",
        inputs="(list(range(n)),)",
    ),
)
