"""Knows how the service's log is written: one JSON object a line, on standard error; never a payload or a secret."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime

__all__ = ["JsonLines", "configure", "tell"]

_FIELDS = "codeopt_fields"


class JsonLines(logging.Formatter):
    """Writes a record as a line: time, level, logger, message, and the fields that `tell` was given.

    Of an exception its type and its places are written, and not its text, which may repeat what a stranger sent.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, _FIELDS, {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["places"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(record.exc_info[2])]
        return json.dumps(line, default=str)


def configure() -> None:
    """Have all logs of this process written so, from INFO on; what libraries tell of single requests is left out."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for chatty in ("httpx", "httpcore", "uvicorn.error"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def tell(logger: logging.Logger, message: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Log a message with fields."""
    logger.log(level, message, extra={_FIELDS: fields})
