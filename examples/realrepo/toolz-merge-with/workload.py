"""Counts of several days put together."""

import random

from toolz import merge_with

dice = random.Random(7)
for size in (10, 900, 5000):
    days = [{f"page {number}": number % 9 for number in dice.sample(range(2 * size), size)} for _ in range(5)]
    merge_with(sum, *days)
    merge_with(max, days)
    merge_with(list, days[0], days[1])
