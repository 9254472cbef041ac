"""The tables of a data model."""

from inflection import pluralize

WORDS = "post octopus status matrix index box mouse quiz sheep person move ox alias bus hive query address city knife dish photo stadium".split()
for turn in range(40):
    for word in WORDS:
        pluralize(word)
        pluralize(f"{word.title()}{turn}_{word}")
