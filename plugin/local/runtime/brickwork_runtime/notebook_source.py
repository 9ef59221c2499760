"""Notebooks in Databricks' source format, taken apart into cells."""

import dataclasses
import re

LANGUAGES = ("python", "sql", "scala", "r")
# They tune an interactive session and change nothing in a job.
IGNORED_MAGICS = ("matplotlib", "load_ext", "autoreload", "config", "reload_ext", "restart_python")
LINE_MAGICS = IGNORED_MAGICS + ("pip",)
COMMENT = {"python": "#", "sql": "--", "scala": "//", "r": "#"}


@dataclasses.dataclass
class Cell:
    number: int  # 1 for the first
    language: str  # python, sql, md, sh, run, pip, fs, ...
    source: str  # without the %language of the first line
    first_line: int  # of `source` in the cell, from 1: it is 2 when the magic had a line of its own
    title: str = ""


def split_cells(text, language):
    """The cells of a notebook whose default language is `language`."""
    mark = COMMENT[language]
    lines = text.replace("\r\n", "\n").split("\n")
    if lines and lines[0].rstrip() == f"{mark} Databricks notebook source":
        lines = lines[1:]
    separator = re.compile(re.escape(mark) + r" COMMAND -+\s*$")
    chunks = [[]]
    for line in lines:
        if separator.match(line):
            chunks.append([])
        else:
            chunks[-1].append(line)
    cells = []
    for chunk in chunks:
        cell = _cell(chunk, language, mark, len(cells) + 1)
        if cell is not None:
            cells.append(cell)
    return cells


def _cell(lines, language, mark, number):
    while lines and not lines[0].strip():
        lines = lines[1:]
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    title = ""
    if lines and lines[0].startswith(f"{mark} DBTITLE "):
        title = lines[0].split(",", 1)[-1].strip()
        lines = lines[1:]
    magic = f"{mark} MAGIC"
    if any(line.startswith(magic) for line in lines):
        # Lines of a magic cell carry the mark; one blank behind it belongs to the mark.
        lines = [_without_magic(line, magic) for line in lines]
    if not any(line.strip() for line in lines):
        return None
    return _by_first_line(lines, language, number, title)


def _without_magic(line, magic):
    if not line.startswith(magic):
        return line
    rest = line[len(magic):]
    return rest[1:] if rest.startswith(" ") else rest


def _by_first_line(lines, language, number, title):
    first = next(index for index, line in enumerate(lines) if line.strip())
    match = re.match(r"%(\w+)[ \t]*(.*)$", lines[first].strip())
    if not match:
        return Cell(number, language, "\n".join(lines), 1, title)
    name, rest = match.group(1).lower(), match.group(2)
    if name in LINE_MAGICS:
        # They take a line and not the cell: what follows is code of the notebook's language.
        joined = "\n".join(lines).replace("\\\n", " ").split("\n")
        alone = name == "pip" and all(line.startswith("%pip") for line in joined if line.strip())
        return Cell(number, "pip" if alone else language, "\n".join(lines), 1, title)
    tail = lines[first + 1:]
    if rest:
        return Cell(number, name, "\n".join([rest] + tail), first + 1, title)
    return Cell(number, name, "\n".join(tail), first + 2, title)
