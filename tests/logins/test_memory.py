"""What a core file would show: a host's whole memory, after each kind of login has asked the workspace and its client was
closed, holds neither the secret that it was given nor the token that was made from it."""

import base64
import json
import os
import subprocess
from pathlib import Path

import pytest
from cases import HOSTS, VARIABLES, logins
from providers import CLIENT, ID_TOKEN, SECRET, SERVICE_PRINCIPAL, SERVICE_PRINCIPAL_SECRET, TENANT, Answer

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("BRICKWORK_BIN", ROOT / "build/release/bin")).parent
AWS, AZURE, GCP = "https://dbc-1.cloud.databricks.com", "https://adb-1.2.azuredatabricks.net", "https://7.gcp.databricks.com"
OK = 0
# Settings, secrets of the host, variables.
KINDS = {
    "pat": ({"host": AWS}, {"token": "dapi-memory-canary"}, {}),
    "basic": ({"host": AWS, "username": "me@example.com"}, {"password": "password-memory-canary"}, {}),
    "oauth-m2m": ({"host": AWS, "client_id": SERVICE_PRINCIPAL}, {"client_secret": SERVICE_PRINCIPAL_SECRET}, {}),
    "azure-client-secret": ({"host": AZURE, "azure_client_id": CLIENT, "azure_tenant_id": TENANT},
                            {"azure_client_secret": SECRET}, {}),
    "azure-msi": ({"host": AZURE, "azure_use_msi": True}, {}, {}),
    "env-oidc": ({"host": AWS, "client_id": "wif"}, {}, {"DATABRICKS_OIDC_TOKEN": ID_TOKEN}),
}
# Logins whose secrets stand in the environment or in files: what may not be left is the token that came of them.
ELSEWHERE = {"metadata": "aws", "file-oidc": "aws", "github": "aws", "devops": "aws", "github-azure": "azure",
             "azure-cli-tenant": "azure", "google-credentials": "gcp", "google-id": "gcp"}


def masked(secret):
    return bytes(byte ^ 0x5A for byte in secret.encode()).hex()


def sent(stand_ins):
    """The credentials that the workspace has seen, without their scheme, and what stands in a Basic one."""
    found = set()
    for request in stand_ins.asked:
        if request.path.startswith("/api/"):
            found |= {value.partition(" ")[2] or value for name, value in request.headers.items()
                      if name == "authorization" or name.endswith("token")}
    return found


@pytest.fixture
def found_in_memory(environment, stand_ins):
    """Runs the host with a login: the status of its question, and by text how often it was in memory before and after the
    client was closed."""
    def run(kind, settings, secrets, variables, timeout_ms=20_000):
        config = {"auth_type": kind, **settings, "retry": {"max_attempts": 1}}
        command = [BUILD / "tests/logins_memory", BUILD / "lib/libbrickwork.so.1", json.dumps(config), str(timeout_ms)]
        with subprocess.Popen(command, env={**environment, **variables}, text=True, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as host:
            for name, secret in secrets.items():
                host.stdin.write(f"{name} {masked(secret)}\n")
            host.stdin.write("\n")
            host.stdin.flush()
            status = int(host.stdout.readline().split()[1])
            texts = sorted(sent(stand_ins) | set(secrets.values()))
            out, _ = host.communicate("".join(masked(text) + "\n" for text in texts) + "\n", timeout=60)
        assert host.returncode == 0
        return status, dict(zip(texts, [tuple(map(int, line.split())) for line in out.splitlines()], strict=True))
    return run


@pytest.mark.parametrize("kind", KINDS)
def test_no_secret_and_no_token_is_left_when_the_client_is_closed(kind, found_in_memory, stand_ins):
    status, found = found_in_memory(kind, *KINDS[kind])
    assert status == OK and sent(stand_ins), kind
    assert any(before for before, _ in found.values()), "what a client holds was not found: the look sees nothing"
    assert {text: after for text, (_, after) in found.items() if after} == {}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_no_token_of_any_other_login_is_left(name, found_in_memory, stand_ins, tmp_path):
    login = logins(tmp_path, stand_ins.google.account(), f"http://localhost:{stand_ins.plain}/session/path-canary")[name]
    (tmp_path / "az-stand-in").write_text(login.az)
    variables = {VARIABLES[key]: value for key, value in {**HOSTS[ELSEWHERE[name]], **login.settings}.items()}
    status, found = found_in_memory(login.kind, {}, {}, {**login.variables, **variables, "HOME": str(tmp_path)})
    assert status == OK and sent(stand_ins), name
    assert any(before for before, _ in found.values())
    assert {text: after for text, (_, after) in found.items() if after} == {}


@pytest.mark.parametrize("fault", ["refuse", "html", "garbage", "unavailable", "redirect", "down"])
@pytest.mark.parametrize("kind", ["oauth-m2m", "azure-client-secret"])
def test_nor_when_the_provider_fails(kind, fault, found_in_memory, stand_ins):
    stand_ins.faults = {"/token": fault}
    passing = fault in ("unavailable", "garbage", "down")  # then it is tried again for as long as there is time
    status, found = found_in_memory(kind, *KINDS[kind], timeout_ms=1_000 if passing else 20_000)
    assert status != OK
    assert {text: after for text, (_, after) in found.items() if after} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_nor_when_the_workspace_repeats_what_it_was_sent(kind, found_in_memory, stand_ins):
    stand_ins.faults = {"/api/": lambda request: Answer(403, {"message": json.dumps(request.headers)})}
    status, found = found_in_memory(kind, *KINDS[kind])
    assert status != OK and sent(stand_ins)
    assert {text: after for text, (_, after) in found.items() if after} == {}


def test_the_look_finds_what_stands_in_a_basic_credential(found_in_memory):
    _, found = found_in_memory("basic", *KINDS["basic"])
    assert base64.b64encode(b"me@example.com:password-memory-canary").decode() in found
