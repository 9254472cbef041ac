"""Page numbers and ports, as people write them."""

import random

from boltons.strutils import format_int_list

dice = random.Random(1)
for size in (20, 400, 3000, 6000):
    format_int_list(dice.sample(range(2 * size), size))
    format_int_list(sorted(dice.sample(range(2 * size), size)), delim_space=True)
    format_int_list(dice.choices(range(size), k=size), range_delim="..")
