"""The workspace's own classes for Spark's JVM (scala/*.scala): catalogs, and statements that Databricks has and Spark has not.

`python spark_classes.py` compiles them beside Delta Lake's jars, once for an interpreter, with the compiler that Spark
brings along for its shell; tests/setup does that. Without them names have two parts.
"""

import glob
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scala")
EXTENSION = "org.apache.spark.sql.brickwork.WorkspaceExtensions"


def path(delta_jars):
    """Beside Delta Lake's, and named after what it was made of: another version of Spark or of the sources has another."""
    import pyspark

    digest = hashlib.sha256(pyspark.__version__.encode())
    for jar in delta_jars:
        digest.update(os.path.basename(jar).encode())
    for source in _sources():
        with open(source, "rb") as file:
            digest.update(file.read())
    beside = os.path.dirname(os.path.dirname(delta_jars[0]))
    return os.path.join(beside, f"brickwork-spark-{digest.hexdigest()[:16]}.jar")


def _sources():
    return sorted(glob.glob(os.path.join(SOURCES, "*.scala")))


def make():
    from brickwork_runtime import delta_jars

    found = delta_jars.delta()
    if not found:
        raise SystemExit("the classes for Spark need Delta Lake's jars: run delta_jars.py first")
    target = path(found)
    if os.path.exists(target):
        return target
    import pyspark

    shipped = glob.glob(os.path.join(os.path.dirname(pyspark.__file__), "jars", "*.jar"))
    java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else "java"
    with tempfile.TemporaryDirectory() as work:
        arguments = os.path.join(work, "arguments")
        with open(arguments, "w", encoding="utf-8") as file:
            file.write(f'-cp "{os.pathsep.join(shipped)}"\n')
        classes = os.path.join(work, "classes")
        os.mkdir(classes)
        command = [java, "-XX:+UseSerialGC", f"@{arguments}", "scala.tools.nsc.Main", "-nowarn", "-d", classes,
                   "-cp", os.pathsep.join(shipped + found), *_sources()]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise SystemExit(f"the classes for Spark do not compile:\n{done.stdout[-3000:]}")
        _pack(classes, target)
    return target


def _pack(classes, target):
    part = f"{target}.{os.getpid()}"
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as jar:
        for directory, _, names in os.walk(classes):
            for name in sorted(names):
                file = os.path.join(directory, name)
                jar.write(file, os.path.relpath(file, classes))
    os.replace(part, target)


if __name__ == "__main__":
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    print(make())
