"""Tables of many rows, whose columns are of several kinds."""

from tabulate import tabulate

for size in (10, 200, 700):
    rows = [[f"item {number}", number, number / 7, str(number), "1,000" if number % 3 else None, b"raw"] for number in range(size)]
    tabulate(rows, headers=["name", "count", "ratio", "text", "sum", "raw"])
