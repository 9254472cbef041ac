"""Columns of a table put in the order of one of them."""

import random

from natsort import order_by_index

dice = random.Random(5)
for size in (20, 3000, 30000):
    places = dice.sample(range(size), size)
    order_by_index([f"row {number}" for number in range(size)], places)
    order_by_index(tuple(range(size)), places, True)
