"""Bookings that overlap are cut into pieces."""

import random

from intervaltree import Interval, IntervalTree

dice = random.Random(3)
for size in (5, 40, 120):
    starts = [dice.randrange(20 * size) for _ in range(size)]
    tree = IntervalTree(Interval(start, start + dice.randrange(1, 90), start % 7) for start in starts)
    tree.split_overlaps()
