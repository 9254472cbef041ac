"""Encodings of arrays, tensors and their scalars, for `canon`: their bytes, and what shows of how they lie in memory."""

import base64


def scalar(value):
    return ["numpy", value.dtype.str, base64.b64encode(value.tobytes()).decode()]


def array(encoder, value):
    kind = value.dtype.str if value.dtype.names is None else str(value.dtype)
    # Column order shows in what `ravel` and the like make of it; gaps between the items do not.
    node = ["array", kind, list(value.shape), bool(value.flags.writeable), bool(value.flags.fnc)]
    if value.dtype.hasobject:
        return [*node, encoder.refer_all(value.ravel().tolist())]
    return [*node, base64.b64encode(value.tobytes()).decode()]


def tensor(_encoder, value):
    flat = value.detach().cpu().contiguous()
    raw = flat.view(-1).view(__import__("torch").uint8) if flat.numel() else flat.view(-1)
    data = base64.b64encode(bytes(raw.tolist())).decode()
    return ["tensor", str(value.dtype), list(value.shape), str(value.device), bool(value.requires_grad), data]
