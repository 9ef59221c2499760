"""spark_python_task and python_wheel_task."""

import os
import sys

from brickwork_runtime.control import RequestRefused


def run_file(task):
    path = task.spec["path"]
    file = task.paths.of_task_file(path)
    if not os.path.isfile(file):
        raise RequestRefused("not_found", f"Cannot read the python file {path}. Please check driver logs for more details.")
    with open(file, "rb") as source:
        code = compile(source.read(), path, "exec")
    _remember(path, file)
    sys.argv = [file] + task.spec.get("argv", [])
    sys.path.insert(0, os.path.dirname(file))
    namespace = sys.modules["__main__"].__dict__
    namespace["__name__"] = "__main__"
    namespace["__file__"] = file
    exec(code, namespace)  # noqa: S102: running the user's code is what we are for


def _remember(path, file):
    from brickwork_runtime import failure

    with open(file, encoding="utf-8", errors="replace") as source:
        failure.remember_source(path, source.read())


def run_wheel(task):
    from importlib import metadata

    package, entry_name = task.spec["package_name"], task.spec["entry_point"]
    try:
        distribution = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        raise ModuleNotFoundError(f"The package {package} is not installed on the cluster: add its wheel to the "
                                  "task's libraries") from None
    sys.argv = [package] + task.spec.get("argv", [])
    for entry in distribution.entry_points:
        if entry.name == entry_name:
            return _call(entry.load())
    # Databricks also takes the name of a function in the package itself.
    module = __import__(package.replace("-", "_"))
    function = getattr(module, entry_name, None)
    if not callable(function):
        raise AttributeError(f"The package {package} has no entry point {entry_name} and no function of that name")
    return _call(function)


def _call(function):
    function()
