"""The library's log lines in `logging`, under the logger "brickwork", at the time they were written."""

from __future__ import annotations

import logging

logger = logging.getLogger("brickwork")
logger.addHandler(logging.NullHandler())  # silent until the program asks for it, as libraries are
LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "information": logging.INFO, "request": logging.DEBUG}


def write(lines: str) -> None:
    """Lines as log_take gives them: "<unix ms> <level> <text>"."""
    for line in lines.splitlines():
        written_ms, _, rest = line.partition(" ")
        word, _, text = rest.partition(" ")
        level = LEVELS.get(word, logging.INFO)
        if not logger.isEnabledFor(level):
            continue
        record = logger.makeRecord(logger.name, level, "libbrickwork.so", 0, text, (), None, func="")
        if written_ms.isdigit():
            record.created = int(written_ms) / 1000
            record.msecs = float(int(written_ms) % 1000)
        logger.handle(record)
