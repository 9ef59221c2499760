"""A workspace with an admin and a user who is none, for all that depends on who asks."""

import json
import pytest
from databricks.sdk import WorkspaceClient
from local_workspace import LocalWorkspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("users")
    users = [{"user_name": "ann@example.com", "display_name": "Ann", "groups": ["data"], "token_file": "ann.token"},
             {"user_name": "bob@example.com", "token_file": "bob.token"}]
    (folder / "users.json").write_text(json.dumps({"users": users}))
    local = LocalWorkspace("--ephemeral", "--basic-auth", "--users", folder / "users.json")
    local.tokens = {name: (folder / f"{name}.token").read_text().strip() for name in ("ann", "bob")}
    yield local
    local.stop()


def client_of(local, token):
    return WorkspaceClient(host=local.url, token=token, auth_type="pat")


@pytest.fixture(scope="module")
def admin(workspace):
    return client_of(workspace, workspace.token)


@pytest.fixture(scope="module")
def ann(workspace):
    return client_of(workspace, workspace.tokens["ann"])


@pytest.fixture(scope="module")
def bob(workspace):
    return client_of(workspace, workspace.tokens["bob"])
