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
    Case(
        rule="any-equal",
        source="def f(xs, ys):\n    return [x for x in xs if any(x == y for y in ys)]\n",
        inputs="([i * 7 % n for i in range(n)], list(range(0, n, 2)))",
        sizes=(10, 300),
    ),
    Case(
        rule="literal-set",
        source="def f(xs):\n    return [x for x in xs if x in ['red', 'green', 'blue', 'black', 'white', 'grey']]\n",
        inputs="([('red', 'grey', 'pink', 'lime')[i % 4] + '' for i in range(n)],)",
    ),
    Case(
        rule="pair-count",
        source=(
            "def f(xs, total):\n    count = 0\n    for i in range(len(xs)):\n        for j in range(i + 1, len(xs)):\n"
            "            if xs[i] + xs[j] == total:\n                count += 1\n    return count\n"
        ),
        inputs="([i * 7 % n for i in range(n)], n)",
        sizes=(10, 300),
    ),
    Case(
        rule="prefix-sum",
        source="def f(xs, k):\n    return [sum(xs[i : i + k]) / k for i in range(len(xs) - k + 1)]\n",
        inputs="(list(range(n)), max(2, n // 10))",
    ),
    Case(
        rule="window-extreme",
        source="def f(xs, k):\n    return [max(xs[i : i + k]) for i in range(len(xs) - k + 1)]\n",
        inputs="([i * 7919 % 10_007 for i in range(n)], max(2, n // 10))",
    ),
    Case(
        rule="hoisted-call",
        source="def f(xs):\n    return [x / max(xs) for x in xs]\n",
        inputs="(list(range(1, n + 1)),)",
    ),
    Case(
        rule="grown-dict",
        source="def f(xs):\n    found = {}\n    for x in xs:\n        found = {**found, x: len(found)}\n    return found\n",
        inputs="(list(range(n)),)",
    ),
    Case(
        rule="array-growth",
        source=(
            "import numpy as np\n\n\ndef f(xs):\n    out = np.array([])\n    for x in xs:\n        out = np.append(out, x * 0.5)\n"
            "    return out\n"
        ),
        inputs="(list(range(n)),)",
        sizes=(10, 10_000),
    ),
    Case(
        rule="front-insert",
        source="def f(xs):\n    out = []\n    for x in xs:\n        out.insert(0, x)\n    return out\n",
        inputs="(list(range(n)),)",
        sizes=(10, 10_000),
    ),
    Case(
        rule="head-tail",
        source=(
            "def f(xs):\n    total = 0\n    while xs:\n        x = xs[0]\n        xs = xs[1:]\n        total += x * 2\n    return total\n"
        ),
        inputs="(list(range(n)),)",
    ),
    Case(
        rule="flattened",
        source="def f(rows):\n    return sum(rows, [])\n",
        inputs="([[i, i + 1] for i in range(n)],)",
    ),
    Case(
        rule="tallied",
        source="def f(xs):\n    counts = {}\n    for x in xs:\n        counts[x] = counts.get(x, 0) + 1\n    return counts\n",
        inputs="([str(i * i % 50) for i in range(n)],)",
    ),
    Case(
        rule="totalled",
        source="def f(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total\n",
        inputs="(list(range(n)),)",
    ),
    Case(
        rule="occurrences",
        source="def f(xs: list, y):\n    count = 0\n    for x in xs:\n        if x == y:\n            count += 1\n    return count\n",
        inputs="([i % 3 for i in range(n)], 2)",
    ),
    Case(
        rule="extended",
        source="def f(rows):\n    out = []\n    for row in rows:\n        for x in row:\n            out.append(x)\n    return out\n",
        inputs="([list(range(20)) for _ in range(n // 5)],)",
    ),
    Case(
        rule="array-loop",
        source=(
            "import numpy as np\n\n\ndef f(a: np.ndarray, b: np.ndarray):\n    out = np.zeros(len(a))\n"
            "    for i in range(len(a)):\n        out[i] = a[i] * b[i] + 1.0\n    return out\n"
        ),
        inputs="(__import__('numpy').arange(float(n)), __import__('numpy').arange(float(n)))",
    ),
    Case(
        rule="array-items",
        source=(
            "import numpy as np\n\n\ndef f(a, b):\n    t = np.zeros((len(a) + 1, len(b) + 1), dtype=int)\n"
            "    for i, x in enumerate(a):\n        for j, y in enumerate(b):\n            if x == y:\n"
            "                t[i + 1, j + 1] = t[i, j] + 1\n            else:\n"
            "                t[i + 1, j + 1] = max(t[i + 1, j], t[i, j + 1])\n    return int(t[len(a), len(b)])\n"
        ),
        inputs="(''.join('abcd'[i * 7 % 4] for i in range(n)), ''.join('abcd'[i * i % 4] for i in range(n)))",
        sizes=(3, 10, 100),
    ),
    Case(
        rule="byte-table",
        source=(
            "import numpy as np\n\n\ndef f(clip, mean, std):\n"
            "    images = [(image.astype(np.float32) * (1 / 255) - mean) / std for image in clip]\n"
            "    images = [image.transpose((2, 0, 1)) for image in images]\n    return np.array(images)\n"
        ),
        inputs=(
            "(__import__('numpy').random.default_rng(0).integers(0, 256, (4, n, n, 3), dtype='uint8'), "
            "__import__('numpy').full(3, 0.5, dtype='float32'), __import__('numpy').full(3, 0.25, dtype='float32'))"
        ),
        sizes=(100, 300),
    ),
    Case(
        rule="array-extreme",
        source="import numpy as np\n\n\ndef f(a: np.ndarray):\n    return max(a)\n",
        inputs="(__import__('numpy').arange(float(n)),)",
    ),
    Case(
        rule="key-getter",
        source="def f(xs):\n    return sorted(xs, key=lambda x: x[1])\n",
        inputs="([(i, i * 7919 % 10_007) for i in range(n)],)",
    ),
    Case(
        rule="map-lambda",
        source="def f(xs):\n    return list(map(lambda x: x * 2, xs))\n",
        inputs="(list(range(n)),)",
    ),
    Case(
        rule="iso-datetime",
        source="from datetime import datetime\n\n\ndef f(xs):\n    return [datetime.strptime(x, '%Y-%m-%d %H:%M:%S') for x in xs]\n",
        inputs="(['2024-02-29 12:34:56'] * n,)",
    ),
    Case(
        rule="modular-power",
        source="def f(xs, e, m):\n    return [x ** e % m for x in xs]\n",
        inputs="(list(range(2, n + 2)), n, 10_007)",
        sizes=(10, 300),
    ),
    Case(
        rule="bit-count",
        source="def f(xs):\n    return [bin(x).count('1') for x in xs]\n",
        inputs="(list(range(n)),)",
    ),
    Case(
        rule="memoised",
        source="def f(n):\n    if n < 2:\n        return n\n    return f(n - 1) + f(n - 2)\n",
        inputs="(n,)",
        sizes=(5, 20),
    ),
)
