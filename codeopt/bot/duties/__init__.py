"""What the bot does for each kind of job."""

from __future__ import annotations

from codeopt.bot.duties.handler import Duties

__all__ = ["Duties"]
