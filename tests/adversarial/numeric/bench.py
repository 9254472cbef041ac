"""The workload: every function, on arrays that grow."""

import numpy as np

from field.arrays import clamped, lengths

CALLS = 16


def inputs():
    """Return for each function (its module and name) the arguments of its calls."""
    rng = np.random.default_rng(20)
    return {
        "arrays.clamped": [(rng.normal(size=1500 + 100 * n), -0.5, 0.5) for n in range(CALLS)],
        "arrays.lengths": [(rng.normal(size=(300 + 20 * n, 3)),) for n in range(CALLS)],
    }


FUNCTIONS = {"arrays.clamped": clamped, "arrays.lengths": lengths}


def main():
    """Make all calls."""
    for name, calls in inputs().items():
        for arguments in calls:
            FUNCTIONS[name](*arguments)


if __name__ == "__main__":
    main()
