import random

from solution import dedupe

numbers = random.Random(1)
for size in (100, 1000, 2000):
    dedupe([numbers.randrange(size) for _ in range(size)])
dedupe([f"user-{numbers.randrange(300)}" for _ in range(1500)])
