"""Names that sound alike."""

from textdistance import mra

NAMES = "Smith Schmidt Smyth Barbara Annabella Robert Rupert Zacharias Wassermann-Hohenschwangau Aaronovitch Llewellyn".split()
for one in NAMES:
    for other in NAMES:
        mra(one, other)
        mra(one * 3, other * 3)
