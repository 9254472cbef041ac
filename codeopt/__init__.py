"""codeopt makes Python programs faster and proves it."""

__version__ = "0.1.0"

__all__ = ["__version__"]
