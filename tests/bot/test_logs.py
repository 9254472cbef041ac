from __future__ import annotations

import json
import logging

from codeopt.bot.logs import JsonLines, tell


def line_of(act) -> dict:
    kept: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(JsonLines().format(record))

    logger, kept_by = logging.getLogger("codeopt.test"), Kept()
    logger.addHandler(kept_by)
    act(logger)
    logger.removeHandler(kept_by)
    (text,) = kept
    assert "\n" not in text
    return json.loads(text)


def test_a_line_is_one_object_with_its_fields():
    line = line_of(lambda logger: tell(logger, "job", level=logging.WARNING, job="a\nb", seconds=1.5))
    assert (line["level"], line["logger"], line["message"], line["job"], line["seconds"]) == ("warning", "codeopt.test", "job", "a\nb", 1.5)
    assert line["time"].endswith("+00:00")


def test_messages_of_libraries_are_lines_as_well():
    assert line_of(lambda logger: logger.error("%s of %d", "one", 2))["message"] == "one of 2"


def test_an_exception_is_told_by_its_type_and_place_and_not_by_its_text():
    def act(logger: logging.Logger) -> None:
        try:
            int("s3cret")
        except ValueError:
            logger.exception("broken")

    line = line_of(act)
    assert line["exception"] == "ValueError"
    assert line["places"][0].endswith(" act")
    assert "s3cret" not in json.dumps(line)
