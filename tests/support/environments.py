"""Environments of foreign clients: made when a test asks, from pinned lists, kept in build/, one for each client."""

import fcntl
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

BUILD = Path(__file__).resolve().parents[2] / "build"


@contextmanager
def lock(name):
    BUILD.mkdir(exist_ok=True)
    with open(BUILD / f"{name}.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def call(command, **options):
    ended = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=1800, **options)
    if ended.returncode != 0:
        raise RuntimeError(f"{command}\n{ended.stdout}\n{ended.stderr}")
    return ended.stdout


def python_environment(name, *requirements):
    """The interpreter of build/venv-NAME, with exactly these packages and what they need."""
    place = BUILD / f"venv-{name}"
    wanted = "\n".join(requirements) + "\n"
    made_of = place / f"{name}.requirements"
    with lock(f"venv-{name}"):
        if not made_of.exists() or made_of.read_text() != wanted:
            if not (place / "bin/python").exists():
                call(["python3", "-m", "venv", place])
            call([place / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements])
            made_of.write_text(wanted)
    return place / "bin/python"


def node_environment(name, *packages):
    """The folder build/node-NAME, whose node_modules hold these packages."""
    place = BUILD / f"node-{name}"
    wanted = "\n".join(packages) + "\n"
    made_of = place / "packages"
    with lock(f"node-{name}"):
        if not made_of.exists() or made_of.read_text() != wanted:
            place.mkdir(exist_ok=True)
            (place / "package.json").write_text('{"private": true}\n')
            call(["npm", "install", "--no-fund", "--no-audit", "--save-exact", *packages], cwd=place)
            made_of.write_text(wanted)
    return place


def go_environment(name, sources, *modules):
    """The folder build/go-NAME: a throw-away module with these modules and a copy of the sources."""
    place = BUILD / f"go-{name}"
    wanted = "\n".join(modules) + "\n"
    made_of = place / "modules"
    with lock(f"go-{name}"):
        place.mkdir(exist_ok=True)
        for source in sources:
            shutil.copy(source, place)
        if not made_of.exists() or made_of.read_text() != wanted:
            (place / "go.mod").write_text("module judge\n\ngo 1.24\n")
            call(["go", "get", "-t", *modules], cwd=place)
            made_of.write_text(wanted)
    return place


def need(program):
    """Skips by name: what a foreign client needs is not what building and testing need."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


def clean_environment(**variables):
    """This process's environment without any Databricks settings of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABRICKS_", "AIRFLOW"))}
    return {**kept, **{name: str(value) for name, value in variables.items()}}
