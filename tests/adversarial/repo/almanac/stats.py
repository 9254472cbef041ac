"""Numbers."""


def variance(values):
    """Return the population variance."""
    if not values:
        raise ValueError("variance of no values")
    total = 0.0
    for value in values:
        total += (value - sum(values) / len(values)) ** 2
    return total / len(values)


def ranks(values):
    """Return for each value how many are smaller."""
    return [sum(1 for other in values if other < value) for value in values]


def moving_max(values, window):
    """Return the largest value of each run of `window` values."""
    if window < 1:
        raise ValueError(f"window of {window}")
    return [max(values[start : start + window]) for start in range(len(values) - window + 1)]


def collatz_lengths(numbers):
    """Return for each number how many steps it takes to reach 1."""
    lengths = []
    for number in numbers:
        steps = 0
        while number != 1:
            number = number // 2 if number % 2 == 0 else 3 * number + 1
            steps += 1
        lengths.append(steps)
    return lengths
