import pytest
from solution import count_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", {}), ("a", {"a": 1}), ("b a B", {"b": 2, "a": 1}), ("  x\ty\nx ", {"x": 2, "y": 1}), ("one two three two", {"one": 1, "two": 2, "three": 1})],
)
def test_words_are_counted(text, expected):
    assert list(count_words(text).items()) == list(expected.items())
