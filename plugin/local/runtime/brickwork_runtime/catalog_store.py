"""Tables and views that outlive a cluster.

Spark's own persistent catalog (Hive on Derby) lets one JVM in at a time, and here clusters live side by side. So each
cluster has Spark's in-memory catalog, and what tasks change in it is kept in files: read before a task first uses
Spark, written when it has ended. What one cluster creates another one sees from its next task on.
"""

import base64
import fcntl
import os
import urllib.parse


class CatalogStore:
    def __init__(self, session, directory):
        self._jvm = session.sparkContext._jvm
        self._catalog = session._jsparkSession.sharedState().externalCatalog()
        self._directory = os.path.join(directory, "spark-" + session.version)
        os.makedirs(self._directory, exist_ok=True)
        self._known = {}  # file name -> content, as last seen in both places

    def load(self):
        """Takes over what other clusters wrote or dropped since the last look."""
        with self._locked():
            files = self._read_files()
        for name in sorted(files, key=lambda name: (name.count("."), name)):  # databases before their tables
            if self._known.get(name) != files[name]:
                self._create(name, self._object(files[name]))
                self._known[name] = files[name]
        for name in sorted(set(self._known) - set(files), key=lambda name: -name.count(".")):
            self._forget(name)
            del self._known[name]

    def save(self):
        """Writes what this cluster created, changed or dropped; whatever else is in the directory stays."""
        current = self._current()
        with self._locked():
            for name, content in current.items():
                if self._known.get(name) != content:
                    temporary = os.path.join(self._directory, "~" + name)
                    with open(temporary, "w", encoding="ascii") as file:
                        file.write(content)
                    os.replace(temporary, os.path.join(self._directory, name))
            for name in set(self._known) - set(current):
                if os.path.exists(os.path.join(self._directory, name)):
                    os.remove(os.path.join(self._directory, name))
        self._known = current

    def _current(self):
        found = {}
        for database in self._sequence(self._catalog.listDatabases()):
            if database != "default":
                found[self._name(database)] = self._bytes(self._catalog.getDatabase(database))
            for table in self._sequence(self._catalog.listTables(database)):
                found[self._name(database, table)] = self._bytes(self._catalog.getTable(database, table))
        return found

    def _create(self, name, definition):
        database, _, table = name.partition(".")
        if not table:
            self._catalog.createDatabase(definition, True)
            return
        database, table = urllib.parse.unquote(database), urllib.parse.unquote(table)
        if self._catalog.tableExists(database, table):
            self._catalog.alterTable(definition)
        else:
            # The files of a managed table are there already; the definition names their place.
            self._catalog.createTable(definition, True)

    def _forget(self, name):
        database, _, table = (urllib.parse.unquote(part) for part in name.partition("."))
        if table and self._catalog.tableExists(database, table):
            self._catalog.dropTable(database, table, True, True)
        elif not table and self._catalog.databaseExists(database):
            self._catalog.dropDatabase(database, True, True)

    def _read_files(self):
        files = {}
        for name in os.listdir(self._directory):
            if not name.startswith(("~", ".")):
                with open(os.path.join(self._directory, name), encoding="ascii") as file:
                    files[name] = file.read()
        return files

    def _name(self, *parts):
        return ".".join(urllib.parse.quote(part, safe="").replace(".", "%2E") for part in parts)

    def _sequence(self, scala):
        return [scala.apply(index) for index in range(scala.size())]

    def _bytes(self, definition):
        stream = self._jvm.java.io.ByteArrayOutputStream()
        writer = self._jvm.java.io.ObjectOutputStream(stream)
        writer.writeObject(definition)
        writer.close()
        return base64.b64encode(bytes(stream.toByteArray())).decode("ascii")

    def _object(self, content):
        stream = self._jvm.java.io.ByteArrayInputStream(base64.b64decode(content))
        return self._jvm.java.io.ObjectInputStream(stream).readObject()

    def _locked(self):
        return _FileLock(os.path.join(self._directory, ".lock"))


class _FileLock:
    def __init__(self, path):
        self._path = path

    def __enter__(self):
        self._file = open(self._path, "w", encoding="ascii")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_):
        self._file.close()
