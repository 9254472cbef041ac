"""Objects with state: values, caches, trees."""


class Histogram:
    """Values that come one at a time."""

    def __init__(self, values=()):
        self.values = list(values)

    def add(self, value):
        """Take one more."""
        self.values.append(value)

    @property
    def quartiles(self):
        """The values below which a quarter, half and three quarters lie; None where there are none."""
        if not self.values:
            return None
        found = []
        for share in (1, 2, 3):
            ordered = sorted(self.values)
            found.append(ordered[min(len(ordered) - 1, len(ordered) * share // 4)])
        return tuple(found)


class Version:
    """A release number."""

    def __init__(self, parts, label=""):
        self.parts = tuple(parts)
        self.label = label

    @classmethod
    def parse(cls, text):
        """Read `1.2.3-label`."""
        digits, label, parts = "", "", []
        rest = text.strip()
        while rest:
            sign, rest = rest[0], rest[1:]
            if sign == "-":
                label = rest
                break
            if sign == ".":
                parts = parts + [int(digits)]
                digits = ""
            else:
                digits = digits + sign
        parts = parts + [int(digits)]
        return cls(parts, label)


class Preview(Version):
    """A release number of something that is not released."""


class Grid:
    """A field of cells."""

    @staticmethod
    def neighbours(cell, size):
        """Return the cells around one, in reading order, inside a field of (rows, columns)."""
        row, column = cell
        found = []
        for at in range(size[0] * size[1]):
            other = divmod(at, size[1])
            if other != cell and abs(other[0] - row) <= 1 and abs(other[1] - column) <= 1:
                found = found + [other]
        return found


class Recent:
    """Keeps the values that were asked for last."""

    def __init__(self, most):
        self.most = most
        self.order = []
        self.values = {}

    def get(self, key, make):
        """Return the value of a key, made when it is not kept; the one that was not asked for longest goes."""
        if key in self.order:
            self.order = [other for other in self.order if other != key]
        else:
            self.values[key] = make(key)
        self.order = self.order + [key]
        if len(self.order) > self.most:
            del self.values[self.order[0]]
            self.order = self.order[1:]
        return self.values[key]


class Node:
    """A tree; the class counts the nodes that were visited."""

    visited = 0

    def __init__(self, weight, children=()):
        self.weight = weight
        self.children = list(children)

    def total(self):
        """Return the weight of a tree, and count its nodes as visited."""
        Node.visited += 1
        weights = [self.weight]
        for child in self.children:
            weights = weights + [child.total()]
        return sum(weights)
