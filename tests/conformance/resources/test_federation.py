"""Tokens of other issuers, exchanged for ours by federation policies."""

import http.server
import json
import threading
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.oauth import PATOAuthTokenExchange
from databricks.sdk.service import oauth2
from http_client import Plain
from issuer import EXCHANGE, Issuer
from login_page import token_of, who
from refusals import refused


@pytest.fixture(scope="module")
def issuer():
    return Issuer()


def policy(issuer, **options):
    options = {"issuer": issuer.url, "audiences": ["databricks"], "jwks_json": issuer.jwks(), **options}
    return oauth2.FederationPolicy(oidc_policy=oauth2.OidcFederationPolicy(**options))


@pytest.mark.parametrize("key", [None, ec.generate_private_key(ec.SECP256R1())], ids=["RS256", "ES256"])
def test_a_workload_logs_in_with_its_own_token(workspace, account, admin, tmp_path, monkeypatch, key):
    issuer = Issuer(key)
    principal = admin.service_principals.create(display_name="workload")
    account.service_principal_federation_policy.create(int(principal.id), policy(issuer, subject="repo:a/b"))
    file = tmp_path / "token"
    file.write_text(issuer.token(aud="databricks", sub="repo:a/b"))
    options = {"host": workspace.url, "client_id": principal.application_id}
    client = WorkspaceClient(config=Config(auth_type="file-oidc", oidc_token_filepath=str(file), **options))
    assert client.current_user.me().display_name == "workload"
    monkeypatch.setenv("MY_TOKEN", issuer.token(aud=["other", "databricks"], sub="repo:a/b"))
    client = WorkspaceClient(config=Config(auth_type="env-oidc", oidc_token_env="MY_TOKEN", **options))
    assert client.current_user.me().display_name == "workload"


@pytest.mark.parametrize("claims, told", [
    ({"sub": "repo:a/other"}, "sub is not repo:a/b"), ({"aud": "other"}, "the audience is none of: databricks"),
    ({"iss": "https://other.example.com"}, "the issuer is not"), ({"exp": 1}, "has expired"), ({"exp": None}, "has no exp"),
    ({"nbf": 99_999_999_999}, "not valid yet"), ({"algorithm": "none"}, "no key of the issuer"),
    ({"algorithm": "HS256"}, "no key of the issuer"), ({"algorithm": "ES256"}, "no key of the issuer")])
def test_a_token_that_the_policy_does_not_mean_is_refused_with_the_reason(workspace, account, admin, issuer, claims, told):
    principal = admin.service_principals.create(display_name="strict")
    account.service_principal_federation_policy.create(int(principal.id), policy(issuer, subject="repo:a/b"))
    token = issuer.token(**{"aud": "databricks", "sub": "repo:a/b", **claims})
    answer = token_of(workspace, 400, grant_type=EXCHANGE, client_id=principal.application_id, subject_token=token,
                      subject_token_type="urn:ietf:params:oauth:token-type:jwt")
    assert answer["error"] == "invalid_grant" and told in answer["error_description"]


def test_a_forged_token_and_a_principal_without_policies_are_refused(workspace, account, admin, issuer):
    principal = admin.service_principals.create(display_name="lonely")
    form = {"grant_type": EXCHANGE, "client_id": principal.application_id,
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}
    forged = Issuer().token(aud="databricks", sub="repo:a/b")
    assert "There is none." in token_of(workspace, 400, subject_token=forged, **form)["error_description"]
    account.service_principal_federation_policy.create(int(principal.id), policy(issuer, subject="repo:a/b"))
    assert "no key of the issuer" in token_of(workspace, 400, subject_token=forged, **form)["error_description"]


def test_a_user_logs_in_with_a_token_of_the_companys_provider(workspace, account, account_id, issuer):
    account.federation_policy.create(policy(issuer, audiences=None, subject_claim="email"), policy_id="company")
    form = {"grant_type": EXCHANGE, "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "scope": "all-apis",
            "subject_token": issuer.token(aud=account_id, email="ann@example.com")}
    answer = token_of(workspace, **form)
    assert who(workspace, answer["access_token"]) == "ann@example.com" and answer["expires_in"] in range(590, 601)
    at_account = token_of(workspace, path=f"/oidc/accounts/{account_id}/v1/token", **form)
    assert who(workspace, at_account["access_token"]) == "ann@example.com"
    form["subject_token"] = issuer.token(aud=account_id, email="eve@example.com")
    assert "no user" in token_of(workspace, 400, **form)["error_description"]
    account.federation_policy.delete("company")


def test_keys_are_fetched_from_the_issuer_and_again_when_they_change(turned):
    served = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(served.get(self.path)).encode()
            self.send_response(200 if self.path in served else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    old, new = Issuer(kid="old", url=url), Issuer(kid="new", url=url)
    principal = turned.workspace.service_principals.create(display_name="fetched")
    turned.account.service_principal_federation_policy.create(
        int(principal.id), policy(old, jwks_json=None, subject="me"), policy_id="fetched")
    form = {"grant_type": EXCHANGE, "client_id": principal.application_id,
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}
    claims = {"aud": "databricks", "sub": "me", "exp": int(time.time()) + 10**6}
    assert "keys cannot be had" in token_of(turned, 400, subject_token=old.token(**claims), **form)["error_description"]
    served["/.well-known/openid-configuration"] = {"jwks_uri": url + "/keys"}
    served["/keys"] = {"keys": [old.jwk()]}
    assert who(turned, token_of(turned, subject_token=old.token(**claims), **form)["access_token"]) == principal.application_id
    served["/keys"] = {"keys": [new.jwk()]}
    turned.turn(6)
    token_of(turned, subject_token=new.token(**claims), **form)
    token_of(turned, 400, subject_token=old.token(**claims), **form)
    server.shutdown()


def test_policies_are_made_changed_listed_and_deleted(account, admin, issuer, account_id):
    principal = admin.service_principals.create(display_name="policies")
    api = account.service_principal_federation_policy
    made = api.create(int(principal.id), policy(issuer, subject="me"), policy_id="first")
    assert made.name == f"accounts/{account_id}/servicePrincipals/{principal.id}/federationPolicies/first"
    assert made.service_principal_id == int(principal.id) and made.uid and made.oidc_policy.subject == "me"
    changed = api.update(int(principal.id), "first", update_mask="description,oidc_policy.audiences",
                         policy=oauth2.FederationPolicy(description="new", oidc_policy=oauth2.OidcFederationPolicy(audiences=["x"])))
    assert (changed.description, changed.oidc_policy.audiences, changed.oidc_policy.subject) == ("new", ["x"], "me")
    api.create(int(principal.id), policy(issuer, subject="you"))
    assert len(list(api.list(int(principal.id), page_size=1))) == 2
    refused("ALREADY_EXISTS", api.create, int(principal.id), policy(issuer, subject="me"), policy_id="first")
    api.delete(int(principal.id), "first")
    refused("RESOURCE_DOES_NOT_EXIST", api.get, int(principal.id), "first")
    told = refused("INVALID_PARAMETER_VALUE", api.create, int(principal.id),
                   policy(Issuer(issuer.key, url="http://evil.example.com"), jwks_json="{}"), policy_id="UPPER")
    assert all(word in told for word in ("policy_id", "issuer", "subject must be given", "jwks_json"))
    told = refused("INVALID_PARAMETER_VALUE", account.federation_policy.create, policy(issuer, subject="me"))
    assert "subject must not be given" in told


def test_a_personal_access_token_is_exchanged_for_a_narrower_one(workspace):
    exchange = PATOAuthTokenExchange(get_original_token=lambda: workspace.tokens["ann"], host=workspace.url, scopes="secrets")
    token = exchange.token().access_token
    assert who(workspace, token) == "ann@example.com" and Plain(workspace, token).ask("GET", "/api/2.2/jobs/list")[0] == 403
    wider = PATOAuthTokenExchange(get_original_token=lambda: token, host=workspace.url, scopes="all-apis")
    with pytest.raises(ValueError, match="invalid_scope"):
        wider.token()
