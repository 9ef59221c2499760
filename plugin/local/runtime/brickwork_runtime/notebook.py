"""Runs a notebook cell by cell in one namespace."""

import ast
import asyncio
import inspect
import os
import posixpath
import sys

from brickwork_runtime import failure, magics
from brickwork_runtime.control import RequestRefused
from brickwork_runtime.dbutils import DBUtils
from brickwork_runtime.display import Display
from brickwork_runtime.html_view import notebook_html
from brickwork_runtime.notebook_source import split_cells
from brickwork_runtime.spark_attach import lazy_spark, lazy_spark_context


def run(task):
    path = task.spec["path"]
    notebook = Notebook(task, sys.modules["__main__"].__dict__)
    _work_in_folder_of(task, path)
    try:
        notebook.run_path(path, task.spec.get("parameters", {}))
    finally:
        task.views.append({"name": posixpath.basename(path), "html": notebook_html(path, notebook.shown)})


def _work_in_folder_of(task, path):
    folder = task.paths.workspace_file(posixpath.dirname(path))
    if os.path.isdir(folder):
        os.chdir(folder)
        sys.path.insert(0, folder)
    root = _repo_root(path)
    if root:
        sys.path.insert(1, task.paths.workspace_file(root))


def _repo_root(path):
    """The folder that a repository begins at: /Repos/<user>/<repo>, /Repos/.internal/<n>_commits/<commit>."""
    parts = path.strip("/").split("/")
    depth = 4 if parts[1:2] == [".internal"] else 3
    return "/".join(parts[:depth]) if parts[0] == "Repos" and len(parts) > depth else ""


class Notebook:
    """A namespace, and the notebooks whose cells run in it: one, and those that it takes in by %run."""

    def __init__(self, task, namespace):
        self.task = task
        self.namespace = namespace
        self.shown = []  # (cell, outputs, failed) in the order of execution
        self.callers = []  # workspace paths, the innermost last
        self.dbutils = DBUtils(task, self)
        self.display = Display(task.console)
        self.fill_namespace()

    def fill_namespace(self):
        from brickwork_runtime import sdk_runtime, sql_cells

        self.globals = {
            "spark": lazy_spark(), "sc": lazy_spark_context(), "dbutils": self.dbutils,
            "display": self.display.display, "displayHTML": self.display.html,
            "getArgument": self.dbutils.widgets.get_argument, "sql": sql_cells.sql,
            "table": sql_cells.table, "sqlContext": lazy_spark(),
        }
        self.namespace.update(self.globals)
        sdk_runtime.install(self.globals)

    def forget_variables(self):
        """What %pip and restartPython do to the Python state."""
        for name in list(self.namespace):
            if not name.startswith("__"):
                del self.namespace[name]
        self.fill_namespace()

    def run_path(self, path, parameters):
        found = self.task.control.ask("notebook", path=path)
        if path in self.callers:
            raise RequestRefused("INVALID_PARAMETER_VALUE", f"%run goes round in a circle: {path} runs itself")
        with open(found["file"], encoding="utf-8") as file:
            cells = split_cells(file.read(), found["language"].lower())
        self.callers.append(path)
        self.dbutils.widgets.push(parameters)
        try:
            for cell in cells:
                self._run_cell(path, cell)
        finally:
            self.dbutils.widgets.pop()
            self.callers.pop()

    def _run_cell(self, path, cell):
        outputs = []
        shown = {"cell": cell, "outputs": outputs, "failed": None}
        self.shown.append(shown)
        self.task.console.begin_cell(outputs)
        try:
            if cell.language == "python":
                self.run_python(path, cell)
            else:
                magics.run(self, path, cell)
            self.display.figures()
        except Exception as error:
            shown["failed"] = self.task.redact(failure.error_line(error))
            raise
        finally:
            self.task.console.end_cell()

    def run_python(self, path, cell):
        source = magics.python_with_line_magics(cell.source)
        # The lines keep the numbers that they have in the cell.
        source = "\n" * (cell.first_line - 1) + source
        name = f"{path}, cell {cell.number}"
        failure.remember_source(name, source)
        tree = ast.parse(source, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._execute(compile(tree, name, "exec", flags))
        if last is not None:
            value = self._execute(compile(ast.Expression(last.value), name, "eval", flags))
            if value is not None and not source.rstrip().endswith(";"):
                self.display.last_value(value)

    def _execute(self, code):
        self.namespace["__name__"] = "__main__"
        value = eval(code, self.namespace)  # noqa: S307: running the user's code is what we are for
        if code.co_flags & inspect.CO_COROUTINE:
            value = asyncio.run(value)
        return value
