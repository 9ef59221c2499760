"""An exception of the user's code as get-output tells it: `error` in one line, `error_trace` with the cell's lines."""

import linecache
import os
import traceback

from brickwork_runtime import databricks_runtime

RUNTIME_DIR = os.path.dirname(os.path.abspath(__file__))
RED, GREEN, CYAN, PLAIN = "\x1b[0;31m", "\x1b[0;32m", "\x1b[0;36m", "\x1b[0m"
CONTEXT = 2


class JavaFailure(Exception):
    """An exception of a JVM: its own line and its own stack, without a Python one around it."""

    def __init__(self, line, stack):
        super().__init__(line)
        self.stack = stack


class ProgramFailure(Exception):
    """A program that the task started has ended badly and has said why in the logs."""


def error_line(error):
    if isinstance(error, (JavaFailure, ProgramFailure)):
        return str(error)
    text = str(error).strip() + databricks_runtime.missing_package(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def remember_source(filename, source):
    """Lets tracebacks show the lines of a cell, which is no file."""
    lines = [line + "\n" for line in source.split("\n")]
    linecache.cache[filename] = (len(source), None, lines, filename)


def error_trace(error):
    """Coloured as in a Databricks notebook: newest cause last, the runtime's own frames left out."""
    if isinstance(error, (JavaFailure, ProgramFailure)):
        return getattr(error, "stack", "")
    parts = []
    for link, joint in _chain(error):
        parts.append(joint + _one(link))
    return "\n".join(parts)


def _chain(error):
    links, seen = [], set()
    joint = ""
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        links.append([error, ""])
        if error.__cause__ is not None:
            joint, error = "\nThe above exception was the direct cause of the following exception:\n\n", error.__cause__
        elif error.__context__ is not None and not error.__suppress_context__:
            joint, error = "\nDuring handling of the above exception, another exception occurred:\n\n", error.__context__
        else:
            break
        links[-1][1] = joint
    return [(link, joint) for link, joint in reversed(links)]


def _one(error):
    name = type(error).__name__
    rule = RED + "-" * 75 + PLAIN
    head = f"{RED}{name}{PLAIN}{'Traceback (most recent call last)':>{max(34, 75 - len(name))}}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)
              if not frame.filename.startswith((RUNTIME_DIR, "<frozen runpy>"))]
    if isinstance(error, SyntaxError):
        body = ["".join(traceback.format_exception_only(type(error), error)).rstrip()]
    else:
        body = [f"{RED}{name}{PLAIN}: {error}"]
    return "\n".join([rule, head] + [_frame(frame) for frame in frames] + body)


def _frame(frame):
    where = f"File {GREEN}{frame.filename}{PLAIN}, line {frame.lineno}"
    if frame.name != "<module>":
        where += f", in {CYAN}{frame.name}{PLAIN}"
    lines = [where]
    for number in range(max(1, frame.lineno - CONTEXT), frame.lineno + CONTEXT + 1):
        line = linecache.getline(frame.filename, number)
        if line:
            arrow = "---->" if number == frame.lineno else "     "
            lines.append(f"{arrow} {number} {line.rstrip()}")
    return "\n".join(lines) + "\n"
