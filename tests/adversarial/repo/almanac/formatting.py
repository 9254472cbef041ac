"""Text for people."""


def table(rows):
    """Return rows of texts, all of one length, as lines of columns."""
    text = ""
    for row in rows:
        line = ""
        for column in range(len(row)):
            width = max(len(other[column]) for other in rows)
            line = line + row[column].ljust(width) + " "
        text = text + line.rstrip() + "\n"
    return text
