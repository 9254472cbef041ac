"""Changed behaviour that a careless comparison misses: order, aliasing, mutability, exceptions."""

from tests.adversarial.corpus import BEHAVIOUR, REFUSED, Case
from tests.adversarial.honest import FAST

UNIQUE = "almanac/text.py::unique"
ANAGRAMS = "almanac/text.py::anagrams"
COUNTS = "almanac/text.py::word_counts"
RANKS = "almanac/stats.py::ranks"
MOVING = "almanac/stats.py::moving_max"
MULTIPLY = "almanac/matrix.py::multiply"
SCALE = "almanac/matrix.py::scale_rows"
PAIRS = "almanac/parsing.py::parse_pairs"
MEDIANS = "almanac/streams.py::running_medians"
MERGE = "almanac/intervals.py::merge"
CANCEL = "almanac/ledger.py::Ledger.cancel"
BALANCED = "almanac/parsing.py::balanced"
USUAL = "own: a usual fault of generated optimizations"
DIFFERS = r"differ|expected it"


def wrong(
    name: str, shows: str, target: str, code: str, *, caught: str = DIFFERS, outcomes: tuple[str, ...] = BEHAVIOUR, **more: str
) -> Case:
    """Return a case that replayed calls show to be wrong."""
    return Case(
        name=name,
        family="semantics",
        shows=shows,
        idea=more.pop("idea", USUAL),
        target=target,
        code=code,
        outcomes=outcomes,
        caught=caught,
        answers=False,
        **more,
    )


CASES = (
    wrong("order-of-a-set", "order", UNIQUE, FAST[UNIQUE].replace("list(dict.fromkeys(words))", "list(set(words))")),
    wrong("order-of-last-appearance", "order", UNIQUE, FAST[UNIQUE].replace("fromkeys(words))", "fromkeys(words[::-1]))[::-1]")),
    wrong("order-of-a-dictionary", "order", COUNTS, FAST[COUNTS].replace("return counts", "return dict(sorted(counts.items()))")),
    wrong("order-of-groups", "order", ANAGRAMS, FAST[ANAGRAMS].replace("list(groups.values())", "sorted(groups.values())")),
    wrong(
        "argument-returned",
        "aliasing",
        UNIQUE,
        FAST[UNIQUE].replace("    return", "    if len(set(words)) == len(words):\n        return words\n    return"),
    ),
    wrong(
        "rows-shared",
        "aliasing",
        MULTIPLY,
        FAST[MULTIPLY].replace(
            "    return [[sum(map(mul, row, column)) for column in columns] for row in left]",
            "    rows = {tuple(row): [sum(map(mul, row, column)) for column in columns] for row in left}\n"
            "    return [rows[tuple(row)] for row in left]",
        ),
        head="from operator import mul",
    ),
    wrong("tuple-for-a-list", "mutability", UNIQUE, FAST[UNIQUE].replace("return list(", "return tuple(")),
    wrong("argument-sorted", "mutability", RANKS, FAST[RANKS].replace("    first = {}\n", "    first = {}\n    values.sort()\n")),
    wrong(
        "argument-sorted-and-answer-right",
        "mutability",
        RANKS,
        FAST[RANKS]
        .replace(
            "    for rank, value in enumerate(sorted(values)):",
            "    given = list(values)\n    values.sort()\n    for rank, value in enumerate(values):",
        )
        .replace("for value in values]", "for value in given]"),
    ),
    wrong(
        "copy-in-place-of-the-argument",
        "mutability",
        SCALE,
        '''
        def scale_rows(matrix):
            """Divide each row by its largest value, in place, and return the matrix."""
            return [[value / largest for value in row] for row, largest in ((row, max(row)) for row in matrix)]
        ''',
    ),
    wrong(
        "list-replaced",
        "aliasing",
        CANCEL,
        FAST[CANCEL].replace("self.postings[:] = [", "self.postings = tuple(").replace("!= account]", "!= account)"),
    ),
    wrong("lists-for-tuples", "mutability", MERGE, FAST[MERGE].replace("merged.append((start, end))", "merged.append([start, end])")),
    wrong("exception-of-another-type", "exception type", MOVING, FAST[MOVING].replace("raise ValueError(", "raise IndexError(")),
    wrong(
        "exception-of-a-subclass",
        "exception type",
        MOVING,
        FAST[MOVING].replace(
            'raise ValueError(f"window of {window}")', 'raise type("ValueError", (ValueError,), {})(f"window of {window}")'
        ),
        idea="own: a subclass passes pytest.raises",
        caught=DIFFERS + r"|only look like",
        outcomes=REFUSED,
    ),
    wrong("exception-with-another-text", "exception type", PAIRS, FAST[PAIRS].replace("no value in {part!r}", "no value in {text!r}")),
    wrong(
        "exception-forgotten",
        "exception type",
        PAIRS,
        FAST[PAIRS].replace('            raise ValueError(f"no value in {part!r}")\n', "            continue\n"),
    ),
    wrong(
        "number-for-a-truth-value",
        "mutability",
        BALANCED,
        FAST[BALANCED].replace("return not wanted", "return int(not wanted)"),
    ),
    wrong(
        "eager-for-lazy",
        "order",
        MEDIANS,
        '''
        def running_medians(values):
            """Yield the upper median of all values so far."""
            ordered, medians = [], []
            for value in values:
                insort(ordered, value)
                medians.append(ordered[len(ordered) // 2])
            return iter(medians)
        ''',
        head="from bisect import insort",
    ),
    Case(
        name="honest-anagrams",
        family="semantics",
        shows="order",
        idea="the twin: groups by a key, in order",
        target=ANAGRAMS,
        code=FAST[ANAGRAMS],
        honest=True,
    ),
    Case(
        name="honest-ranks",
        family="semantics",
        shows="mutability",
        idea="the twin: a sorted copy",
        target=RANKS,
        code=FAST[RANKS],
        honest=True,
    ),
    Case(
        name="honest-cancel",
        family="semantics",
        shows="aliasing",
        idea="the twin: the list stays the same list",
        target=CANCEL,
        code=FAST[CANCEL],
        honest=True,
    ),
    Case(
        name="honest-moving-max",
        family="semantics",
        shows="exception type",
        idea="the twin: the same exceptions",
        target=MOVING,
        code=FAST[MOVING],
        honest=True,
    ),
    Case(
        name="honest-merge",
        family="semantics",
        shows="mutability",
        idea="the twin: a sweep where every stretch starts before it ends, tuples as before",
        target=MERGE,
        code=FAST[MERGE],
        honest=True,
    ),
    Case(
        name="honest-balanced",
        family="semantics",
        shows="mutability",
        idea="the twin: a stack, and a truth value",
        target=BALANCED,
        code=FAST[BALANCED],
        honest=True,
    ),
)
