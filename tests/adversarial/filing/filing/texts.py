"""Texts in files."""

import os


def copy_unique(source, target):
    """Copy the lines of an open file to another, each when it comes for the first time; return how many were left out."""
    seen = []
    left_out = 0
    for line in source:
        if line in seen:
            left_out = left_out + 1
        else:
            seen = seen + [line]
            target.write(line)
    return left_out


def index_words(paths):
    """Return for each word, in small letters, the names of the files that hold it, each once and in the order of the paths."""
    index = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for line in file:
                for word in line.lower().split():
                    names = index.get(word, [])
                    if os.path.basename(path) not in names:
                        names = names + [os.path.basename(path)]
                    index[word] = names
    return index


def tidy(path):
    """Take spaces and tabs off the ends of a file's lines, which keep their own ends; return the numbers of the lines that change.

    Where there are none, the file is left alone.
    """
    changed = []
    text = ""
    number = 0
    with open(path, encoding="utf-8", newline="") as file:
        for line in file:
            number = number + 1
            body = line.rstrip("\r\n")
            if body.rstrip(" \t") != body:
                changed = changed + [number]
            text = text + body.rstrip(" \t") + line[len(body) :]
    if changed:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    return changed
