"""The rule that looks up what becomes of each byte of an image: to the bit, and for arrays of bytes alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

RULE = "byte-table"
TURNED = """import numpy as np

MEAN = (0.48, 0.45, 0.4)


def f(clip):
    images = list(clip)
    images = [(image.astype(np.float64) * (1 / 255)).astype(np.float32) for image in images]
    mean = np.array(MEAN, dtype=np.float32)
    images = [(image - mean) / 0.27 for image in images]
    images = [image.transpose((2, 0, 1)) for image in images]
    if not images:
        return np.empty((0, 3))
    return np.array(images)
"""
FLAT = """import numpy as np


def f(image):
    scaled = image.astype(np.float32) / 255
    return -scaled * 2 - 1.5
"""
LISTED = """import numpy as np


def f(images):
    return_images = [image / 255 for image in images]
    return np.stack(return_images)
"""
CHANNELS = """import numpy as np


def f(image, mean, std):
    image = image.astype(np.float32) * (1 / 255)
    return (image - mean) / std
"""
SOURCES = {"turned": TURNED, "flat": FLAT, "listed": LISTED, "channels": CHANNELS}
FILL = st.integers(0, 2**32 - 1)


def arguments(name, shape, dtype, seed):
    array = np.random.default_rng(seed).integers(0, 200, shape).astype(dtype)
    return (array, np.array([0.5, 0.4, 0.3], dtype=np.float32)[: shape[-1]], 0.25) if name == "channels" else (array,)


def same(old, new):
    """Whether two outcomes are the same to the bit, laid out alike."""
    if old[0] == "raised" or new[0] == "raised":
        return old == new
    first, second = old[1][1], new[1][1]
    return (first.dtype, first.shape, first.strides, first.tobytes()) == (second.dtype, second.shape, second.strides, second.tobytes())


@pytest.mark.parametrize("name", SOURCES)
def test_many_bytes_are_looked_up(rewrite, name):
    assert "np.take(" in rewrite(RULE, SOURCES[name])


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize(
    "shape", [(2, 130, 110, 3), (1, 200, 130, 3), (2, 4, 5, 3), (3, 200, 130, 1), (2, 200, 200), (70_000,), (40, 41, 50, 5)]
)
@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")
@settings(max_examples=12)
@given(seed=FILL, dtype=st.sampled_from(["uint8", "uint8", "uint8", "int8", "uint16", "float32", "bool"]))
def test_the_table_changes_no_result(versions, outcome, name, shape, seed, dtype):
    old, new = versions(RULE, SOURCES[name])
    given_, kept = arguments(name, shape, dtype, seed), arguments(name, shape, dtype, seed)
    assert same(outcome(old, *given_), outcome(new, *given_))
    assert all(np.array_equal(one, other) for one, other in zip(given_, kept, strict=True))


@pytest.mark.parametrize("name", SOURCES)
def test_arrays_that_lie_otherwise_in_memory_come_out_alike(versions, outcome, name):
    old, new = versions(RULE, SOURCES[name])
    array, *rest = arguments(name, (260, 2, 130, 3), "uint8", 1)
    for turned in (array.transpose(1, 0, 2, 3), array[::-1], array[:, :, ::2], np.asfortranarray(array), np.ma.masked_array(array)):
        assert same(outcome(old, turned, *rest), outcome(new, turned, *rest))


def test_arrays_of_two_axes_are_no_channels(versions, outcome):
    old, new = versions(RULE, CHANNELS)
    image = arguments("flat", (1, 256, 130, 3), "uint8", 3)[0]
    for mean in (np.arange(256.0).reshape(256, 1), np.arange(256.0).reshape(1, 256, 1, 1), np.ones((130, 3)), 0.5, np.float32(0.5)):
        assert same(outcome(old, image, mean, 2.0), outcome(new, image, mean, 2.0))


@pytest.mark.parametrize(
    "source",
    [
        FLAT.replace("scaled = image", "image += 1\n    scaled = image"),
        FLAT.replace("image.astype(np.float32) / 255", "image.astype(np.float32) / image.max()"),
        FLAT.replace("image.astype(np.float32) / 255", "np.sort(image) / 255"),
        FLAT.replace("image.astype(np.float32) / 255", "image[::2] / 255"),
        FLAT.replace("return -scaled * 2 - 1.5", "return scaled, image"),
        FLAT.replace("return -scaled * 2 - 1.5", "return 3"),
        FLAT.replace("return -scaled * 2 - 1.5", "return -scaled * weight()"),
        FLAT.replace("def f", "@g\ndef f"),
        FLAT.replace("import numpy as np\n", ""),
        FLAT.replace("def f(image)", "def f(image, *rest)"),
        FLAT.replace("return", "yield"),
        FLAT.replace("    scaled", "    f = len\n    scaled"),
        "import numpy as np\n\n\ndef f(image):\n    return image.astype(np.float32)\n",
        "import numpy as np\n\n\nclass A:\n    def f(self, image):\n        return image / 255\n",
        LISTED.replace("image / 255 for image in images", "image / 255 for image in images if image.any()"),
        LISTED.replace("np.stack(return_images)", "np.stack(return_images, 1)"),
        LISTED.replace("np.stack(return_images)", "return_images"),
        LISTED.replace("image / 255", "image.mean() / 255"),
        LISTED.replace("np.stack", "np.concatenate"),
        TURNED.replace("(2, 0, 1)", "(1, 0, 2)"),
        TURNED.replace("image.transpose((2, 0, 1))", "image.transpose((2, 0, 1)) - mean"),
        TURNED.replace("if not images:", "if len(images) < 3:"),
    ],
)
def test_what_is_not_the_same_for_each_byte_is_left_alone(rewrite, source):
    compile(source, "app.py", "exec")
    assert rewrite(RULE, source) is None
