"""A workspace with an admin and a user who is none, for all that depends on who asks."""

import json
import pytest
from databricks.sdk import AccountClient, WorkspaceClient
from databricks.sdk.oauth import OAuthClient
from http_client import Plain
from local_workspace import LocalWorkspace
from login_page import REDIRECT


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


@pytest.fixture(scope="module")
def account_id(workspace):
    return Plain(workspace, "").ask("GET", "/.well-known/databricks-config")[2]["account_id"]


@pytest.fixture(scope="module")
def account(workspace, account_id):
    return AccountClient(host=workspace.url, account_id=account_id, token=workspace.token, auth_type="pat")


@pytest.fixture(scope="module")
def turned(start_for_module):
    """A workspace whose clock can be turned, with its account and a way to turn it."""
    local = start_for_module("--ephemeral", "--turn-clock")
    plain = Plain(local)
    account_id = plain.ask("GET", "/.well-known/databricks-config")[2]["account_id"]
    local.account = AccountClient(host=local.url, account_id=account_id, token=local.token, auth_type="pat")
    local.turn = lambda seconds: plain.ask("POST", "/api/brickwork/clock", {"advance_seconds": seconds})
    local.workspace = local.client()
    return local


@pytest.fixture
def consent(workspace):
    """Starts a login of an app as the SDK does it."""

    def start(client_id="databricks-cli", **options):
        redirect_url = options.pop("redirect_url", REDIRECT)
        return OAuthClient.from_host(workspace.url, client_id, redirect_url, **options).initiate_consent()
    return start
