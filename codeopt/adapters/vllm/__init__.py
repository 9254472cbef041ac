"""The code model, over any OpenAI-compatible endpoint.

Importing this package costs nothing. Import from its modules; only `client` and `faults` know the `openai` package.
"""

from __future__ import annotations

__all__: list[str] = []
