"""The longest common subsequence of words and of lines."""

import random

from textdistance import LCSSeq

dice = random.Random(6)
ways = [LCSSeq(external=False), LCSSeq(qval=None, external=False)]
for size in (5, 40, 90):
    one, other = ("".join(dice.choices("abcdefgh ", k=size)) for _ in range(2))
    for way in ways:
        way(one, other)
        way(one, one)
