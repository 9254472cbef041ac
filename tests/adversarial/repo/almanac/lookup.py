"""Finding things in lists."""


def resolve(pairs, keys):
    """Return the value of each key, from the first pair that has it; None where there is none."""
    found = []
    for key in keys:
        for name, value in pairs:
            if name == key:
                found.append(value)
                break
        else:
            found.append(None)
    return found
