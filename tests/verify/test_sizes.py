"""How a speed-up hangs on the size of the inputs, in words."""

from __future__ import annotations

from codeopt.model.evidence import Comparison, SizeFigure
from codeopt.verify.sizes import sizes_note


def figure(ratio: float, seconds: float) -> SizeFigure:
    comparison = Comparison(
        ratio=ratio, low=ratio * 0.9, high=ratio * 1.05, confidence=0.99, rounds=10, old_seconds=seconds, new_seconds=seconds / ratio
    )
    return SizeFigure(calls=4, comparison=comparison)


def test_each_size_is_told_with_its_time():
    assert sizes_note([figure(2.0, 3.1e-6), figure(40.0, 0.0021), figure(100.0, 1.5)]) == (
        "from small inputs to large ones: 2x [1.8, 2.1] where a call takes 3.1 us, 40x [36, 42] where a call takes 2.1 ms, "
        "100x [90, 105] where a call takes 1.5 s"
    )


def test_a_loss_on_some_inputs_is_named_first():
    assert sizes_note([figure(0.5, 1e-7), figure(40.0, 0.002)]).startswith("slower on some inputs; from small inputs to large ones: 0.5x")
    assert not sizes_note([figure(0.99, 1e-7), figure(40.0, 0.002)]).startswith("slower")


def test_without_parts_nothing_is_said():
    assert sizes_note([]) == ""
