"""One attempt of one task: reads what to run, runs it, tells how it ended."""

import os
import sys
import types

from brickwork_runtime import databricks_runtime, failure
from brickwork_runtime.console import Console, Redactor
from brickwork_runtime.control import Control, RequestRefused
from brickwork_runtime.notebook_end import NotebookExit
from brickwork_runtime.paths import Paths

RESULT_LIMIT = 5 * 1000 * 1000  # bytes of dbutils.notebook.exit that get-output returns


class Task:
    """What every part of the runtime needs to know about the task that it serves."""

    def __init__(self, control, spec):
        self.control = control
        self.spec = spec
        self.paths = Paths(spec["state_dir"])
        self.redact = Redactor()
        for value in spec.get("redact", []):
            self.redact.add(value)
        self.driver_logs = None
        if spec.get("driver_logs"):
            from brickwork_runtime.driver_logs import DriverLogs

            self.driver_logs = DriverLogs(spec["driver_logs"], 1, self.redact)
        self.console = Console(self.redact, self.driver_logs)
        self.site_dirs = list(spec.get("site_dirs", []))
        self.views = []  # HTML of what ran, for runs/export


def run_task():
    control = Control()
    spec = control.receive()
    if spec is None:
        return
    task = Task(control, spec)
    _prepare_process(task)
    control.tell("running")
    end = {"status": "success"}
    try:
        end.update(_kinds()[spec["kind"]](task) or {})
    except NotebookExit as leaving:
        end.update(_result(leaving.value))
    except SystemExit as leaving:
        if leaving.code not in (None, 0):
            end = _failed(task, leaving)
    except RequestRefused as refused:
        head, _, rest = str(refused).partition("\n")
        end = {"status": refused.kind, "error": head, "trace": task.redact(rest)}
    except BaseException as error:  # noqa: BLE001: whatever the user's code raises is how the task ended
        end = _failed(task, error)
    if "error" in end:
        end["error"] = task.redact(end["error"])
    _finish(task, end)


def _kinds():
    from brickwork_runtime import command_context, dbt_task, jar_task, notebook, python_file, submit_task

    return {"notebook": notebook.run, "python_file": python_file.run_file, "wheel": python_file.run_wheel,
            "jar": jar_task.run_jar, "submit": submit_task.run_submit,
            "dbt": dbt_task.run_dbt, "context": command_context.run}


def _result(value):
    data = value.encode("utf-8", "replace")
    return {"result": data[:RESULT_LIMIT].decode("utf-8", "ignore"), "result_truncated": len(data) > RESULT_LIMIT}


def _failed(task, error):
    return {"status": "failed", "error": failure.error_line(error), "trace": task.redact(failure.error_trace(error))}


def _finish(task, end):
    sys.stdout.flush()
    sys.stderr.flush()
    if task.driver_logs is not None:
        task.driver_logs.end()
    task.control.tell("end", views=task.views, **end)
    # Threads and atexit handlers of the user's code must not keep a finished task alive: the executor has the result.
    os._exit(0)


def _prepare_process(task):
    spec = task.spec
    # Set here and not at exec: /proc/<pid>/environ shows what a process was started with to everybody who may look.
    os.environ.update(databricks_runtime.environment(spec.get("environment", {})))
    os.environ.setdefault("MPLBACKEND", "Agg")
    main_module = types.ModuleType("__main__")
    main_module.__builtins__ = __builtins__
    sys.modules["__main__"] = main_module  # so that cloudpickle sends the user's functions by value
    for directory in reversed(task.site_dirs):
        if directory not in sys.path:
            sys.path.insert(0, directory)
    from brickwork_runtime import databricks_files, spark_attach

    databricks_files.install(task.paths)
    if "driver" not in spec:  # else the task has a Spark application of its own
        spark_attach.install(task)
