"""Logins that give out tokens, as the SDK for Python drives them: secrets of service principals and the login page."""

import base64
import json
import threading
import urllib.parse
from datetime import datetime

import pytest
import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from databricks.sdk import AccountClient, WorkspaceClient
from databricks.sdk.service import iam
from http_client import Plain
from issuer import EXCHANGE, base64url
from login_page import REDIRECT, log_in, token_of, who
from refusals import refused


@pytest.fixture(scope="module")
def robot(admin):
    return admin.service_principals.create(display_name="robot")


@pytest.fixture(scope="module")
def secret(account, robot):
    return account.service_principal_secrets.create(robot.id)


# Discovery

def test_the_documents_name_the_endpoints_that_are_there(workspace, account_id):
    for base in ("/oidc", f"/oidc/accounts/{account_id}"):
        for name in ("oauth-authorization-server", "openid-configuration"):
            found = requests.get(f"{workspace.url}{base}/.well-known/{name}", timeout=30).json()
            assert found["token_endpoint"] == f"{workspace.url}{base}/v1/token"
            assert found["authorization_endpoint"] == f"{workspace.url}{base}/v1/authorize"
            assert found["issuer"] == f"{workspace.url}{base}" and "S256" in found["code_challenge_methods_supported"]
    assert requests.get(workspace.url + "/.well-known/oauth-authorization-server", timeout=30).ok
    other = requests.get(f"{workspace.url}/oidc/accounts/00000000-0000-0000-0000-000000000000/.well-known/"
                         "oauth-authorization-server", timeout=30)
    assert other.status_code in (401, 404)


# Client credentials

def test_a_service_principal_logs_in_with_its_secret(workspace, robot, secret):
    client = WorkspaceClient(host=workspace.url, client_id=robot.application_id, client_secret=secret.secret,
                             auth_type="oauth-m2m")
    assert client.current_user.me().user_name == robot.application_id or client.current_user.me().display_name == "robot"
    claims = client.config.oauth_token().jwt_claims()
    assert claims["sub"] == claims["client_id"] == robot.application_id and claims["scope"] == "all-apis"
    assert claims["exp"] - claims["iat"] == 3600 and claims["iss"] == workspace.url + "/oidc"
    assert client.get_workspace_id() == int(claims["aud"])


def test_it_is_found_by_the_chain_without_a_name(workspace, robot, secret):
    client = WorkspaceClient(host=workspace.url, client_id=robot.application_id, client_secret=secret.secret)
    assert client.config.auth_type == "oauth-m2m" and client.current_user.me().display_name == "robot"


def test_an_account_client_logs_in_at_the_account(workspace, account, account_id, admin, robot, secret):
    admins = next(group for group in admin.groups.list() if group.display_name == "admins")
    chief = account.service_principals.create(display_name="chief")
    admin.groups.patch(admins.id, operations=[iam.Patch(op=iam.PatchOp.ADD, value={"members": [{"value": chief.id}]})])
    made = account.service_principal_secrets.create(chief.id)
    client = AccountClient(host=workspace.url, account_id=account_id, client_id=chief.application_id,
                           client_secret=made.secret, auth_type="oauth-m2m")
    assert "robot" in [each.display_name for each in client.service_principals.list()]
    assert [each.workspace_id for each in client.workspaces.list()] == [admin.get_workspace_id()]
    nobody = AccountClient(host=workspace.url, account_id=account_id, client_id=robot.application_id,
                           client_secret=secret.secret, auth_type="oauth-m2m")
    refused("PERMISSION_DENIED", nobody.workspaces.list)


def test_the_tokens_are_signed_by_the_published_key(workspace, robot, secret):
    answer = token_of(workspace, grant_type="client_credentials", auth=(robot.application_id, secret.secret))
    header, body, signature = answer["access_token"].split(".")
    decoded = json.loads(base64.urlsafe_b64decode(header + "=="))
    keys = requests.get(workspace.url + "/oidc/jwks.json", timeout=30).json()["keys"]
    key = next(key for key in keys if key["kid"] == decoded["kid"])
    numbers = [int.from_bytes(base64.urlsafe_b64decode(key[name] + "=="), "big") for name in ("e", "n")]
    rsa.RSAPublicNumbers(*numbers).public_key().verify(
        base64.urlsafe_b64decode(signature + "=="), f"{header}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    assert answer["token_type"] == "Bearer" and answer["expires_in"] == 3600 and "refresh_token" not in answer


@pytest.mark.parametrize("form, status, error", [
    ({"grant_type": "client_credentials"}, 401, "invalid_client"),
    ({"grant_type": "client_credentials", "client_id": "ROBOT", "client_secret": "dose00"}, 401, "invalid_client"),
    ({"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "SECRET"}, 401, "invalid_client"),
    ({"grant_type": "client_credentials", "client_id": "ROBOT", "client_secret": "SECRET", "assume_group": "1"}, 400,
     "invalid_request"),
    ({"grant_type": "password", "username": "a", "password": "b"}, 400, "unsupported_grant_type"),
    ({"grant_type": "refresh_token", "client_id": "databricks-cli", "refresh_token": "doau0"}, 400, "invalid_grant"),
    ({"grant_type": "refresh_token", "client_id": "unknown", "refresh_token": "doau0"}, 401, "invalid_client"),
    ({"grant_type": "authorization_code", "client_id": "databricks-cli"}, 400, "invalid_request"),
    ({"grant_type": EXCHANGE, "subject_token": "x", "subject_token_type": "urn:x"}, 400, "invalid_request"),
    ({}, 400, "invalid_request")])
def test_the_token_endpoint_refuses_in_the_words_of_oauth(workspace, robot, secret, form, status, error):
    stand_ins = {"ROBOT": robot.application_id, "SECRET": secret.secret}
    answer = token_of(workspace, status, **{name: stand_ins.get(value, value) for name, value in form.items()})
    assert answer["error"] == error and answer["error_description"] and secret.secret not in json.dumps(answer)


def test_the_sdk_says_what_was_wrong_with_a_secret(workspace, robot):
    client = WorkspaceClient(host=workspace.url, client_id=robot.application_id, client_secret="dose00",
                             auth_type="oauth-m2m")
    with pytest.raises(ValueError, match="invalid_client: Client authentication failed"):
        client.current_user.me()


def test_secrets_are_listed_without_their_values_and_deleted(account, admin, workspace):
    principal = admin.service_principals.create(display_name="several")
    made = [account.service_principal_secrets.create(principal.id, lifetime="3600s") for _ in range(5)]
    listed = list(account.service_principal_secrets.list(principal.id, page_size=2))
    assert [each.id for each in listed] == [each.id for each in made]
    assert all(each.status == "ACTIVE" and each.secret_hash for each in listed)
    created, ends = (datetime.fromisoformat(text) for text in (listed[0].create_time, listed[0].expire_time))
    assert (ends - created).total_seconds() == 3600
    refused("QUOTA_EXCEEDED", account.service_principal_secrets.create, principal.id)
    account.service_principal_secrets.delete(principal.id, made[0].id)
    token_of(workspace, 401, grant_type="client_credentials", auth=(principal.application_id, made[0].secret))
    token_of(workspace, grant_type="client_credentials", auth=(principal.application_id, made[1].secret))
    refused("RESOURCE_DOES_NOT_EXIST", account.service_principal_secrets.delete, principal.id, made[0].id)
    refused("INVALID_PARAMETER_VALUE", account.service_principal_secrets.create, principal.id, lifetime="a week")


def test_a_workspace_admin_makes_secrets_without_an_account(admin, ann, workspace):
    principal = admin.service_principals.create(display_name="local")
    made = admin.service_principal_secrets_proxy.create(principal.id, scopes=["sql"])
    assert [each.id for each in admin.service_principal_secrets_proxy.list(principal.id)] == [made.id]
    refused("PERMISSION_DENIED", ann.service_principal_secrets_proxy.create, principal.id)
    answer = token_of(workspace, grant_type="client_credentials", auth=(principal.application_id, made.secret))
    assert answer["scope"] == "sql"
    token_of(workspace, 400, grant_type="client_credentials", scope="all-apis",
             auth=(principal.application_id, made.secret))


def test_a_token_reaches_what_its_scopes_say(workspace, account, admin):
    principal = admin.service_principals.create(display_name="narrow")
    made = account.service_principal_secrets.create(principal.id)
    answer = token_of(workspace, grant_type="client_credentials", scope="secrets:read token",
                      auth=(principal.application_id, made.secret))
    plain = Plain(workspace, answer["access_token"])
    assert plain.ask("GET", "/api/2.0/preview/scim/v2/Me")[0] == 200
    assert plain.ask("GET", "/api/2.0/secrets/scopes/list")[0] == 200
    assert plain.ask("GET", "/api/2.0/token/list")[0] == 200
    for method, path in [("POST", "/api/2.0/secrets/scopes/create"), ("GET", "/api/2.2/jobs/list"),
                         ("POST", "/api/brickwork/oidc/authorize"), ("GET", "/api/brickwork/routes")]:
        status, _, error = plain.ask(method, path, {"scope": "x"} if method == "POST" else None)
        assert (status, error["error_code"]) == (403, "PERMISSION_DENIED"), path


def test_who_is_switched_off_is_out_at_once(workspace, account, admin):
    principal = admin.service_principals.create(display_name="short")
    made = account.service_principal_secrets.create(principal.id)
    token = token_of(workspace, grant_type="client_credentials", auth=(principal.application_id, made.secret))["access_token"]
    assert who(workspace, token) == principal.application_id
    admin.service_principals.update(principal.id, application_id=principal.application_id, active=False)
    assert who(workspace, token) == 401
    token_of(workspace, 401, grant_type="client_credentials", auth=(principal.application_id, made.secret))
    admin.service_principals.delete(principal.id)
    assert who(workspace, token) == 401


@pytest.mark.parametrize("change", [
    lambda header, body, signature: (header, base64url(b'{"user_id":"1","scope":"all-apis","exp":9999999999}'), signature),
    lambda header, body, signature: (base64url(b'{"alg":"none","typ":"at+jwt"}'), body, ""),
    lambda header, body, signature: (base64url(b'{"alg":"HS256","typ":"at+jwt"}'), body, signature),
    lambda header, body, signature: (header, body, signature[:-6] + "AAAAAA"),
    lambda header, body, signature: (header, body)])
def test_a_changed_token_is_none(workspace, robot, secret, change):
    token = token_of(workspace, grant_type="client_credentials", auth=(robot.application_id, secret.secret))["access_token"]
    assert who(workspace, ".".join(change(*token.split(".")))) == 401


def test_tokens_outlive_a_restart_and_their_key_is_nobody_elses(start_workspace, tmp_path):
    local = start_workspace("--state", tmp_path)
    admin = local.client()
    principal = admin.service_principals.create(display_name="lasting")
    made = admin.service_principal_secrets_proxy.create(principal.id)
    token = token_of(local, grant_type="client_credentials", auth=(principal.application_id, made.secret))["access_token"]
    assert (tmp_path / "oidc.key").stat().st_mode & 0o77 == 0
    local.kill()
    again = start_workspace("--state", tmp_path)
    assert who(again, token) == principal.application_id
    for file in tmp_path.glob("*.sqlite*"):
        assert made.secret.encode() not in file.read_bytes() and token.encode() not in file.read_bytes()


# Time

def test_an_access_token_ends_after_its_hour_and_a_secret_after_its_lifetime(turned):
    principal = turned.workspace.service_principals.create(display_name="hourly")
    made = turned.account.service_principal_secrets.create(principal.id, lifetime="7200s")
    pair = (principal.application_id, made.secret)
    token = token_of(turned, grant_type="client_credentials", auth=pair)["access_token"]
    turned.turn(3590)
    assert who(turned, token) == principal.application_id
    turned.turn(11)
    assert who(turned, token) == 401
    token_of(turned, grant_type="client_credentials", auth=pair)
    turned.turn(3600)
    token_of(turned, 401, grant_type="client_credentials", auth=pair)


@pytest.mark.parametrize("seconds, renewed", [(30, True), (3600, False)])
def test_the_sdk_gets_a_new_token_before_the_old_one_ends(start_workspace, seconds, renewed):
    """The SDK takes a token for expired 40 s before its end."""
    local = start_workspace("--ephemeral", "--access-token-seconds", seconds)
    principal = local.client().service_principals.create(display_name="brief")
    made = local.client().service_principal_secrets_proxy.create(principal.id)
    client = WorkspaceClient(host=local.url, client_id=principal.application_id, client_secret=made.secret,
                             auth_type="oauth-m2m")
    first, second = (client.config.oauth_token().access_token for _ in range(2))
    assert (first != second) == renewed and client.current_user.me().display_name == "brief"


# The login page

def test_a_user_logs_in_by_the_page_and_the_token_is_refreshed(workspace, consent):
    asked = consent()
    credentials = asked.exchange_callback_parameters(log_in(asked.authorization_url, workspace.tokens["ann"]))
    first = credentials.token()
    assert who(workspace, first.access_token) == "ann@example.com" and first.refresh_token
    second = credentials.refresh()
    assert second.access_token != first.access_token and second.refresh_token == first.refresh_token
    assert who(workspace, second.access_token) == "ann@example.com"


def test_the_sdk_logs_in_by_an_external_browser(workspace, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))

    def open_browser(address):
        def visit():
            callback = log_in(address, workspace.tokens["ann"])
            requests.get(f"{REDIRECT}/?{urllib.parse.urlencode(callback)}", timeout=30)
        threading.Thread(target=visit).start()

    monkeypatch.setattr("webbrowser.open_new", open_browser)
    client = WorkspaceClient(host=workspace.url, auth_type="external-browser")
    assert client.current_user.me().user_name == "ann@example.com"
    monkeypatch.setattr("webbrowser.open_new", None)  # the second time the SDK has it in its cache
    assert WorkspaceClient(host=workspace.url, auth_type="external-browser").current_user.me().user_name == "ann@example.com"


def test_a_user_who_refuses_is_told_so_to_the_app(workspace, consent):
    asked = consent()
    with pytest.raises(ValueError, match="access_denied"):
        asked.exchange_callback_parameters(log_in(asked.authorization_url, workspace.tokens["ann"], answer="deny"))


@pytest.mark.parametrize("change, error", [
    ({"response_type": "token"}, "unsupported_response_type"), ({"code_challenge": ""}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"), ({"scope": "everything"}, "invalid_scope")])
def test_what_is_wrong_with_a_request_is_told_to_the_app(workspace, consent, change, error):
    address = urllib.parse.urlsplit(consent().authorization_url)
    query = {**dict(urllib.parse.parse_qsl(address.query)), **change}
    callback = log_in(address._replace(query=urllib.parse.urlencode(query)).geturl(), workspace.tokens["ann"])
    assert callback["error"] == error and callback["state"] == query["state"]


@pytest.mark.parametrize("change", [
    {"client_id": "unknown"}, {"redirect_uri": "https://evil.example.com"}, {"redirect_uri": "http://localhost:8020@evil.example.com"},
    {"redirect_uri": "http://localhost.evil.example.com"}, {"redirect_uri": "http://localhost:8020/x;script"}])
def test_nobody_is_sent_to_an_address_that_the_app_does_not_have(workspace, consent, change):
    address = urllib.parse.urlsplit(consent().authorization_url)
    query = {**dict(urllib.parse.parse_qsl(address.query)), **change}
    page = log_in(address._replace(query=urllib.parse.urlencode(query)).geturl(), workspace.tokens["ann"])
    assert isinstance(page, requests.Response) and page.status_code == 400 and "INVALID_PARAMETER_VALUE" in page.text


def test_a_code_is_good_once_and_with_its_verifier(workspace, consent):
    asked = consent()
    callback = log_in(asked.authorization_url, workspace.tokens["ann"])
    form = {"grant_type": "authorization_code", "client_id": "databricks-cli", "redirect_uri": REDIRECT,
            "code": callback["code"], "code_verifier": asked._verifier}
    answer = token_of(workspace, **form)
    assert who(workspace, answer["access_token"]) == "ann@example.com"
    assert token_of(workspace, 400, **form)["error"] == "invalid_grant"
    # Who brings it a second time may have stolen it: the refresh token ends with it.
    token_of(workspace, 400, grant_type="refresh_token", client_id="databricks-cli", refresh_token=answer["refresh_token"])
    for wrong in ({"code_verifier": "x" * 43}, {"redirect_uri": REDIRECT + "/"}, {"client_id": "dbt-databricks"}):
        asked = consent()
        code = log_in(asked.authorization_url, workspace.tokens["ann"])["code"]
        told = token_of(workspace, 400, **{**form, "code": code, "code_verifier": asked._verifier, **wrong})
        assert told["error"] == "invalid_grant", wrong


def test_the_consent_is_asked_for_by_a_form_of_ours_alone(workspace, consent):
    session = requests.Session()
    session.post(workspace.url + "/login", {"token": workspace.tokens["ann"]}, timeout=30)
    address = consent().authorization_url
    for form in ({"answer": "allow"}, {"answer": "allow", "form": "0" * 64}):
        assert session.post(address, form, timeout=30, allow_redirects=False).status_code == 403
    page = session.get(address, timeout=30)
    assert "form-action 'self' http://localhost:8020" in page.headers["Content-Security-Policy"]
    assert "Databricks CLI" in page.text and "ann@example.com" in page.text


# The account

def test_an_account_has_users_groups_and_service_principals(account, account_id, workspace):
    made = account.users.create(user_name="carl@example.com")
    assert "carl@example.com" in [user.user_name for user in account.users.list()]
    group = account.groups.create(display_name="accountants", members=[iam.ComplexValue(value=made.id)])
    assert account.groups.get(group.id).members[0].value == made.id
    account.users.delete(made.id)
    other = "00000000-0000-0000-0000-000000000000"
    assert Plain(workspace).ask("GET", f"/api/2.0/accounts/{other}/workspaces")[0] == 404
    assert Plain(workspace).ask("GET", f"/api/2.0/accounts/{other}/scim/v2/Users")[0] == 404
    assert Plain(workspace, workspace.tokens["ann"]).ask("GET", f"/api/2.0/accounts/{account_id}/scim/v2/Users")[0] == 403
