"""dbutils.fs on the directories of the local workspace."""

import collections
import os
import shutil

FileInfo = collections.namedtuple("FileInfo", ["path", "name", "size", "modificationTime"])
MountInfo = collections.namedtuple("MountInfo", ["mountPoint", "source", "encryptionType"])


class FileSystem:
    def __init__(self, paths):
        self._paths = paths

    def _local(self, path):
        return self._paths.of_dbutils(path)

    def _existing(self, path):
        local = self._local(path)
        if not os.path.lexists(local):
            raise FileNotFoundError(f"No such file or directory: {path}")
        return local

    def ls(self, path):
        local = self._existing(path)
        if not os.path.isdir(local):
            return [self._info(os.path.dirname(path.rstrip("/")), local)]
        return [self._info(path, os.path.join(local, name)) for name in sorted(os.listdir(local))]

    def _info(self, parent, local):
        status = os.stat(local)
        directory = os.path.isdir(local)
        name = os.path.basename(local) + ("/" if directory else "")
        shown = parent if ":" in parent.split("/", 1)[0] or parent.startswith(("/Volumes", "/Workspace")) else (
            "dbfs:/" + parent.lstrip("/"))
        return FileInfo(shown.rstrip("/") + "/" + name, name, 0 if directory else status.st_size,
                        int(status.st_mtime * 1000))

    def mkdirs(self, path):
        os.makedirs(self._local(path), exist_ok=True)
        return True

    def put(self, path, contents, overwrite=False):
        local = self._local(path)
        if os.path.exists(local) and not overwrite:
            raise FileExistsError(f"The file {path} exists already: pass overwrite=True")
        os.makedirs(os.path.dirname(local), exist_ok=True)
        data = contents.encode("utf-8")
        with open(local, "wb") as file:
            file.write(data)
        print(f"Wrote {len(data)} bytes.")
        return True

    def head(self, path, maxBytes=65536):
        with open(self._existing(path), "rb") as file:
            return file.read(maxBytes).decode("utf-8", "replace")

    def cp(self, source, destination, recurse=False):
        origin, target = self._existing(source), self._local(destination)
        if os.path.isdir(origin):
            if not recurse:
                raise IsADirectoryError(f"{source} is a directory: pass recurse=True")
            shutil.copytree(origin, target, dirs_exist_ok=True)
        else:
            target = os.path.join(target, os.path.basename(origin)) if os.path.isdir(target) else target
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(origin, target)
        return True

    def mv(self, source, destination, recurse=False):
        self.cp(source, destination, recurse)
        return self.rm(source, recurse)

    def rm(self, path, recurse=False):
        local = self._local(path)
        if not os.path.lexists(local):
            return False
        if os.path.isdir(local):
            if recurse:
                shutil.rmtree(local)
            elif os.listdir(local):
                raise OSError(f"The directory {path} is not empty: pass recurse=True")
            else:
                os.rmdir(local)
        else:
            os.remove(local)
        return True

    def mounts(self):
        return [MountInfo("/", "DatabricksRoot", ""), MountInfo("/Volumes", "UnityCatalogVolumes", "")]

    def refreshMounts(self):
        return True

    def mount(self, *_, **__):
        raise NotImplementedError("dbutils.fs.mount is not supported by brickwork-local: it has no cloud storage")

    unmount = updateMount = mount
