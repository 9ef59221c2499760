"""Databricks' names for files, and where they are on this machine.

dbfs:/x, /dbfs/x     -> <state>/dbfs/x
/Volumes/c/s/v/x     -> <state>/volumes/c/s/v/x
/Workspace/x         -> <state>/workspace/x
file:/x              -> /x
"""

import os
import posixpath


class Paths:
    def __init__(self, state_dir):
        self.workspace_dir = os.path.join(state_dir, "workspace")
        self.dbfs_dir = os.path.join(state_dir, "dbfs")
        self.volumes_dir = os.path.join(state_dir, "volumes")

    def _below(self, root, path):
        # ".." cannot climb out: the path is made absolute first.
        clean = posixpath.normpath("/" + path.lstrip("/"))
        return os.path.join(root, clean.lstrip("/")) if clean != "/" else root

    def mounted(self, path):
        """The local file of a name that Databricks mounts into the file system, or None."""
        for prefix, root in (("/dbfs/Volumes", self.volumes_dir), ("/Workspace", self.workspace_dir),
                             ("/dbfs", self.dbfs_dir), ("/Volumes", self.volumes_dir)):
            if path == prefix or path.startswith(prefix + "/"):
                return self._below(root, path[len(prefix):])
        return None

    def of_dbutils(self, path):
        """A path as dbutils.fs and Spark take it: without a scheme it lies in DBFS."""
        if path.startswith("file:"):
            return "/" + path[len("file:"):].lstrip("/")
        if path.startswith("dbfs:"):
            path = "/" + path[len("dbfs:"):].lstrip("/")
        elif ":/" in path:
            raise ValueError(f"brickwork-local has no file system for {path}")
        if path == "/Volumes" or path.startswith("/Volumes/"):
            return self._below(self.volumes_dir, path[len("/Volumes"):])
        if path == "/Workspace" or path.startswith("/Workspace/"):
            return self._below(self.workspace_dir, path[len("/Workspace"):])
        return self._below(self.dbfs_dir, path)

    def of_task_file(self, path):
        """spark_python_task.python_file and libraries: a path without a scheme lies in the workspace."""
        if ":" not in path.split("/", 1)[0] and not path.startswith(("/Volumes/", "/dbfs/")):
            return self.workspace_file(path)
        return self.mounted(path) or self.of_dbutils(path)

    def workspace_file(self, path):
        return self._below(self.workspace_dir, strip_workspace(path))


def strip_workspace(path):
    """/Workspace/Shared/x and /Shared/x name the same object."""
    return path[len("/Workspace"):] or "/" if path == "/Workspace" or path.startswith("/Workspace/") else path


def resolve_notebook(path, caller):
    """The workspace path that `path` means in a notebook at `caller`."""
    path = strip_workspace(path)
    if not path.startswith("/"):
        path = posixpath.join(posixpath.dirname(caller), path)
    return posixpath.normpath(path)
