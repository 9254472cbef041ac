"""Records that are kept in files."""

import csv
import os


def save_report(path, rows):
    """Write (name, amount) rows to a CSV file, each with the total so far."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "amount", "total"])
        for at in range(len(rows)):
            total = 0
            for _, amount in rows[: at + 1]:
                total = total + amount
            writer.writerow([rows[at][0], rows[at][1], total])


class Journal:
    """A file of numbered entries."""

    def __init__(self, path):
        self.path = path

    def append(self, text):
        """Add an entry, numbered after the lines that are there, and return its number."""
        number = 1
        if os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as file:
                for line in file.readlines():
                    if line.strip():
                        number = number + 1
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(f"{number}. {text}\n")
        return number


def read_settings(path):
    """Return {section: {key: value}} of a file of `[section]` and `key = value` lines; what stands before any section is in `main`."""
    with open(path, encoding="utf-8") as file:
        lines = file.readlines()
    settings = {"main": {}}
    section = "main"
    for number in range(len(lines)):
        line = lines[number].strip()
        if not line or line[0] in "#;":
            continue
        if line[0] == "[" and line[-1] == "]":
            section = line[1:-1].strip()
            settings = {**settings, section: {**settings.get(section, {})}}
        elif "=" in line:
            key, value = line.split("=", 1)
            settings = {**settings, section: {**settings[section], key.strip(): value.strip()}}
        else:
            raise ValueError(f"line {number + 1} is neither a section nor a setting: {line}")
    return settings
