"""What each of several listings has alone."""

import random

from more_itertools import unique_to_each

dice = random.Random(4)
for size in (30, 800, 4000):
    listings = [dice.sample(range(3 * size), size) for _ in range(6)]
    unique_to_each(*listings)
    unique_to_each(*([f"file{number}" for number in listing] for listing in listings))
