"""An execution context: one namespace, in which commands run one after the other until it is closed."""

import datetime
import decimal
import json
import signal
import sys
import threading

from brickwork_runtime import failure, magics, sql_cells, spark_attach
from brickwork_runtime.control import RequestRefused
from brickwork_runtime.notebook import Notebook
from brickwork_runtime.notebook_end import NotebookExit
from brickwork_runtime.notebook_source import split_cells

ROW_LIMIT = 10_000


def run(task):
    context = Context(task)
    task.control.on_cancel = context.cancel
    signal.signal(signal.SIGINT, context.interrupted)
    while True:
        try:
            message = task.control.receive()
            if message is None:
                return {}
            if message.get("op") == "execute":
                context.execute(message)
        except KeyboardInterrupt:
            continue  # it was meant for a command that ended at the same moment


class Context:
    def __init__(self, task):
        self.task = task
        self.notebook = Notebook(task, sys.modules["__main__"].__dict__)
        self.notebook.dbutils.widgets.push({})
        self.number = 0
        self._guard = threading.Lock()
        self._running = None
        self._cancelled = set()  # before their turn came

    def cancel(self, message):
        """Called on the control thread."""
        with self._guard:
            if self._running == message["id"]:
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            else:
                self._cancelled.add(message["id"])

    def interrupted(self, *_):
        if spark_attach.is_attached():
            spark_attach.session().sparkContext.cancelJobGroup(str(self.task.spec["task_run_id"]))
        raise KeyboardInterrupt

    def execute(self, message):
        identity = message["id"]
        with self._guard:
            skipped = identity in self._cancelled
            self._running = None if skipped else identity
        if skipped:
            return self.task.control.tell("command", id=identity, status="Cancelled", results={"resultType": "text", "data": ""})
        self.task.control.tell("command", id=identity, status="Running")
        status, results = "Finished", {}
        try:
            results = self.run(message["language"], message["command"])
        except KeyboardInterrupt:
            status, results = "Cancelled", {"resultType": "error", "summary": "Cancelled", "cause": "Command was cancelled"}
        except RequestRefused as refused:
            results = {"resultType": "error", "summary": str(refused), "cause": str(refused)}
        except BaseException as error:  # noqa: BLE001: what the command raises is its result
            results = {"resultType": "error", "summary": failure.error_line(error), "cause": failure.error_trace(error)}
        finally:
            with self._guard:
                self._running = None
        for name in ("summary", "cause"):
            if name in results:
                results[name] = self.task.redact(results[name])
        self.task.control.tell("command", id=identity, status=status, results=results)

    def run(self, language, command):
        # Context and language are the process's own here, where spark and its job group have to be set again.
        signal.signal(signal.SIGINT, self.interrupted)
        self.number += 1
        cells = split_cells(command, language)
        outputs, table = [], None
        for cell in cells:
            cell.number = self.number
            self.task.console.begin_cell(outputs)
            try:
                if cell.language == "sql":
                    table = self._sql(cell)
                elif cell.language == "python":
                    self.notebook.run_python("command", cell)
                else:
                    magics.run(self.notebook, "/", cell)
                self.notebook.display.figures()
            except NotebookExit as leaving:
                return {"resultType": "text", "data": f"Notebook exited: {leaving.value}"}
            finally:
                self.task.console.end_cell()
        return table or _shown(outputs)

    def _sql(self, cell):
        frame = None
        for statement in sql_cells.split_statements(cell.source):
            frame = sql_cells._run(self.notebook, statement)
        if frame is None or not frame.columns:
            return None
        self.notebook.namespace["_sqldf"] = frame
        rows = frame.take(ROW_LIMIT + 1)
        return {"resultType": "table", "data": [[_plain(value) for value in row] for row in rows[:ROW_LIMIT]],
                "schema": [{"name": field.name, "type": json.dumps(field.dataType.jsonValue()), "metadata": "{}"}
                           for field in frame.schema.fields],
                "truncated": len(rows) > ROW_LIMIT, "isJsonSchema": True}


def _plain(value):
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (datetime.date, decimal.Decimal)):
        return str(value)
    if hasattr(value, "asDict"):
        return {name: _plain(part) for name, part in value.asDict().items()}
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return str(value)


def _shown(outputs):
    images = [part["data"] for part in outputs if part["type"] == "image/png"]
    if images:
        names = ["data:image/png;base64," + image for image in images]
        return {"resultType": "image", "fileName": names[0]} if len(names) == 1 else {"resultType": "images",
                                                                                     "fileNames": names}
    pages = [part["data"] for part in outputs if part["type"] == "html"]
    text = "".join("".join(part["parts"]) for part in outputs if part["type"] == "text")
    if pages and not text:
        return {"resultType": "html", "data": "".join(pages)}
    return {"resultType": "text", "data": text[:-1] if text.endswith("\n") else text}
