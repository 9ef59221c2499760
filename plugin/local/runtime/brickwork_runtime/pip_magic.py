"""%pip: packages for this notebook alone."""

import importlib
import os
import shlex
import sys

from brickwork_runtime import libraries


def install_now(command):
    words = shlex.split(command.strip())
    if not words or words[0] != "install":
        _other(words)
        return
    arguments = words[1:]
    names = [word for word in arguments if not word.startswith("-")]
    if names == arguments and all(libraries.satisfied(name) for name in names):
        print("".join(f"Requirement already satisfied: {name}\n" for name in names), end="")
        return
    from brickwork_runtime.spark_attach import current_task

    task = current_task()
    environment = os.path.join(task.spec["task_dir"], "environment")
    directory = libraries.site_packages(environment)
    before = _modules_below(directory)
    print(libraries.pip_install(_local_paths(arguments, task.paths), environment), end="")
    if directory not in sys.path:
        sys.path.insert(0, directory)
        task.site_dirs.insert(0, directory)
    for name in before:
        sys.modules.pop(name, None)
    importlib.invalidate_caches()
    _forget_replaced(directory)


def _local_paths(arguments, paths):
    return [paths.mounted(word) or word if word.startswith("/") else word for word in arguments]


def _modules_below(directory):
    return [name for name, module in list(sys.modules.items())
            if (getattr(module, "__file__", None) or "").startswith(directory)]


def _forget_replaced(directory):
    """A package that was imported in its old version is imported anew."""
    installed = {entry.split(".")[0] for entry in os.listdir(directory)} if os.path.isdir(directory) else set()
    for name in list(sys.modules):
        if name.split(".")[0] in installed and not name.startswith("brickwork_runtime"):
            sys.modules.pop(name, None)


def _other(words):
    if words and words[0] in ("list", "freeze", "show"):
        import subprocess

        done = subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check"] + words,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        print(done.stdout, end="")
    elif words and words[0] == "uninstall":
        raise NotImplementedError("%pip uninstall is not supported by brickwork-local: it would change other tasks")
    else:
        raise ValueError(f"%pip does not know {' '.join(words[:1]) or 'an empty command'}")
