"""Rules for torch: each applies where it should, changes no result beyond rounding, and leaves alone what looks like it."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.torch_cases import ADDED, FILLED, KEPT, PATCH, REWRITTEN, SEGMENTS

RULES = sorted({case[0] for case in REWRITTEN})


@pytest.fixture(scope="session")
def torch():
    """Torch, on one thread; tests that need it are skipped without it."""
    module = pytest.importorskip("torch")
    module.set_num_threads(1)
    return module


@pytest.mark.parametrize(("rule", "source", "has"), REWRITTEN, ids=lambda text: text if len(text) < 20 else "")
def test_a_rule_rewrites_its_pattern(rewrite, rule, source, has):
    assert has in (rewrite(rule, source) or "")


@pytest.mark.parametrize(("rule", "source"), KEPT, ids=lambda text: text if len(text) < 20 else "")
def test_what_only_looks_alike_is_left_alone(rewrite, rule, source):
    compile(source, "app.py", "exec")
    assert rewrite(rule, source) is None


def test_each_rule_is_refused_somewhere():
    assert {rule for rule, _ in KEPT} == set(RULES)


def test_comments_stay_above_fused_statements(rewrite):
    source = ADDED.replace("    scores = torch", "    # attend\n    scores = torch")
    assert "    # attend\n    out = F.scaled_dot_product_attention(" in rewrite("fused-attention", source)


def test_an_import_of_a_part_of_torch_is_spelled_as_it_is(rewrite):
    source = PATCH.replace("import torch\nimport torch.nn.functional as F\n", "")
    assert "nn.functional.linear(" in rewrite("patch-product", source)


def test_a_fused_attention_is_then_split_into_segments(rewrite):
    call = "F.scaled_dot_product_attention(q.unsqueeze(0), k, v, mask, dropout_p=0.0)"
    source = SEGMENTS.replace(call, "F.softmax(q @ k.transpose(1, 2) + mask, dim=-1) @ v")
    assert rewrite("segment-attention", source) is None
    fused = rewrite("fused-attention", source)
    assert "attn_mask=mask.to(q.dtype)" in fused
    assert rewrite("segment-attention", fused) is not None


SIZES = st.integers(1, 4)
DTYPES = st.sampled_from(["float32", "float64", "int64", "bool"])
SHAPES = st.lists(st.integers(0, 4), max_size=3)


def drawn(torch, data, *shape, dtype="float32"):
    """Draw a tensor whose numbers a seed makes."""
    torch.manual_seed(data.draw(st.integers(0, 1000)))
    return (torch.randn(shape) * 3).to(getattr(torch, dtype))


def any_tensor(torch, data):
    return drawn(torch, data, *data.draw(SHAPES), dtype=data.draw(DTYPES))


def attention(torch, data, axes):
    """Draw a query, a key, a value, and a mask that leaves a place open in each row, or none."""
    *outer, rows, places, depth, width = (data.draw(SIZES) for _ in range(axes + 2))
    q = drawn(torch, data, *outer, rows, depth, dtype=data.draw(st.sampled_from(["float32", "float64"])))
    k, v = (drawn(torch, data, *outer, places, size).to(q.dtype) for size in (depth, width))
    mask = drawn(torch, data, *data.draw(st.sampled_from([(), tuple(outer)])), rows, places) > 0
    mask[..., 0] = True
    return q, k, v, mask


def segments(torch, data):
    lengths = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=4).filter(any))
    ends = torch.tensor([0, *lengths]).cumsum(0) + data.draw(st.sampled_from([0, 0, 0, 1]))
    n = sum(lengths) + data.draw(st.sampled_from([0, 0, 0, 1]))
    q = drawn(torch, data, n, 2, 3)
    k, v = (drawn(torch, data, 1, 2, n, 3) for _ in range(2))
    return q, k, v, ends if data.draw(st.booleans()) else ends.tolist(), n


def given_to(torch, data, rule, source):
    """Draw the arguments for a function of the cases."""
    head = source[source.index("def f(") :].partition("\n")[0]
    if rule == "fused-attention":
        q, k, v, mask = attention(torch, data, 3 if "bmm" in source else 4)
        masks = [mask, None] if "is not None" in source else [mask]
        floats = [mask.to(dtype) for dtype in (torch.float32, q.dtype, torch.float16)] if " + mask" in source or "+= mask" in source else []
        chosen = data.draw(st.sampled_from([*floats, *masks]))
        factor = data.draw(st.sampled_from([0.5, 2, torch.tensor(0.25)]))
        return (q, k, v, chosen, factor) if "scale)" in head else (q, k, v, chosen)
    if rule == "segment-attention":
        return segments(torch, data)
    if rule == "patch-product":
        return (drawn(torch, data, data.draw(st.integers(0, 3)), 96),)
    if rule == "tensor-growth":
        return (
            [drawn(torch, data, data.draw(st.integers(0, 2)), 2, dtype=data.draw(DTYPES)) for _ in range(data.draw(st.integers(0, 4)))],
        )
    if "nn.Linear" in source:
        return (drawn(torch, data, *data.draw(SHAPES), 4),)
    tensor = any_tensor(torch, data)
    made = data.draw(st.sampled_from([tensor, list(tensor) if tensor.dim() else [], tensor.tolist()]))
    if "scale" in head:
        return made, data.draw(st.sampled_from([2, 0.5]))
    return (made, any_tensor(torch, data)) if "u)" in head else (made,)


def same(torch, old, new):
    if isinstance(old, torch.Tensor) and isinstance(new, torch.Tensor):
        torch.testing.assert_close(new, old, equal_nan=True, rtol=1e-4, atol=1e-5)
    else:
        assert repr(old) == repr(new)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("rule", "source"), [case[:2] for case in REWRITTEN], ids=lambda text: text if len(text) < 20 else "")
@settings(deadline=None)
@given(data=st.data())
def test_a_rewrite_changes_no_result(torch, versions, outcome, rule, source, data):
    old, new = versions(rule, source)
    arguments = given_to(torch, data, rule, source)
    with torch.no_grad():
        (kind, before), (other_kind, after) = outcome(old, *arguments), outcome(new, *arguments)
    assert kind == other_kind
    if kind == "returned":
        assert before[0] is after[0]
        same(torch, before[1], after[1])
    else:
        # of two wrong elements side by side, either may be met first
        assert "zip(" in source or before is after


def test_gradients_are_the_same(torch, versions):
    for rule, source in [case[:2] for case in REWRITTEN if case[0] in {"tensor-growth", "stacked-rows"} and "def f(t)" in case[1]]:
        found = []
        for version in versions(rule, source):
            t = torch.linspace(-1, 1, 12).reshape(2, 3, 2).requires_grad_()
            version(t).sum().backward()
            found.append(t.grad)
        torch.testing.assert_close(*found)


def test_a_class_inside_a_method_says_nothing_of_the_method(rewrite):
    made = PATCH[PATCH.index("    def __init__") : PATCH.index("    def f")]
    inner = textwrap.indent(f"class Other(nn.Module):\n{made}", "        ")
    source = PATCH.replace(made, "").replace("def f(self, x):\n", f"def f(self, x):\n{inner}")
    compile(source, "app.py", "exec")
    assert "nn.Conv3d" in source
    assert rewrite("patch-product", source) is None


def test_a_row_that_is_closed_everywhere_becomes_zeros_as_documented(torch, versions):
    old, new = versions("fused-attention", FILLED)
    q = torch.ones(1, 1, 2, 4)
    mask = torch.tensor([[1, 1], [0, 0]])
    assert old(q, q, q, mask)[0, 0, 1].isnan().all()
    assert not new(q, q, q, mask)[0, 0, 1].any()
