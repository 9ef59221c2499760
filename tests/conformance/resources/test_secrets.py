"""Secret scopes, their permissions, and how values lie on the disk."""

import base64
import os
import sqlite3
import stat

import pytest
from databricks.sdk.service.workspace import AclPermission, ScopeBackendType
from http_client import Plain
from refusals import refused

ANN, BOB = "ann@example.com", "bob@example.com"


@pytest.fixture
def scope(ann, request):
    name = "s" + str(abs(hash(request.node.name)))
    ann.secrets.create_scope(name)
    yield name
    ann.secrets.delete_scope(name)


def value(client, scope, key):
    return base64.b64decode(client.secrets.get_secret(scope, key).value)


def test_point_60_secrets(admin):
    secrets = admin.secrets
    secrets.create_scope("kept")
    refused("RESOURCE_ALREADY_EXISTS", secrets.create_scope, "kept")
    for name in ("no spaces", "", "x" * 129, "a/b", "ä"):
        refused("INVALID_PARAMETER_VALUE", secrets.create_scope, name)
        refused("INVALID_PARAMETER_VALUE", secrets.put_secret, "kept", name, string_value="v")
    secrets.put_secret("kept", "k" * 128, string_value="x" * 128 * 1024)
    refused("RESOURCE_LIMIT_EXCEEDED", secrets.put_secret, "kept", "k", string_value="x" * (128 * 1024 + 1))
    secrets.put_secret("kept", "k", string_value="first ✓")
    assert value(admin, "kept", "k") == "first ✓".encode()
    secrets.put_secret("kept", "k", bytes_value=base64.b64encode(b"\x00second\xff").decode())
    assert value(admin, "kept", "k") == b"\x00second\xff"
    refused("MALFORMED_REQUEST", secrets.put_secret, "kept", "k")
    refused("MALFORMED_REQUEST", secrets.put_secret, "kept", "k", string_value="a", bytes_value="YQ==")
    refused("INVALID_PARAMETER_VALUE", secrets.put_secret, "kept", "k", bytes_value="%%")
    listed = {secret.key: secret.last_updated_timestamp for secret in secrets.list_secrets("kept")}
    assert set(listed) == {"k", "k" * 128} and all(time > 1_600_000_000_000 for time in listed.values())
    refused("RESOURCE_DOES_NOT_EXIST", secrets.put_secret, "none", "k", string_value="v")
    refused("RESOURCE_DOES_NOT_EXIST", secrets.get_secret, "kept", "none")
    secrets.delete_secret("kept", "k")
    refused("RESOURCE_DOES_NOT_EXIST", secrets.delete_secret, "kept", "k")
    assert ("kept", ScopeBackendType.DATABRICKS) in [(each.name, each.backend_type) for each in secrets.list_scopes()]
    secrets.delete_scope("kept")
    refused("RESOURCE_DOES_NOT_EXIST", secrets.delete_scope, "kept")
    secrets.create_scope("kept")
    assert list(secrets.list_secrets("kept")) == []
    secrets.delete_scope("kept")


def test_a_scope_of_another_backend_is_refused_by_name(workspace):
    body = {"scope": "vault", "scope_backend_type": "AZURE_KEYVAULT"}
    status, _, error = Plain(workspace).ask("POST", "/api/2.0/secrets/scopes/create", body)
    assert (status, error["error_code"]) == (400, "FEATURE_DISABLED") and "AZURE_KEYVAULT" in error["message"]


def test_each_permission_allows_what_it_says(ann, bob, scope):
    ann.secrets.put_secret(scope, "k", string_value="v")
    read = [lambda: bob.secrets.get_secret(scope, "k"), lambda: list(bob.secrets.list_secrets(scope)),
            lambda: list(bob.secrets.list_acls(scope))]
    write = [lambda: bob.secrets.put_secret(scope, "k", string_value="w"), lambda: bob.secrets.delete_secret(scope, "k")]
    manage = [lambda: bob.secrets.put_acl(scope, BOB, AclPermission.MANAGE), lambda: bob.secrets.delete_acl(scope, ANN),
              lambda: bob.secrets.delete_scope(scope)]
    for call in read + write + manage:
        assert f"User {BOB} does not have" in refused("PERMISSION_DENIED", call)
    assert scope not in [each.name for each in bob.secrets.list_scopes()]
    ann.secrets.put_acl(scope, BOB, AclPermission.READ)
    assert value(bob, scope, "k") == b"v" and scope in [each.name for each in bob.secrets.list_scopes()]
    for call in write + manage:
        refused("PERMISSION_DENIED", call)
    ann.secrets.put_acl(scope, BOB, AclPermission.WRITE)
    write[0]()
    assert value(ann, scope, "k") == b"w"
    for call in manage:
        refused("PERMISSION_DENIED", call)
    ann.secrets.put_acl(scope, BOB, AclPermission.MANAGE)
    bob.secrets.put_acl(scope, "data", AclPermission.READ)
    assert {(acl.principal, acl.permission.value) for acl in ann.secrets.list_acls(scope)} == {
        (ANN, "MANAGE"), (BOB, "MANAGE"), ("data", "READ")}
    assert ann.secrets.get_acl(scope, "data").permission == AclPermission.READ
    ann.secrets.delete_acl(scope, BOB)
    refused("PERMISSION_DENIED", bob.secrets.get_secret, scope, "k")
    refused("RESOURCE_DOES_NOT_EXIST", ann.secrets.delete_acl, scope, BOB)
    refused("RESOURCE_DOES_NOT_EXIST", ann.secrets.get_acl, scope, BOB)


def test_a_group_and_all_users_can_be_let_in(ann, bob, admin):
    bob.secrets.create_scope("of-bob")
    bob.secrets.put_secret("of-bob", "k", string_value="v")
    refused("PERMISSION_DENIED", ann.secrets.get_secret, "of-bob", "k")
    bob.secrets.put_acl("of-bob", "data", AclPermission.READ)
    assert value(ann, "of-bob", "k") == b"v" == value(admin, "of-bob", "k")
    bob.secrets.delete_scope("of-bob")
    bob.secrets.create_scope("for-all", initial_manage_principal="users")
    ann.secrets.delete_scope("for-all")
    refused("INVALID_PARAMETER_VALUE", bob.secrets.create_scope, "x", initial_manage_principal="data")


@pytest.mark.parametrize("principal, permission", [("nobody@example.com", "READ"), (BOB, "OWN"), ("", "READ")])
def test_only_known_principals_get_known_permissions(workspace, scope, principal, permission):
    body = {"scope": scope, "principal": principal, "permission": permission}
    status, _, error = Plain(workspace, workspace.tokens["ann"]).ask("POST", "/api/2.0/secrets/acls/put", body)
    assert (status, error["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_values_are_encrypted_at_rest_with_a_key_of_the_owners_alone(start_workspace, tmp_path):
    local = start_workspace("--state", tmp_path)
    secrets = local.client().secrets
    secrets.create_scope("s")
    secrets.put_secret("s", "a", string_value="the very value")
    secrets.put_secret("s", "b", string_value="the very value")
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert b"the very value" not in file.read_bytes(), file
    for name in ("secrets.key", "secrets.sqlite"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600, name
    assert len((tmp_path / "secrets.key").read_bytes()) == 32
    rows = sqlite3.connect(tmp_path / "secrets.sqlite").execute("select value from sealed_secrets").fetchall()
    assert len({row[0] for row in rows}) == 2  # a value that is there twice looks like two
    local.stop()
    assert value(start_workspace("--state", tmp_path).client(), "s", "a") == b"the very value"


def test_a_value_opens_at_its_own_place_only(start_workspace, tmp_path):
    local = start_workspace("--state", tmp_path)
    local.client().secrets.create_scope("s")
    local.client().secrets.put_secret("s", "a", string_value="of a")
    local.stop()
    database = sqlite3.connect(tmp_path / "secrets.sqlite")
    database.execute("insert into sealed_secrets select scope, 'b', value, updated_at from sealed_secrets")
    database.commit()
    database.close()
    status, _, error = Plain(start_workspace("--state", tmp_path)).ask("GET", "/api/2.0/secrets/get?scope=s&key=b")
    assert status == 500 and "of a" not in str(error) and "cannot be decrypted" in error["message"]


def test_a_key_that_others_may_read_is_refused(start_workspace, tmp_path):
    start_workspace("--state", tmp_path).stop()
    os.chmod(tmp_path / "secrets.key", 0o644)
    with pytest.raises(RuntimeError):
        start_workspace("--state", tmp_path)


def test_values_of_an_earlier_version_are_encrypted_at_the_next_start(start_workspace, tmp_path):
    local = start_workspace("--state", tmp_path)
    local.client().secrets.create_scope("s")
    local.stop()
    database = sqlite3.connect(tmp_path / "secrets.sqlite")
    database.execute("create table secrets (scope text, key text, value blob, updated_at integer)")
    database.execute("insert into secrets values ('s', 'old', 'plain as day', 1)")
    database.commit()
    database.close()
    local = start_workspace("--state", tmp_path)
    assert value(local.client(), "s", "old") == b"plain as day"
    for file in tmp_path.glob("secrets.sqlite*"):
        assert b"plain as day" not in file.read_bytes(), file
