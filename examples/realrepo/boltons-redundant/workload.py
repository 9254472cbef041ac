"""Which of many entries come more than once."""

import random

from boltons.iterutils import redundant

dice = random.Random(2)
for size in (50, 2000, 8000):
    numbers = [dice.randrange(size) for _ in range(size)]
    redundant(numbers)
    redundant(numbers, groups=True)
    redundant([f"Entry {number % 900}" for number in numbers], key=str.lower)
