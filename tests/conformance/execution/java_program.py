"""A JAR made from Java source with the machine's javac, against the JARs of this interpreter's Spark."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pyspark
import pytest


def make_jar(directory, name, source):
    """`source` declares the public class `name` without a package."""
    javac = shutil.which("javac")
    if javac is None:
        pytest.fail("there is no javac: tests/setup installs openjdk-17-jdk-headless")
    file = Path(directory) / f"{name}.java"
    file.write_text(source)
    classes = Path(directory) / f"{name}.classes"
    spark = Path(pyspark.__file__).parent / "jars"
    subprocess.run([javac, "--release", "17", "-d", classes, "-cp", f"{spark}/*", file], check=True)
    jar = Path(directory) / f"{name}.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        for made in classes.rglob("*.class"):
            archive.write(made, made.relative_to(classes))
    return jar


COUNT = """
import org.apache.spark.sql.SparkSession;

public class Count {
  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    System.out.println("counted " + spark.range(Long.parseLong(args[0])).count() + " of " + String.join(",", args));
    System.err.println("to stderr");
    if (args.length > 1 && args[1].equals("fail")) throw new IllegalStateException("as asked");
    if (args.length > 1 && args[1].equals("exit")) System.exit(3);
    spark.range(3).write().mode("overwrite").saveAsTable("counted_by_jar");
  }
}
"""
