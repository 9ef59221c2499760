"""JARs from Maven, by Spark's own resolver (Ivy): its settings, its repositories, its cache in the user's home."""

import glob
import os
import re
import shutil
import subprocess
import tempfile

RESOLVE_TIMEOUT_SECONDS = 900
SHOWN = 2000  # characters of what the resolver said


class InstallFailed(Exception):
    """A library could not be installed, and why."""


def install(maven, directory):
    """`maven` as in a library: coordinates, repo, exclusions."""
    for jar in resolve(maven["coordinates"], maven.get("repo"), maven.get("exclusions", []), directory):
        print(jar)


def resolve(coordinates, repository, exclusions, directory):
    """The JARs of `coordinates` and of what they need, in `directory`; what Spark brings along is left out."""
    import pyspark

    home = os.path.dirname(pyspark.__file__)
    os.makedirs(directory, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory) as work:
        command = [os.path.join(home, "bin", "spark-submit"), "--packages", coordinates,
                   "--conf", f"spark.jars.ivy={work}"]
        command += ["--repositories", repository] if repository else []
        command += ["--exclude-packages", ",".join(exclusions)] if exclusions else []
        # A class that ends at once: what is asked for is only what comes before it.
        command += ["--class", "org.apache.spark.deploy.SparkSubmit", "spark-internal", "--version"]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, errors="replace", timeout=RESOLVE_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            raise InstallFailed(f"{coordinates} could not be resolved in {RESOLVE_TIMEOUT_SECONDS} s") from None
        found = glob.glob(os.path.join(work, "jars", "*.jar"))
        if not found:
            raise InstallFailed(f"{coordinates} could not be resolved: {_reason(done.stdout)}")
        shipped = {_artifact(name) for name in os.listdir(os.path.join(home, "jars"))}
        # Ivy names a jar organisation_artifact-version.
        kept = [jar for jar in found if _artifact(os.path.basename(jar).split("_", 1)[1]) not in shipped]
        return [shutil.move(jar, os.path.join(directory, os.path.basename(jar))) for jar in kept]


def _reason(said):
    lines = [line.strip() for line in said.splitlines() if "not found" in line or "Exception" in line]
    return "\n".join(lines or [said.strip()])[-SHOWN:]


def _artifact(file_name):
    return re.sub(r"-\d.*$", "", file_name)
