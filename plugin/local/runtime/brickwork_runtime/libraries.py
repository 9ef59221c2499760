"""Installs the libraries of a cluster into one directory, ahead of the interpreter's own packages."""

import os
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata

from brickwork_runtime import maven_jars
from brickwork_runtime.control import Control
from brickwork_runtime.maven_jars import InstallFailed
from brickwork_runtime.paths import Paths

PIP_TIMEOUT_SECONDS = 900


def run_libraries():
    control = Control()
    spec = control.receive()
    if spec is None:
        return
    paths = Paths(spec["state_dir"])
    statuses = []
    for library in spec["libraries"]:
        try:
            install(library, spec["environment_dir"], paths)
            statuses.append({"library": library, "status": "INSTALLED"})
        except InstallFailed as failed:
            statuses.append({"library": library, "status": "FAILED", "messages": [str(failed)]})
    control.tell("end", statuses=statuses)


def install(library, environment_dir, paths):
    kind = next(iter(library), None)
    if kind == "pypi":
        requirement = library["pypi"]["package"]
        if satisfied(requirement, environment_dir):
            return
        index = ["--index-url", library["pypi"]["repo"]] if library["pypi"].get("repo") else []
        pip_install(index + [requirement], environment_dir)
    elif kind in ("whl", "requirements"):
        file = paths.of_task_file(library[kind])
        if not os.path.isfile(file):
            raise InstallFailed(f"{library[kind]} does not exist")
        # A wheel is installed over one of the same version: a new cluster takes the bytes that are there now.
        pip_install(["--force-reinstall", "--no-deps", file] if kind == "whl" else ["-r", file], environment_dir)
        if kind == "whl":
            pip_install([file], environment_dir)
    elif kind == "jar":
        _install_jar(library["jar"], environment_dir, paths)
    elif kind == "maven":
        maven_jars.install(library["maven"], jar_directory(environment_dir))
    else:
        raise InstallFailed(f"brickwork-local installs pypi, whl, requirements, jar and maven libraries, not {kind}")


def jar_directory(environment_dir):
    return os.path.join(environment_dir, "jars")


def _install_jar(path, environment_dir, paths):
    file = paths.of_dbutils(path) if ":" in path.split("/", 1)[0] else paths.of_task_file(path)
    if not os.path.isfile(file):
        raise InstallFailed(f"{path} does not exist")
    if not zipfile.is_zipfile(file):
        raise InstallFailed(f"{path} is not a JAR")
    directory = jar_directory(environment_dir)
    os.makedirs(directory, exist_ok=True)
    shutil.copyfile(file, os.path.join(directory, os.path.basename(file)))


def satisfied(requirement, environment_dir=None):
    """Whether what is asked for is there already, in any version that fits. Saves a pip process of half a second."""
    try:
        from packaging.requirements import InvalidRequirement, Requirement
    except ImportError:
        from pip._vendor.packaging.requirements import InvalidRequirement, Requirement
    try:
        wanted = Requirement(requirement)
    except InvalidRequirement:
        return False
    if wanted.extras or wanted.url:
        return False
    search = [site_packages(environment_dir)] + sys.path if environment_dir else sys.path
    for found in metadata.distributions(name=wanted.name, path=search):
        return wanted.specifier.contains(found.version, prereleases=True)
    return False


def site_packages(environment_dir):
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return os.path.join(environment_dir, "lib", version, "site-packages")


def pip_install(arguments, environment_dir):
    """pip sees the interpreter's packages as installed, but writes into `environment_dir` only."""
    _make_environment(environment_dir)
    command = [sys.executable, "-m", "pip", "--python", os.path.join(environment_dir, "bin", "python"), "install",
               "--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-script-location"]
    try:
        done = subprocess.run(command + arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=PIP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        raise InstallFailed(f"pip install {' '.join(arguments)} took longer than {PIP_TIMEOUT_SECONDS} s") from None
    if done.returncode:
        raise InstallFailed(f"pip install {' '.join(arguments)} failed: {done.stdout.strip()[-2000:]}")
    return done.stdout


def _make_environment(environment_dir):
    """A virtual environment over another one: venv alone would look through to the base interpreter only."""
    if os.path.exists(os.path.join(environment_dir, "bin", "python")):
        return
    import venv

    venv.EnvBuilder(with_pip=False, symlinks=True).create(environment_dir)
    parents = [entry for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))]
    with open(os.path.join(site_packages(environment_dir), "interpreter.pth"), "w", encoding="utf-8") as file:
        file.write("\n".join(entry for entry in parents if not entry.startswith(environment_dir)) + "\n")
