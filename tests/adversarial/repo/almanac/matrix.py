"""Matrices, as lists of rows."""


def multiply(left, right):
    """Return the product of two matrices."""
    if any(len(row) != len(right) for row in left):
        raise ValueError("shapes do not fit")
    product = []
    for row in range(len(left)):
        product.append([])
        for column in range(len(right[0])):
            down = [other[column] for other in right]
            total = 0
            for inner in range(len(right)):
                total += left[row][inner] * down[inner]
            product[row].append(total)
    return product


def scale_rows(matrix):
    """Divide each row by its largest value, in place, and return the matrix."""
    for row in matrix:
        given = list(row)
        for column in range(len(row)):
            row[column] = given[column] / max(given)
    return matrix
