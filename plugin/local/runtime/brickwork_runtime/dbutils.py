"""dbutils: what belongs to the run. Files are in dbutils_fs, widgets in dbutils_widgets."""

import base64
import json
import sys

from brickwork_runtime.control import RequestRefused
from brickwork_runtime.dbutils_fs import FileSystem
from brickwork_runtime.dbutils_widgets import Widgets
from brickwork_runtime.notebook_context import EntryPoint
from brickwork_runtime.notebook_end import NotebookExit
from brickwork_runtime.paths import resolve_notebook

TASK_VALUE_LIMIT = 48 * 1024  # bytes of JSON


class ExecutionError(Exception):
    """What Databricks raises from dbutils when the other side failed."""


class DBUtils:
    def __init__(self, task, notebook=None):
        self.widgets = Widgets()
        self.fs = FileSystem(task.paths)
        self.secrets = Secrets(task)
        self.notebook = NotebookUtils(task, notebook)
        self.jobs = Jobs(task)
        self.library = Library()
        self.credentials = self.data = Unsupported("dbutils.credentials and dbutils.data")

    def help(self, *_):
        print("dbutils: fs, jobs, library, notebook, secrets, widgets")


class Unsupported:
    def __init__(self, name):
        self._name = name

    def __getattr__(self, member):
        raise NotImplementedError(f"{self._name} ({member}) are not supported by brickwork-local")


class Secrets:
    def __init__(self, task):
        self._task = task

    def _ask(self, op, **members):
        try:
            return self._task.control.ask(op, **members)
        except RequestRefused as refused:
            raise IllegalArgumentException(str(refused)) from None

    def getBytes(self, scope, key):
        value = base64.b64decode(self._ask("secret", scope=scope, key=key)["value"])
        self._task.redact.add(value.decode("utf-8", "replace"))
        return value

    def get(self, scope, key):
        return self.getBytes(scope, key).decode("utf-8")

    def list(self, scope):
        return [SecretMetadata(key) for key in self._ask("secrets", scope=scope)["keys"]]

    def listScopes(self):
        return [SecretScope(name) for name in self._ask("scopes")["scopes"]]


class IllegalArgumentException(Exception):
    """Databricks: IllegalArgumentException: Secret does not exist with scope: s and key: k."""


class SecretMetadata:
    def __init__(self, key):
        self.key = key

    def __repr__(self):
        return f"SecretMetadata(key='{self.key}')"


class SecretScope:
    def __init__(self, name):
        self.name = name

    def getName(self):
        return self.name

    def __repr__(self):
        return f"SecretScope(name='{self.name}')"


class NotebookUtils:
    def __init__(self, task, notebook):
        self._task = task
        self._notebook = notebook
        self.entry_point = EntryPoint(task, self._path)

    def _path(self):
        if self._notebook is not None and self._notebook.callers:
            return self._notebook.callers[0]  # a notebook taken in by %run has the context of the one that runs
        return self._task.spec.get("path", "")

    def exit(self, value=""):
        raise NotebookExit(value if isinstance(value, str) else str(value))

    def run(self, path, timeout_seconds=0, arguments=None):
        """Runs another notebook in a process of its own on the same cluster, and returns its exit value."""
        caller = self._notebook.callers[-1] if self._notebook is not None and self._notebook.callers else "/"
        texts = {str(name): str(value) for name, value in (arguments or {}).items()}
        sys.stdout.flush()
        try:
            answer = self._task.control.ask("run_notebook", path=resolve_notebook(path, caller), arguments=texts,
                                            timeout_seconds=int(timeout_seconds))
        except RequestRefused as refused:
            raise ExecutionError(f"Notebook {path} failed: {refused}") from None
        return answer.get("result", "")

    def getContext(self):
        return self.entry_point.getDbutils().notebook().getContext()


class Jobs:
    def __init__(self, task):
        self.taskValues = TaskValues(task)


class TaskValues:
    def __init__(self, task):
        self._task = task

    def set(self, key, value):
        text = json.dumps(value)
        if not isinstance(key, str) or not key:
            raise TypeError("the key of a task value is a string that is not empty")
        if len(text.encode("utf-8")) > TASK_VALUE_LIMIT:
            raise ValueError(f"The task value {key} is larger than 48 KiB as JSON")
        try:
            self._task.control.ask("task_value", key=key, value=value)
        except RequestRefused as refused:
            raise ValueError(str(refused)) from None

    def get(self, taskKey, key, default=None, debugValue=None):
        tasks = self._task.spec.get("task_values", {})
        if taskKey in tasks and key in tasks[taskKey]:
            return tasks[taskKey][key]
        if default is not None:
            return default
        if taskKey not in tasks:
            raise ValueError(f"No task value {key}: the run has no task {taskKey} that ends before this one")
        raise ValueError(f"The task {taskKey} did not set a task value {key}")


class Library:
    def restartPython(self):
        """Between cells nothing is left to do: a pip install is seen by the very next import."""
