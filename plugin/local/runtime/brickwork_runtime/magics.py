"""Cells that begin with %something, and the lines of Python cells that do."""

import re
import shlex
import subprocess
import sys

from brickwork_runtime import pip_magic, sql_cells
from brickwork_runtime.notebook_source import IGNORED_MAGICS
from brickwork_runtime.paths import resolve_notebook


class UnsupportedMagic(Exception):
    pass


class ShellFailed(Exception):
    pass


def run(notebook, path, cell):
    action = {"sql": sql_cells.run_cell, "md": _markdown, "sh": _shell, "run": _run_notebook, "pip": _pip, "fs": _fs,
              "python": lambda book, where, part: book.run_python(where, part), "conda": _refuse_conda}
    if cell.language in action:
        action[cell.language](notebook, path, cell)
    elif cell.language in ("scala", "r"):
        raise UnsupportedMagic(f"%{cell.language} cells are not supported by brickwork-local: it runs Python and SQL")
    else:
        raise UnsupportedMagic(f"brickwork-local does not know the magic command %{cell.language}")


def python_with_line_magics(source):
    """IPython's line magics and `!command` inside a Python cell, rewritten to calls."""
    if not re.search(r"^\s*[%!]", source, re.MULTILINE):
        return source
    try:
        compile(source, "<cell>", "exec", 0x2000)  # a line that begins with % may be part of a longer expression
        return source
    except SyntaxError:
        pass
    return "\n".join(_rewrite(line) for line in source.split("\n"))


def _rewrite(line):
    match = re.match(r"(\s*)([%!])(\w*)\s*(.*)$", line)
    if not match:
        return line
    indent, mark, name, rest = match.groups()
    if mark == "!":
        return f"{indent}__import__('brickwork_runtime.magics').magics.shell({name + ' ' + rest!r})"
    if name in IGNORED_MAGICS:
        return f"{indent}pass"
    if name == "pip":
        return f"{indent}__import__('brickwork_runtime.pip_magic').pip_magic.install_now({rest!r})"
    return f"{indent}raise __import__('brickwork_runtime.magics').magics.UnsupportedMagic({'%' + name!r})"


def _markdown(notebook, path, cell):
    notebook.task.console.add("markdown", cell.source)


def _shell(notebook, path, cell):
    fail = not re.match(r"-e\b", cell.source)
    source = re.sub(r"^-e\b", "", cell.source)
    shell(source, tolerate=fail)


def shell(command, tolerate=True):
    """Runs bash and prints what it says as it comes. A plain %sh cell does not fail on a status that is not zero."""
    with subprocess.Popen(["/bin/bash"] + ([] if tolerate else ["-e"]) + ["-c", command], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as process:
        for line in process.stdout:
            sys.stdout.write(line)
    if process.returncode and not tolerate:
        raise ShellFailed(f"Command exited with code {process.returncode}")


def _run_notebook(notebook, path, cell):
    words = shlex.split(cell.source.strip())
    if not words:
        raise ValueError("%run needs the path of a notebook")
    # %run ./other $name="value" $x="y": shlex took the quotes away.
    arguments = {}
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if not name.startswith("$") or not equals:
            raise ValueError(f'%run takes arguments of the form $name="value", not {word}')
        arguments[name[1:]] = value
    notebook.run_path(resolve_notebook(words[0], path), arguments)


def _pip(notebook, path, cell):
    for line in cell.source.replace("\\\n", " ").split("\n"):
        if line.strip():
            pip_magic.install_now(line.strip().removeprefix("%pip"))
    notebook.forget_variables()


def _refuse_conda(notebook, path, cell):
    raise UnsupportedMagic("%conda is not supported: use %pip")


def _fs(notebook, path, cell):
    words = shlex.split(cell.source.strip())
    command = getattr(notebook.dbutils.fs, words[0], None)
    if command is None or words[0].startswith("_"):
        raise ValueError(f"%fs does not know {words[0]}")
    recursive = "-r" in words or "--recurse" in words
    rest = [word for word in words[1:] if word not in ("-r", "--recurse")]
    value = command(*rest, recurse=True) if recursive else command(*rest)
    if isinstance(value, list):
        notebook.display.table(value)
    elif value is not None:
        print(value)
