"""Every operator there is."""

from __future__ import annotations

from codeopt.mutation import conditions, copies, flow, kinds, numbers, order, raising, repeats, texts, windows
from codeopt.mutation.operator import Operator

__all__ = ["OPERATORS"]

OPERATORS: tuple[Operator, ...] = (
    *conditions.OPERATORS,
    *numbers.OPERATORS,
    *texts.OPERATORS,
    *flow.OPERATORS,
    *windows.OPERATORS,
    *order.OPERATORS,
    *repeats.OPERATORS,
    *copies.OPERATORS,
    *kinds.OPERATORS,
    *raising.OPERATORS,
)
