"""Applications that ask users to act for them: custom and published integrations, and how long their tokens live."""

from databricks.sdk.oauth import OAuthClient
from databricks.sdk.service import oauth2
from login_page import REDIRECT, log_in, token_of
from refusals import refused


def test_a_custom_app_is_made_used_changed_and_deleted(workspace, account, consent):
    api = account.custom_app_integration
    made = api.create(name="dashboard", confidential=True, redirect_urls=["https://app.example.com/callback"],
                      scopes=["all-apis", "offline_access"],
                      token_access_policy=oauth2.TokenAccessPolicy(access_token_ttl_in_minutes=10))
    assert made.client_id and made.client_secret and made.integration_id
    got = api.get(made.integration_id)
    assert (got.name, got.confidential, got.redirect_urls) == ("dashboard", True, ["https://app.example.com/callback"])
    assert got.creator_username == "brickwork@localhost" and made.integration_id in [app.integration_id for app in api.list(page_size=1)]
    asked = consent(made.client_id, redirect_url="https://app.example.com/callback", client_secret=made.client_secret)
    credentials = asked.exchange_callback_parameters(log_in(asked.authorization_url, workspace.tokens["ann"]))
    claims = credentials.token().jwt_claims()
    assert claims["exp"] - claims["iat"] == 600 and claims["client_id"] == made.client_id
    token_of(workspace, 401, grant_type="refresh_token", client_id=made.client_id, client_secret="dosb0",
             refresh_token=credentials.token().refresh_token)
    api.update(made.integration_id, redirect_urls=["https://app.example.com/other"])
    assert api.get(made.integration_id).redirect_urls == ["https://app.example.com/other"]
    assert log_in(asked.authorization_url, workspace.tokens["ann"]).status_code == 400
    api.delete(made.integration_id)
    token_of(workspace, 401, grant_type="refresh_token", client_id=made.client_id, client_secret=made.client_secret,
             refresh_token=credentials.token().refresh_token)
    refused("RESOURCE_DOES_NOT_EXIST", api.get, made.integration_id)


def test_what_is_wrong_with_an_app_is_told_at_once(account):
    told = refused("INVALID_PARAMETER_VALUE", account.custom_app_integration.create, redirect_urls=["http://evil.example.com"],
                   user_authorized_scopes=["sql"], token_access_policy=oauth2.TokenAccessPolicy(access_token_ttl_in_minutes=1))
    assert all(word in told for word in ("name is missing", "http://evil.example.com", "sql", "access_token_ttl_in_minutes"))


def test_refresh_tokens_that_are_good_once(turned):
    made = turned.account.custom_app_integration.create(
        name="rotating", redirect_urls=[REDIRECT], scopes=["all-apis", "offline_access"],
        token_access_policy=oauth2.TokenAccessPolicy(enable_single_use_refresh_tokens=True, refresh_token_ttl_in_minutes=60,
                                                     absolute_session_lifetime_in_minutes=90))
    asked = OAuthClient.from_host(turned.url, made.client_id, REDIRECT).initiate_consent()
    first = asked.exchange_callback_parameters(log_in(asked.authorization_url, turned.token)).token().refresh_token

    def refresh(token, status=200):
        return token_of(turned, status, grant_type="refresh_token", client_id=made.client_id, refresh_token=token)

    second = refresh(first)["refresh_token"]
    assert second != first
    turned.turn(50 * 60)
    third = refresh(second)["refresh_token"]
    turned.turn(39 * 60)
    fourth = refresh(third)["refresh_token"]
    assert refresh(third, 400)["error_description"] == "Refresh token is invalid"
    refresh(fourth, 400)  # the family is dead: the third was used twice
    asked = OAuthClient.from_host(turned.url, made.client_id, REDIRECT).initiate_consent()
    late = asked.exchange_callback_parameters(log_in(asked.authorization_url, turned.token)).token().refresh_token
    for _ in range(2):
        turned.turn(44 * 60)
        late = refresh(late)["refresh_token"]
    turned.turn(3 * 60)
    refresh(late, 400)  # 91 minutes after the login


def test_published_apps_are_listed_and_configured(workspace, account, consent):
    assert "databricks-cli" in [app.client_id for app in account.o_auth_published_apps.list()]
    api = account.published_app_integration
    made = api.create(app_id="databricks-sql-python",
                      token_access_policy=oauth2.TokenAccessPolicy(access_token_ttl_in_minutes=5))
    refused("RESOURCE_ALREADY_EXISTS", api.create, app_id="databricks-sql-python")
    assert [each.app_id for each in api.list()] == ["databricks-sql-python"]
    asked = consent("databricks-sql-python", redirect_url="http://localhost:8031")
    claims = asked.exchange_callback_parameters(log_in(asked.authorization_url, workspace.tokens["ann"])).token().jwt_claims()
    assert claims["exp"] - claims["iat"] == 300
    api.delete(made.integration_id)
    assert list(api.list()) == []
