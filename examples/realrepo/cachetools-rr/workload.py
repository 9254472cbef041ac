"""A cache that throws out at random, asked for more than it can hold."""

from cachetools import RRCache

for size in (10, 300, 2000):
    cache = RRCache(size, choice=min)
    for number in range(6 * size):
        key = (number * number) % (3 * size)
        if key not in cache:
            cache[key] = number
        if key % 5 == 0:
            del cache[key]
