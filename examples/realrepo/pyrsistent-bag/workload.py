"""Counts of words that never change in place."""

from pyrsistent import pbag

WORDS = "to be or not to be that is the question whether tis nobler in the mind to suffer".split()
bag = pbag(WORDS)
for size in (1, 10, 60):
    bag = bag.update(WORDS * size).update(range(size)).update([])
