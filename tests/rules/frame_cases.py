"""Functions of pandas frames that the rules for frames rewrite, and functions that they leave."""

from __future__ import annotations

__all__ = ["KEPT", "REWRITTEN"]

PANDAS = "import pandas as pd\n\n\n"


def _body(*lines: str, head: str = "def f(df: pd.DataFrame):", before: str = PANDAS) -> str:
    return before + "\n".join([head, *(f"    {line}" for line in lines)]) + "\n"


ROWS = _body(
    "out = []",
    "for i, row in df.iterrows():",
    '    out.append((i, row["a"], row["b"] if row["a"] else None))',
    "return out",
    head="def f(df):",
)
LISTED = _body('return [(row["b"], x) for _, row in df.iterrows() if row["k"] for x in (row["a"], 1)]', head="def f(df):")
APPLY = _body('return df.apply(lambda row: row["a"] * 2 - row["b"], axis=1)', head="def f(df, low: float = 0.5):")
CHOICE = APPLY.replace('row["a"] * 2 - row["b"]', 'str(row["k"]).upper() if row["a"] > low else None').replace("axis=1", 'axis="columns"')
GROWN = _body(
    "out = pd.DataFrame()",
    "for n in ns:",
    '    part = df[df["a"] != n]',
    "    if n:",
    "        out = pd.concat([out, part], ignore_index=True)",
    "return out",
    head="def f(df, ns):",
)
MADE = GROWN.replace(", part]", ', pd.DataFrame({"a": [n], "b": [n * 0.5]})]').replace(", ignore_index=True", "")
COUNT = _body(
    'return len(df[(df["a"] >= x) & ~(df["b"] == -1) | (df["k"] != "x")]), df[df["a"] == x].shape[0]', head="def f(df: pd.DataFrame, x):"
)
LOCATED = (
    COUNT.replace("len(df[", "len(df.loc[")
    .replace("df: pd.DataFrame", "rows")
    .replace("    return", "    df = pd.DataFrame(rows)\n    return")
)
GROUPS = _body(
    "out = []",
    "for key in keys:",
    '    part = df[df["k"] == key]',
    '    out.append((part, part["a"].sum()))',
    "return out",
    head="def f(df: pd.DataFrame, keys):",
)
ITEMS = _body('return [df["a"].iloc[i] for i in range(-1, len(df))]')
ROW_ITEMS = _body("out = []", "for i in range(len(df)):", '    out.append((df.iloc[i]["a"], df.iloc[i - 1]["b"]))', "return out")
CELLS = _body('return [(df.loc[i, "a"], df.loc[i, "k"]) for i in df.index]')
LABELLED = _body("out = []", "for i, _ in df.iterrows():", '    out.append(df.loc[i, "a"])', "return out", head="def f(df):")
SET = _body(
    'df["c"] = 0.0',
    "for i in range(len(df)):",
    '    df.loc[i, "c"] = df.loc[i, "a"] * 2 + i if df.loc[i, "k"] else 0.5',
    '    df.loc[i, "c"] += df.loc[i, "b"]',
    "return df",
)

# rule, source, what stands in the new code
REWRITTEN = (
    ("frame-rows", ROWS, 'for i, row_a, row_b in _rows_of(df, "a", "b"):\n        out.append((i, row_a, row_b if row_a else None))'),
    ("frame-rows", LISTED, 'for _, row_b, row_k, row_a in _rows_of(df, "b", "k", "a") if row_k'),
    ("frame-apply", APPLY, "[df_a * 2 - df_b for _, df_a, df_b in _rows_of("),
    ("frame-apply", CHOICE, "pd.Series([str(df_k).upper() if df_a > low else None for _, df_a, df_k in "),
    ("frame-growth", GROWN, "    if out_parts:\n        out = pd.concat([out, *out_parts], ignore_index=True)\n"),
    ("frame-growth", MADE, 'out_parts.append(pd.DataFrame({"a": [n], "b": [n * 0.5]}))'),
    ("frame-count", COUNT, 'int(((df["a"] >= x) & ~(df["b"] == -1) | (df["k"] != "x")).sum()), int((df["a"] == x).sum())'),
    ("frame-count", LOCATED, 'int((df["a"] == x).sum())'),
    ("frame-groups", GROUPS, 'part = (df.iloc[df_places_k[key]] if key in df_places_k else df[df["k"] == key])'),
    ("frame-items", ITEMS, 'df_a = df["a"].array\n    return [df_a[i] for i in range(-1, len(df))]'),
    ("frame-items", ROW_ITEMS, "out.append((df_a[i], df_b[i - 1]))"),
    ("frame-cells", CELLS, '[(df.at[i, "a"], df.at[i, "k"]) for i in df.index]'),
    ("frame-cells", LABELLED, 'out.append(df.at[i, "a"])'),
    ("frame-cells", SET, 'df.at[i, "c"] = df.at[i, "a"] * 2 + i if df.at[i, "k"] else 0.5\n        df.at[i, "c"] += df.at[i, "b"]'),
)

KEPT = (
    # the row is seen as a whole, or changed, or outlives the loop; the frame changes
    ("frame-rows", ROWS.replace('row["b"] if', "row if")),
    ("frame-rows", ROWS.replace('row["b"] if', "row[i] if")),
    ("frame-rows", ROWS.replace('row["b"] if', 'row[b"b"] if')),
    ("frame-rows", ROWS.replace('row["b"] if', "row.b if")),
    ("frame-rows", ROWS.replace("    return", '    row["a"]\n    return')),
    ("frame-rows", ROWS.replace("        out", '        row["a"] = 1\n        out')),
    ("frame-rows", ROWS.replace("        out", '        df["a"] = 1\n        out')),
    ("frame-rows", ROWS.replace("        out", '        df.loc[i, "a"] = 1\n        out')),
    ("frame-rows", ROWS.replace("        out", '        df["a"][i] += 1\n        out')),
    ("frame-rows", ROWS.replace("        out", '        df["a"].fillna(0, inplace=True)\n        out')),
    ("frame-rows", ROWS.replace("        out", "        g(df)\n        out")),
    ("frame-rows", ROWS.replace("        out", "        df = df[1:]\n        out")),
    ("frame-rows", ROWS.replace("        out", '        other["a"] = 1\n        out')),
    ("frame-rows", ROWS.replace("        out", '        yield row["a"]\n        out')),
    ("frame-rows", ROWS.replace("        out", '        out.append(lambda: row["a"])\n        out')),
    ("frame-rows", ROWS.replace("        out", '        for j, row in df.iterrows():\n            out.append(row["a"])\n        out')),
    ("frame-rows", ROWS.replace("out = []", "out = []\n    zip = 1")),
    ("frame-rows", ROWS.replace("out = []", "out = [locals()]")),
    ("frame-rows", ROWS.replace("df.iterrows()", "g().iterrows()")),
    ("frame-rows", LISTED.replace('row["k"]', "len(row)")),
    ("frame-apply", APPLY.replace("axis=1", "axis=0")),
    ("frame-apply", APPLY.replace("axis=1", "axis=1, raw=True")),
    ("frame-apply", APPLY.replace('row["a"] * 2', "row")),
    ("frame-apply", APPLY.replace('row["a"] * 2', "row[0]")),
    ("frame-apply", APPLY.replace('row["a"] * 2', 'g(row["a"])')),
    ("frame-apply", APPLY.replace('row["a"] * 2', 'row["a"].split()')),
    ("frame-apply", APPLY.replace('row["a"] * 2', '[row["a"]]')),
    ("frame-apply", APPLY.replace('row["a"] * 2', 'row["a"] * high')),
    ("frame-apply", APPLY.replace('row["a"] * 2 - row["b"]', "1")),
    ("frame-apply", APPLY.replace("lambda row:", "lambda row, x=1:")),
    ("frame-apply", APPLY.replace("import pandas as pd", "import polars as pd")),
    ("frame-growth", GROWN.replace("out = pd.DataFrame()", "out = df")),
    ("frame-growth", GROWN.replace("[out, part]", "[part, out]")),
    ("frame-growth", GROWN.replace("[out, part]", "[out, part, part]")),
    ("frame-growth", GROWN.replace("[out, part]", "[out, out.tail(1)]")),
    ("frame-growth", GROWN.replace("ignore_index=True", 'join="inner"')),
    ("frame-growth", GROWN.replace("ignore_index=True", "ignore_index=n")),
    ("frame-growth", GROWN.replace("[out, part]", "[out, df]")),
    ("frame-growth", GROWN.replace("    return", '    part["a"] = 1\n    return')),
    ("frame-growth", GROWN.replace("    return", '        part["a"] = 1\n    return')),
    ("frame-growth", GROWN.replace('part = df[df["a"] != n]', 'if n > 1:\n            part = df[df["a"] != n]')),
    ("frame-growth", GROWN.replace("        if n:", "        if len(out):")),
    ("frame-growth", GROWN.replace("        if n:", "        if n > 9:\n            return out\n        if n:")),
    ("frame-growth", GROWN.replace("    return", "        df.iloc[0, 0] = 1\n    return")),
    ("frame-growth", GROWN.replace("[out, part]", "[out, df.tail(1)]").replace("    return", "        df += 1\n    return")),
    ("frame-growth", GROWN.replace("import pandas as pd", "import polars as pd")),
    ("frame-count", COUNT.replace(": pd.DataFrame", "")),
    ("frame-count", COUNT.replace("pd.DataFrame", "pl.DataFrame")),
    ("frame-count", _body('return len(df[df["a"] == x(1)])')),
    ("frame-count", _body('return len(df[other["a"] == 1])')),
    ("frame-count", _body('return len(df[df["a"] in df])')),
    ("frame-count", _body('return len(df["a"])')),
    ("frame-count", _body('return df[df["a"] == 1].shape[1]')),
    ("frame-count", _body('return len(df[df["a"] == df])')),
    ("frame-count", _body('return len(df[df["a"] == 1])', head="def f(df: pd.DataFrame, len):")),
    ("frame-count", _body('df = pd.read_csv("x", chunksize=3)', 'return len(df[df["a"] == 1])', head="def f():")),
    ("frame-count", _body("df = g()", 'return len(df[df["a"] == 1])')),
    ("frame-groups", GROUPS.replace(": pd.DataFrame", "")),
    ("frame-groups", GROUPS.replace("== key", "!= key")),
    ("frame-groups", GROUPS.replace("== key", "== key.x")),
    ("frame-groups", GROUPS.replace("== key", "== keys")),
    ("frame-groups", GROUPS.replace('df["k"] ==', 'other["k"] ==')),
    ("frame-groups", GROUPS.replace("    return", '        df["k"] = 1\n    return')),
    ("frame-groups", GROUPS.replace("    return", "        df.pop(key)\n    return")),
    ("frame-groups", GROUPS.replace("    return", "        out.append(lambda: locals())\n    return")),
    ("frame-groups", _body('return df[df["k"] == key]', head="def f(df: pd.DataFrame, key):")),
    ("frame-items", ITEMS.replace(": pd.DataFrame", "")),
    ("frame-items", ITEMS.replace("range(-1, len(df))", "df.index")),
    ("frame-items", ITEMS.replace("iloc[i]", "iloc[i:]")),
    ("frame-items", ITEMS.replace("iloc[i]", "loc[i]")),
    ("frame-items", _body('return df["a"].iloc[0]')),
    ("frame-items", ROW_ITEMS.replace('["a"]', '[["a"]]').replace('["b"]', "[b]")),
    ("frame-items", ROW_ITEMS.replace("    return", '        df["a"].iloc[i] = 1\n    return')),
    ("frame-items", ROW_ITEMS.replace("    return", "        g(df)\n    return")),
    ("frame-items", ROW_ITEMS.replace("    return", "        yield i\n    return")),
    ("frame-cells", CELLS.replace(": pd.DataFrame", "")),
    ("frame-cells", CELLS.replace("df.index", "keys")),
    ("frame-cells", CELLS.replace("for i in df.index", "for (i, j) in df.index")),
    ("frame-cells", CELLS.replace("loc[i, ", "loc[[i], ")),
    ("frame-cells", CELLS.replace("loc[i, ", "iloc[i, ")),
    ("frame-cells", CELLS.replace('"a"', "b").replace('"k"', '["k"]')),
    ("frame-cells", _body('return df.loc[0, "a"]')),
    ("frame-cells", LABELLED.replace("i, _ in", "_, i in")),
    ("frame-cells", LABELLED.replace("for i, _ in df.iterrows()", "for i, _ in df.items()")),
    ("frame-cells", _body("for i in range(len(df)):", '    df.loc[i, "c"] = 1')),
    ("frame-cells", _body('df["c"] = 0', "for i in range(len(df)):", '    df.loc[i, "c"] = g(i)')),
    ("frame-cells", _body('df["c"] = 0', "for i in range(len(df)):", '    df.loc[i, "c"] = x = 1')),
    ("frame-cells", _body('df["c"] = 0', "for i in range(len(df)):", '    df.loc[i, "c"] += [i]')),
    ("frame-cells", _body("for i in range(len(df)):", '    df.loc[i, "c"], x = 1, 2')),
)
