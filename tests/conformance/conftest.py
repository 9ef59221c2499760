"""A local workspace for clients that we did not write."""

import base64
from pathlib import Path

import pytest
from http_client import Plain
from local_workspace import BIN, ROOT, LocalWorkspace  # noqa: F401: other tests take them from here


@pytest.fixture(scope="module")
def workspace():
    """A workspace that is forgotten at the end; one for each file of tests. Faults can be switched on in it."""
    local = LocalWorkspace("--ephemeral", "--faults", "-")
    yield local
    local.stop()


@pytest.fixture
def client(workspace):
    return workspace.client()


@pytest.fixture
def plain(workspace):
    return Plain(workspace)


@pytest.fixture
def faults(plain):
    """Sets the rules of what goes wrong, and none at the end."""
    yield lambda *rules: plain.ask("PUT", "/api/brickwork/faults", {"rules": list(rules)})
    plain.ask("PUT", "/api/brickwork/faults", {"rules": []})


def started_workspaces():
    """Starts workspaces with the given arguments, and stops them at the end."""
    started = []

    def start(*arguments, **options):
        started.append(LocalWorkspace(*arguments, **options))
        return started[-1]

    yield start
    for local in started:
        local.stop()


start_workspace = pytest.fixture(started_workspaces)
start_for_module = pytest.fixture(scope="module")(started_workspaces)


@pytest.fixture
def put_notebook(client):
    """Imports the source of a Python notebook."""
    from databricks.sdk.service.workspace import ImportFormat, Language

    def put(path, source):
        client.workspace.mkdirs(str(Path(path).parent))
        content = base64.b64encode(f"# Databricks notebook source\n{source}".encode()).decode()
        client.workspace.import_(path, content=content, format=ImportFormat.SOURCE, language=Language.PYTHON,
                                 overwrite=True)
        return path

    return put
