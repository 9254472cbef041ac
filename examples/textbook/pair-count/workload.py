import random

from solution import count_pairs

numbers = random.Random(5)
for size in (50, 400, 600):
    count_pairs([numbers.randrange(size) for _ in range(size)], size)
