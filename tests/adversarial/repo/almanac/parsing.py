"""Reading text."""


def parse_pairs(text):
    """Read `key=value;key=value`; later keys win.

    Raises:
        ValueError: a part without `=`.
    """
    pairs = {}
    while text:
        part = ""
        while text and text[0] != ";":
            part += text[0]
            text = text[1:]
        text = text[1:]
        if "=" not in part:
            raise ValueError(f"no value in {part!r}")
        pairs[part.split("=", 1)[0].strip()] = part.split("=", 1)[1].strip()
    return pairs


def balanced(text):
    """Tell whether every bracket is closed in order."""
    text = "".join(letter for letter in text if letter in "()[]{}")
    before = None
    while text != before:
        before = text
        text = text.replace("()", "", 1).replace("[]", "", 1).replace("{}", "", 1)
    return text == ""
