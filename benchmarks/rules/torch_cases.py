"""One function of torch tensors for each rule for them, with inputs of a small and of an ordinary size. One thread, no gradients."""

from __future__ import annotations

from cases import Case

__all__ = ["TORCH_CASES"]

_TORCH = (
    "import math\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n"
    "torch.set_num_threads(1)\ntorch.set_grad_enabled(False)\n\n\n"
)
_TENSOR = "__import__('torch').randn"
_HEADS = ", ".join([f"{_TENSOR}(1, 8, n, 64)"] * 3)

TORCH_CASES = (
    Case(
        rule="tensor-items",
        source=_TORCH + "def f(xs):\n    total = 0.0\n    for x in xs:\n        total += x.item()\n    return total\n",
        inputs=f"({_TENSOR}(n),)",
        sizes=(10, 1000),
    ),
    Case(
        rule="tensor-growth",
        source=_TORCH + "def f(xs):\n    out = torch.zeros(1, 16)\n    for x in xs:\n        out = torch.cat([out, x])\n    return out\n",
        inputs=f"(list({_TENSOR}(n, 1, 16)),)",
        sizes=(10, 1000),
    ),
    Case(
        rule="stacked-rows",
        source=_TORCH + "def f(xs):\n    return torch.stack([F.softmax(x * 2, dim=-1) for x in xs])\n",
        inputs=f"({_TENSOR}(n, 16),)",
        sizes=(10, 1000),
    ),
    Case(
        rule="patch-product",
        source=(
            f"{_TORCH}class Patch(nn.Module):\n    def __init__(self, size=14, dim=320):\n        super().__init__()\n"
            "        self.size = size\n        self.conv = nn.Conv2d(3, dim, kernel_size=size, stride=size)\n\n"
            "    def f(self, xs):\n        xs = xs.view(-1, 3, self.size, self.size)\n        return self.conv(xs).flatten(1)\n\n\n"
            "f = Patch().f\n"
        ),
        inputs=f"({_TENSOR}(n, 588),)",
        sizes=(16, 256),
    ),
    Case(
        rule="fused-attention",
        source=_TORCH + "def f(q, k, v):\n    return F.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.size(-1)), dim=-1) @ v\n",
        inputs=f"({_HEADS})",
        sizes=(16, 512),
    ),
    Case(
        rule="segment-attention",
        source=(
            f"{_TORCH}def f(q, k, v, ends, n):\n    mask = torch.zeros([1, n, n], dtype=torch.bool)\n    for i in range(1, len(ends)):\n"
            "        mask[..., ends[i - 1]:ends[i], ends[i - 1]:ends[i]] = True\n"
            "    return F.scaled_dot_product_attention(q, k, v, mask)\n"
        ),
        inputs=f"({_HEADS}, __import__('torch').arange(0, n + 1, n // 4), n)",
        sizes=(32, 1024),
    ),
)
