"""Work that runs in a process of its own: what computes for minutes, and reads what strangers wrote, holds no token and can be ended."""

from __future__ import annotations

from codeopt.bot.errands.answer import Answer, result_of
from codeopt.bot.errands.runner import Errands, ProcessErrands

__all__ = ["Answer", "Errands", "ProcessErrands", "result_of"]
