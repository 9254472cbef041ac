"""One function of pandas frames for each rule for them, with inputs of a small and of an ordinary size."""

from __future__ import annotations

from cases import Case

__all__ = ["FRAME_CASES"]

_PANDAS = "import pandas as pd\n\n\n"
# Four columns, of which two are numbers.
_FRAME = "__import__('pandas').DataFrame({'k': [i % 50 for i in range(n)], 'a': range(n), 'b': [i / 2 for i in range(n)], 'c': ['x'] * n})"

FRAME_CASES = (
    Case(
        rule="frame-rows",
        source=_PANDAS
        + "def f(df):\n    total = 0.0\n    for _, row in df.iterrows():\n        total += row['a'] * row['b']\n    return total\n",
        inputs=f"({_FRAME},)",
    ),
    Case(
        rule="frame-apply",
        source=_PANDAS + "def f(df):\n    return df.apply(lambda row: row['a'] * row['b'] + 1, axis=1)\n",
        inputs=f"({_FRAME},)",
    ),
    Case(
        rule="frame-growth",
        source=(
            f"{_PANDAS}def f(df, n):\n    out = pd.DataFrame()\n    for low in range(n):\n        part = df[df['k'] >= low % 10]\n"
            "        out = pd.concat([out, part], ignore_index=True)\n    return out\n"
        ),
        inputs=f"(({_FRAME.replace('(n)', '(100)').replace('* n', '* 100')}), n)",
    ),
    Case(
        rule="frame-count",
        source=_PANDAS + "def f(df: pd.DataFrame, low):\n    return len(df[(df['a'] > low) & (df['b'] < 400)])\n",
        inputs=f"({_FRAME}, n // 4)",
    ),
    Case(
        rule="frame-groups",
        source=_PANDAS + "def f(df: pd.DataFrame, keys):\n    return [df[df['k'] == key]['b'].sum() for key in keys]\n",
        inputs=f"({_FRAME}, list(range(50)))",
        sizes=(10, 1000, 10_000),
    ),
    Case(
        rule="frame-items",
        source=_PANDAS + "def f(df: pd.DataFrame):\n    return [df.iloc[i]['a'] - df['b'].iloc[i] for i in range(len(df))]\n",
        inputs=f"({_FRAME},)",
    ),
    Case(
        rule="frame-cells",
        source=(
            f"{_PANDAS}def f(df: pd.DataFrame):\n    df['s'] = 0.0\n    for i in range(1, len(df)):\n"
            "        df.loc[i, 's'] = df.loc[i - 1, 's'] * 0.5 + df.loc[i, 'b']\n    return df\n"
        ),
        inputs=f"({_FRAME},)",
    ),
)
