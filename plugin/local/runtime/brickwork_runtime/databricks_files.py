"""/dbfs, /Volumes and /Workspace for Python's own file functions.

Databricks mounts them into the file system; a process without privileges cannot. So the names are translated where
Python opens or lists files. Native libraries that open files by themselves do not pass here.
"""

import builtins
import functools
import io
import os

PREFIXES = ("/dbfs", "/Volumes", "/Workspace")
ONE_PATH = ("stat", "lstat", "listdir", "scandir", "mkdir", "makedirs", "remove", "unlink", "rmdir", "chmod", "utime",
            "open", "access", "chdir", "removedirs", "truncate", "walk")
TWO_PATHS = ("rename", "replace", "link", "renames")


def install(paths):
    if any(os.path.isdir(prefix) for prefix in PREFIXES):
        return  # this machine has them for real

    def local(path):
        if isinstance(path, (str, os.PathLike)):
            text = os.fspath(path)
            if isinstance(text, str) and text.startswith(PREFIXES):
                return paths.mounted(text) or path
        return path

    def first(function):
        @functools.wraps(function)
        def translated(path=".", *args, **kwargs):
            return function(local(path), *args, **kwargs)
        return translated

    def both(function):
        @functools.wraps(function)
        def translated(source, target, *args, **kwargs):
            return function(local(source), local(target), *args, **kwargs)
        return translated

    builtins.open = io.open = first(builtins.open)
    for name in ONE_PATH:
        setattr(os, name, first(getattr(os, name)))
    for name in TWO_PATHS:
        setattr(os, name, both(getattr(os, name)))
    for name in ("exists", "isfile", "isdir", "getsize", "getmtime", "lexists", "islink"):
        setattr(os.path, name, first(getattr(os.path, name)))
