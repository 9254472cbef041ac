"""Functions of torch tensors that the rules for torch rewrite, and functions that they leave."""

from __future__ import annotations

__all__ = ["ADDED", "FILLED", "KEPT", "PATCH", "REWRITTEN", "SEGMENTS"]

TORCH = "import math\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n"


def _body(*lines: str, head: str = "def f(t):") -> str:
    return TORCH + "\n".join([head, *(f"    {line}" for line in lines)]) + "\n"


TOTAL = _body("total = 0.0", "for x in t:", "    total += x.item()", "return total")
LISTED = _body("return [int(x) for x in t], sum(x.item() for x in t if x.item() > 0)", head="def f(t: torch.Tensor):")
PAIRED = _body(
    "out = []",
    "for i, x in enumerate(t):",
    "    out.append(float(x) + t[i].item() - int(t[i - 1]))",
    "    if len(t) > 3:",
    "        out.append(t[0].item())",
    "return out",
    head="def f(t: torch.Tensor):",
)
ZIPPED = _body("n = t.shape", "return [float(x) - y.item() for x, y in zip(t, u)]", head="def f(t, u):")
ROWS = _body("out = []", "t = torch.as_tensor(t)", "for a, b in t:", "    out.append(int(a) * float(b))", "return out")
GROWN = _body("out = torch.zeros(1, 2)", "for x in t:", "    if x.numel():", "        out = torch.cat([out, x * 2], dim=0)", "return out")
STACKED = _body("return torch.stack([torch.relu(x * 2 - 1) / scale for x in t])", head="def f(t, scale: float):")
APPENDED = _body("out = []", "for x in t:", "    out.append(F.softmax(x, dim=-1) + x ** 2)", "return torch.stack(out, dim=0)")
SUMMED = _body("return torch.stack([x.exp().sum(dim=-1) for x in t])")

LINEAR = TORCH + (
    "class Rows(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.first = nn.Linear(4, 3)\n"
    "        self.act = nn.GELU()\n\n    def f(self, t):\n        return torch.stack([self.act(self.first(x)) for x in t])\n\n\n"
    "torch.manual_seed(0)\nf = Rows().f\n"
)
PATCH = TORCH + (
    "class Patch(nn.Module):\n    def __init__(self, t=2, p=4, c=3, dim=5):\n        super().__init__()\n        self.t = t\n"
    "        self.patch_size = p\n        self.c = c\n        self.dim = dim\n        kernel_size = (t, p, p)\n"
    "        self.proj = nn.Conv3d(c, dim, kernel_size=kernel_size, stride=kernel_size, bias=True)\n\n"
    "    def f(self, x):\n        x = x.view(-1, self.c, self.t, self.patch_size, self.patch_size)\n"
    "        return self.proj(x.to(self.proj.weight.dtype)).view(-1, self.dim)\n\n\ntorch.manual_seed(0)\nf = Patch().f\n"
)
SQUARE = TORCH + (
    "class Square(nn.Module):\n    def __init__(self, size=4):\n        super().__init__()\n        self.size = size\n"
    "        self.conv = nn.Conv2d(6, 5, size, size, bias=False)\n\n"
    "    def f(self, x):\n        size = self.size\n        return self.conv(x.reshape(-1, 6, size, size))\n\n\n"
    "torch.manual_seed(0)\nf = Square().f\n"
)

_HEAD = "def f(q, k, v, mask):"
PLAIN = _body("return F.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.size(-1)), dim=-1) @ v", head=_HEAD)
ADDED = _body(
    "scores = torch.matmul(q, k.transpose(2, 3)) * 0.5",
    "scores = scores + mask",
    "weights = nn.functional.softmax(scores, dim=-1, dtype=torch.float32).to(q.dtype)",
    "out = torch.matmul(weights, v)",
    "return out",
    head=_HEAD,
)
FILLED = _body(
    "d = k.shape[-1]",
    "scores = q @ k.mT / d ** 0.5",
    "if mask is not None:",
    '    scores = scores.masked_fill(mask == 0, float("-inf"))',
    "out = scores.softmax(dim=-1) @ v",
    "return out",
    head=_HEAD,
)
SCALED = _body(
    "attn = q @ k.transpose(-2, -1)",
    "attn *= scale",
    "if mask is not None:",
    "    attn += mask",
    "attn = attn.softmax(-1)",
    "attn = attn @ v",
    "return attn",
    head="def f(q, k, v, mask, scale):",
)
BMM = _body(
    "s = torch.bmm(q, k.transpose(1, 2)).masked_fill(~mask, -torch.inf)",
    "return torch.bmm(F.softmax(s, dim=-1), v)",
    head=_HEAD,
)
BATCHED = _body("return q.matmul(k.mT).softmax(dim=-1).matmul(v)", head=_HEAD)
SEGMENTS = _body(
    "mask = torch.zeros([1, n, n], device=q.device, dtype=torch.bool)",
    "for i in range(1, len(ends)):",
    "    mask[..., ends[i - 1] : ends[i], ends[i - 1] : ends[i]] = True",
    "q = q.transpose(0, 1)",
    "out = F.scaled_dot_product_attention(q.unsqueeze(0), k, v, mask, dropout_p=0.0)",
    "return out.squeeze(0)",
    head="def f(q, k, v, ends, n):",
)
FLOATS = SEGMENTS.replace(
    "torch.zeros([1, n, n], device=q.device, dtype=torch.bool)", "torch.full((n, n), torch.finfo(q.dtype).min)"
).replace("= True", "= 0")

REWRITTEN = (
    ("tensor-items", TOTAL, "for x in (t.tolist() if type(t) is torch.Tensor and t.dim() == 1 else (x.item() for x in t)):"),
    (
        "tensor-items",
        LISTED,
        "[int(x) for x in (t.tolist() if type(t) is torch.Tensor and t.dim() == 1 else t)], sum(x for x in (t.tolist()",
    ),
    ("tensor-items", PAIRED, "float(x) + (t_items[i] if t_items is not None else t[i].item()) - int(t_items[i - 1] if t_items is not None"),
    ("tensor-items", ZIPPED, "in zip(t.tolist() if type(t) is torch.Tensor and t.dim() == 1 else t, u.tolist() if type(u)"),
    ("tensor-items", ROWS, "for a, b in (t.tolist() if type(t) is torch.Tensor and t.dim() == 2 else t):"),
    ("tensor-growth", GROWN, "    if len(out_parts) > 1:\n        out = torch.cat(out_parts, dim=0)\n    return out"),
    ("tensor-growth", GROWN.replace("[out, x * 2], dim=0", "(out, x), -2"), "out = torch.cat(out_parts, dim=-2)"),
    ("stacked-rows", STACKED, "(torch.relu(t * 2 - 1) / scale if type(t) is torch.Tensor and t.dim() > 1 and len(t) > 0 else torch.stack("),
    (
        "stacked-rows",
        APPENDED,
        "    if type(t) is torch.Tensor and t.dim() > 1 and len(t) > 0:\n        out = F.softmax(t, dim=-1) + t ** 2\n    else:",
    ),
    ("stacked-rows", SUMMED, "(t.exp().sum(dim=-1) if"),
    ("stacked-rows", LINEAR, "(self.act(self.first(t)) if"),
    (
        "patch-product",
        PATCH,
        "F.linear(x.to(self.proj.weight.dtype).flatten(1), self.proj.weight.flatten(1), self.proj.bias)[:, :, None, None, None]",
    ),
    (
        "patch-product",
        SQUARE,
        "F.linear(x.reshape(-1, 6, size, size).flatten(1), self.conv.weight.flatten(1), self.conv.bias)[:, :, None, None]",
    ),
    ("fused-attention", PLAIN, "return F.scaled_dot_product_attention(q, k, v, scale=1.0 / math.sqrt(q.size(-1)))\n"),
    (
        "fused-attention",
        ADDED,
        "    out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask.to(q.dtype), scale=0.5)\n    return out\n",
    ),
    (
        "fused-attention",
        FILLED,
        "F.scaled_dot_product_attention(q, k, v, attn_mask=None if mask is None else mask != 0, scale=1.0 / (d ** 0.5))",
    ),
    (
        "fused-attention",
        SCALED,
        "attn = F.scaled_dot_product_attention(q * scale, k, v, attn_mask=None if mask is None else mask.to(q.dtype), scale=1.0)",
    ),
    ("fused-attention", BMM, "(q.unsqueeze(0), k.unsqueeze(0), v.unsqueeze(0), attn_mask=mask, scale=1.0).squeeze(0)"),
    ("fused-attention", BATCHED, "F.scaled_dot_product_attention(q, k, v, scale=1.0)"),
    (
        "segment-attention",
        SEGMENTS,
        "for query, key, value in zip(q.unsqueeze(0).split(lengths, dim=-2), k.split(lengths, dim=-2), v.split(",
    ),
    (
        "segment-attention",
        FLOATS,
        "    else:\n        mask = torch.full((n, n), torch.finfo(q.dtype).min)\n        for i in range(1, len(ends)):",
    ),
)

KEPT = (
    # the element is used otherwise, or the tensor changes
    ("tensor-items", TOTAL.replace("x.item()", "x")),
    ("tensor-items", TOTAL.replace("x.item()", "x.item() + x")),
    ("tensor-items", TOTAL.replace("return total", "return total, x")),
    ("tensor-items", TOTAL.replace("in t:", "in t.exp():")),
    ("tensor-items", TOTAL.replace("+= x.item()", "+= x.item()\n        t.add_(1)")),
    ("tensor-items", TOTAL.replace("+= x.item()", "+= x.item()\n        view[0] = total")),
    ("tensor-items", TOTAL.replace("+= x.item()", "+= x.item()\n        t = t + 1")),
    ("tensor-items", TOTAL.replace("+= x.item()", "+= x.item()\n        view += 1")),
    ("tensor-items", TOTAL.replace("+= x.item()", "+= x.item()\n        view.data += 1")),
    ("tensor-items", TOTAL.replace("+= x.item()", "+= x.item()\n        torch.add(view, 1, out=view)")),
    ("tensor-items", TOTAL.replace("+= x.item()", "+= x.item()\n        g(t)")),
    ("tensor-items", TOTAL.replace("+= x.item()", "+= x.item()\n        yield total")),
    ("tensor-items", TOTAL.replace("+= x.item()", "+= (lambda: x.item())()")),
    ("tensor-items", TOTAL.replace("import torch\n", "").replace("import torch.nn.functional as F\nfrom torch import nn\n", "")),
    ("tensor-items", "type = 1\n" + TOTAL),
    ("tensor-items", _body("return (int(x) for x in t)", head="def f(t: torch.Tensor):")),
    ("tensor-items", LISTED.replace("t: torch.Tensor", "t: list").replace("x.item()", "int(x)")),
    ("tensor-items", _body("return [int(t[i]) for i in range(len(t))]")),
    ("tensor-items", ROWS.replace("int(a) * float(b)", "a.item() * float(b)")),
    ("tensor-items", ROWS.replace("int(a) * float(b)", "int(a) * b")),
    ("tensor-items", _body("return [t[key].item() for key in keys]", head="def f(t, keys):")),
    ("tensor-items", _body("return [t[i].sum() for i in range(len(t))]")),
    ("tensor-items", _body("return t[0].item()")),
    ("tensor-growth", GROWN.replace("[out, x * 2]", "[x * 2, out]")),
    ("tensor-growth", GROWN.replace("[out, x * 2]", "[out, out]")),
    ("tensor-growth", GROWN.replace("dim=0)", "dim=0)\n        print(out.shape)")),
    ("tensor-growth", GROWN.replace("dim=0)", "dim=0)\n        x.add_(1)")),
    ("tensor-growth", GROWN.replace("dim=0)", "dim=0)\n        x[0] = 1")),
    ("tensor-growth", GROWN.replace("dim=0)", "dim=0)\n            return out")),
    ("tensor-growth", GROWN.replace("dim=0", "dim=len(t)")),
    ("tensor-growth", GROWN.replace("dim=0", "out=out")),
    ("tensor-growth", GROWN.replace("torch.cat", "g.cat")),
    ("tensor-growth", GROWN.replace("dim=0)", "dim=0)\n            out = torch.cat([out, x], dim=1)")),
    ("stacked-rows", STACKED.replace("scale: float", "scale")),
    ("stacked-rows", STACKED.replace("in t]", "in t if x]")),
    ("stacked-rows", STACKED.replace("in t]", "in g(t)]")),
    ("stacked-rows", STACKED.replace("in t])", "in t], dim=1)")),
    ("stacked-rows", STACKED.replace("torch.relu(x * 2 - 1)", "torch.cumsum(x, 0)")),
    ("stacked-rows", STACKED.replace("torch.relu(x * 2 - 1)", "x.sum(dim=-1)")),
    ("stacked-rows", STACKED.replace("torch.relu(x * 2 - 1) / scale", "x")),
    ("stacked-rows", STACKED.replace("torch.relu(x * 2 - 1) / scale", "x @ x")),
    ("stacked-rows", APPENDED.replace("return torch.stack(out, dim=0)", "return torch.stack(out), out")),
    ("stacked-rows", APPENDED.replace("out = []", "out = [t]")),
    ("stacked-rows", APPENDED.replace("dim=-1", "dim=0")),
    ("stacked-rows", SUMMED.replace("dim=-1", "dim=0")),
    ("stacked-rows", LINEAR.replace("nn.GELU()", "nn.ReLU(inplace=True)")),
    ("stacked-rows", LINEAR.replace("nn.GELU()", "nn.Dropout()")),
    ("stacked-rows", LINEAR.replace("    def f", "    def g(self):\n        self.act = None\n\n    def f")),
    ("patch-product", PATCH.replace("bias=True", "padding=1")),
    ("patch-product", PATCH.replace("bias=True", "groups=c")),
    ("patch-product", PATCH.replace("bias=True", "**options")),
    ("patch-product", PATCH.replace("stride=kernel_size", "stride=1")),
    ("patch-product", PATCH.replace(", stride=kernel_size", "")),
    ("patch-product", PATCH.replace("self.t, self.patch_size", "self.patch_size, self.t")),
    ("patch-product", PATCH.replace("self.patch_size)\n", "2 * self.patch_size)\n")),
    ("patch-product", PATCH.replace("self.patch_size = p", "self.patch_size = p + 0")),
    ("patch-product", PATCH.replace("self.patch_size = p", "self.patch_size = p\n        p = 2")),
    ("patch-product", PATCH.replace("self.t = t", "self.t = t\n        if c:\n            self.t = 1")),
    ("patch-product", PATCH.replace("    def f", "    def g(self, name):\n        setattr(self, name, 1)\n\n    def f")),
    ("patch-product", PATCH.replace("x = x.view", "y = x.view")),
    ("patch-product", PATCH.replace("        return self.proj(x", "        x.squeeze_(0)\n        return self.proj(x")),
    ("patch-product", PATCH.replace("nn.Conv3d", "g.Conv3d")),
    ("patch-product", PATCH.replace("def __init__(self", "def build(self")),
    ("patch-product", PATCH.replace("    def f", "    @staticmethod\n    def f")),
    ("patch-product", PATCH.replace("    def f", "    def __init__(self):\n        self.t = 1\n\n    def f")),
    ("patch-product", PATCH.replace("(self, x):\n", "(self, x):\n        self = x\n")),
    ("patch-product", PATCH.replace("def f(self, x)", "def f(self, x, nn)").replace("F\nfrom", "G\nfrom").replace("import torch\n", "")),
    ("patch-product", SQUARE.replace("self.size = size", "self.size = size + 1")),
    ("patch-product", SQUARE.replace("size = self.size", "size = g(self)")),
    # other axes, weights that are used elsewhere, more than one mask or factor
    ("fused-attention", PLAIN.replace("dim=-1) @", "dim=-2) @")),
    ("fused-attention", PLAIN.replace("dim=-1) @", "dim=-1) * mask @")),
    ("fused-attention", PLAIN.replace("k.transpose(-2, -1)", "k")),
    ("fused-attention", PLAIN.replace("k.transpose(-2, -1)", "k.transpose(-3, -1)")),
    ("fused-attention", PLAIN.replace("F.softmax(", "F.dropout(F.softmax(").replace("dim=-1)", "dim=-1))")),
    ("fused-attention", PLAIN.replace("F.softmax", "g.softmax")),
    ("fused-attention", PLAIN.replace("dim=-1)", "dim=-1, dtype=torch.float32)")),
    ("fused-attention", ADDED.replace("return out", "return out, weights")),
    ("fused-attention", ADDED.replace("scores = scores + mask", "scores = scores + mask\n    print(scores)")),
    ("fused-attention", ADDED.replace("scores = scores + mask", "scores = scores + mask + 1")),
    ("fused-attention", ADDED.replace("scores + mask", "scores + 1.0")),
    ("fused-attention", ADDED.replace("scores + mask", "(scores + mask) * 2.0")),
    ("fused-attention", ADDED.replace("scores + mask", "scores * scores.mean()")),
    ("fused-attention", ADDED.replace("to(q.dtype)", "to(v.dtype)")),
    ("fused-attention", ADDED.replace("matmul(q, ", "matmul(g(q), ")),
    ("fused-attention", FILLED.replace("-inf", "-1e9")),
    ("fused-attention", FILLED.replace('float("-inf")', "-10000.0")),
    ("fused-attention", FILLED.replace("if mask is not None", "if mask")),
    ("fused-attention", SCALED.replace("if mask is not None", "if scale is not None")),
    ("fused-attention", SCALED.replace("attn = attn @ v", "attn = attn @ v + attn")),
    ("fused-attention", SCALED.replace("attn *= scale", "attn -= scale")),
    ("segment-attention", SEGMENTS.replace("mask, dropout_p=0.0", "mask, dropout_p=0.1")),
    ("segment-attention", SEGMENTS.replace("return out", "return mask, out")),
    ("segment-attention", SEGMENTS.replace("= True", "= False")),
    ("segment-attention", SEGMENTS.replace("dtype=torch.bool", "dtype=q.dtype")),
    ("segment-attention", SEGMENTS.replace("ends[i - 1] : ends[i]]", ": ends[i]]")),
    ("segment-attention", SEGMENTS.replace("range(1, ", "range(2, ")),
    ("segment-attention", SEGMENTS.replace("[1, n, n]", "[1, n, m]")),
    ("segment-attention", SEGMENTS.replace("[1, n, n]", "[b, n, n]")),
    ("segment-attention", SEGMENTS.replace("mask[...,", "mask[:, :,")),
    ("segment-attention", SEGMENTS.replace("    for i", "    print(n)\n    for i")),
    ("segment-attention", SEGMENTS.replace("k, v, mask", "k, v, ~mask")),
    ("segment-attention", SEGMENTS.replace("    q = q", "    mask = mask.clone()\n    q = q")),
    ("segment-attention", FLOATS.replace("torch.finfo(q.dtype).min", "-1.0")),
    ("segment-attention", FLOATS.replace("= 0\n", "= 1\n")),
)
