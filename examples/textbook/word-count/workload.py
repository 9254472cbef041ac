import random

from solution import count_words

numbers = random.Random(2)
words = [f"word{number}" for number in range(800)]
for size in (200, 1500, 3000):
    count_words(" ".join(numbers.choice(words) for _ in range(size)))
