"""Logins as a user has them: the command line and the Python SDK against the same workspace, sharing one login."""

import json
import subprocess
import sys
import urllib.parse

import pytest
import requests
from conftest import BRICKWORK, ROOT, run_cli

# The page on which a user says yes is driven as the conformance tests do it.
sys.path += [str(ROOT / "tests/conformance"), str(ROOT / "tests/conformance/resources")]
from login_page import log_in  # noqa: E402

PYTHON_SDK = """
import json, webbrowser
from databricks.sdk import WorkspaceClient
webbrowser.open_new = None  # whoever needs a browser fails
print(WorkspaceClient().current_user.me().user_name)
"""


@pytest.fixture
def nobody(workspace, tmp_path):
    """The environment of somebody who has no token."""
    clean = {name: value for name, value in workspace.environment.items() if name != "DATABRICKS_TOKEN"}
    return clean | {"HOME": str(tmp_path), "DATABRICKS_AUTH_TYPE": "external-browser"}


def visit(process, token, **answer):
    """Opens the address that `auth login` prints, and comes back to it as a browser does."""
    address = next(line.strip() for line in process.stderr if "/authorize?" in line)
    callback = log_in(address, token, **answer)
    redirect = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))["redirect_uri"]
    assert requests.get(redirect + "/favicon.ico", timeout=30).status_code == 404
    assert requests.get(f"{redirect}/?{urllib.parse.urlencode(callback)}", timeout=30).status_code == 200
    return process.communicate(timeout=60)


def login(environment):
    return subprocess.Popen([BRICKWORK, "--json", "auth", "login", "--no-browser"], env=environment,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_login_in_a_browser_is_shared_with_the_python_sdk(workspace, nobody):
    refused = run_cli("auth", "check", environment=nobody)
    assert refused.returncode == 3 and "brickwork auth login" in refused.stderr

    out, err = visit(login(nobody), workspace.token)
    assert "refresh" not in json.dumps(json.loads(out)), err
    assert json.loads(out)["kept_in"].startswith(nobody["HOME"])

    done = run_cli("--json", "auth", "check", environment=nobody)
    assert done.returncode == 0, done.stderr
    who = json.loads(done.stdout)
    assert who["auth_type"] == "external-browser" and who["expires_at_ms"] > 0
    sdk = subprocess.run([ROOT / "build/venv/bin/python", "-c", PYTHON_SDK], env=nobody, capture_output=True, text=True,
                         timeout=120, check=False)
    assert sdk.stdout.strip() == who["user_name"], sdk.stderr

    headers = json.loads(run_cli("--json", "auth", "headers", environment=nobody).stdout)["headers"]
    me = requests.get(workspace.url + "/api/2.0/preview/scim/v2/Me", headers=headers, timeout=30)
    assert me.json()["userName"] == who["user_name"]


def test_a_user_who_says_no_is_told_so(workspace, nobody):
    process = login(nobody)
    out, err = visit(process, workspace.token, answer="deny")
    assert process.returncode == 3 and "access_denied" in out + err


def test_a_service_principal_logs_in_with_its_secret(workspace, nobody):
    principal = workspace.document("rest", "POST", "/api/2.0/preview/scim/v2/ServicePrincipals", "--body", "-",
                                   stdin=json.dumps({"displayName": "runner"}))["body"]
    secret = workspace.document(
        "rest", "POST", f"/api/2.0/accounts/servicePrincipals/{principal['id']}/credentials/secrets")["body"]["secret"]
    environment = nobody | {"DATABRICKS_AUTH_TYPE": "", "DATABRICKS_CLIENT_ID": principal["applicationId"],
                            "DATABRICKS_CLIENT_SECRET": secret}
    done = run_cli("--json", "auth", "check", environment=environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["auth_type"] == "oauth-m2m"
    wrong = run_cli("auth", "check", environment=environment | {"DATABRICKS_CLIENT_SECRET": "wrong-secret-marker"})
    assert wrong.returncode == 3
    assert "invalid_client" in wrong.stderr and "wrong-secret-marker" not in wrong.stdout + wrong.stderr
    assert "DATABRICKS_CLIENT_SECRET" in wrong.stderr


def test_an_app_of_the_account_is_made_once(workspace):
    config = json.loads(workspace("rest", "GET", "/.well-known/databricks-config").stdout)
    account = {"DATABRICKS_ACCOUNT_ID": config["account_id"]}
    command = ("--json", "auth", "create-app", "once", "--redirect-url", "http://localhost:8020", "--scope", "all-apis")
    made, again = (json.loads(workspace(*command, environment=account).stdout) for _ in range(2))
    assert not made["existed"] and again["existed"]
    assert made["client_id"] == again["client_id"]
    secret = json.loads(workspace("--json", "auth", "create-app", "confidential", "--confidential", "--redirect-url",
                                  "http://localhost:8020", environment=account).stdout)["client_secret"]
    listed = workspace("rest", "GET", f"/api/2.0/accounts/{config['account_id']}/oauth2/custom-app-integrations").stdout
    assert "confidential" in listed and secret not in listed
