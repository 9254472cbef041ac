import random

from solution import sliding_maximum

numbers = random.Random(4)
for size, width in ((100, 10), (2000, 200), (3000, 500)):
    sliding_maximum([numbers.randrange(10_000) for _ in range(size)], width)
