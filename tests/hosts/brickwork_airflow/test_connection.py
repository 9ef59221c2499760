"""Every way of logging in that the stock provider's connections have."""

import json

import pytest
from airflow.sdk import Connection

from brickwork_airflow.connection import ConnectionMistake, opening


def opened(**members):
    extra = members.pop("extra", None)
    text = json.dumps(extra) if isinstance(extra, dict) else extra
    return opening(Connection(conn_id="c", conn_type="databricks", **({"host": "adb-1.net"} | members), extra=text), "Test")


@pytest.mark.parametrize(("connection", "host"), [
    ({"host": "adb-1.net"}, "https://adb-1.net"), ({"host": "https://adb-1.net/"}, "https://adb-1.net"),
    ({"host": "127.0.0.1", "port": 8080, "schema": "http"}, "http://127.0.0.1:8080"),
    ({"host": "x", "extra": {"host": "adb-2.net"}}, "https://adb-2.net")])
def test_the_host(connection, host):
    assert opened(**connection).members["host"] == host


@pytest.mark.parametrize(("connection", "members", "secrets"), [
    ({"password": "p"}, {"auth_type": "pat"}, {"token": "p"}),
    ({"login": "token", "password": "p"}, {"auth_type": "pat"}, {"token": "p"}),
    ({"password": "p", "extra": {"token": "t"}}, {"auth_type": "pat"}, {"token": "t"}),
    ({"login": "i", "password": "s", "extra": {"azure_tenant_id": "t"}},
     {"auth_type": "azure-client-secret", "azure_tenant_id": "t", "azure_client_id": "i"}, {"azure_client_secret": "s"}),
    ({"login": "i", "password": "s", "extra": {"azure_tenant_id": "t", "azure_ad_endpoint": "https://login.chinacloudapi.cn/"}},
     {"auth_type": "azure-client-secret", "azure_tenant_id": "t", "azure_client_id": "i",
      "endpoints": {"active_directory_endpoint": "https://login.chinacloudapi.cn"}}, {"azure_client_secret": "s"}),
    ({"password": "p", "extra": {"proxies": {"http": "http://one:1", "https": "http://other:2"}}},
     {"auth_type": "pat", "proxy": {"url": "http://other:2"}}, {"token": "p"}),
    ({"password": "p", "extra": {"proxies": {"http": "http://one:1"}}}, {"auth_type": "pat"}, {"token": "p"}),
    ({"extra": {"use_azure_managed_identity": True, "azure_managed_identity_client_id": "i"}},
     {"auth_type": "azure-msi", "azure_use_msi": True, "azure_client_id": "i"}, {}),
    ({"login": "i", "password": "s", "extra": {"service_principal_oauth": "true"}},
     {"auth_type": "oauth-m2m", "client_id": "i"}, {"client_secret": "s"}),
    ({"login": "u", "password": "p"}, {"auth_type": "basic", "username": "u"}, {"password": "p"}),
    ({"password": "p", "extra": {"azure_resource_id": "/subscriptions/1"}},
     {"auth_type": "pat", "azure_workspace_resource_id": "/subscriptions/1"}, {"token": "p"})])
def test_logins(connection, members, secrets):
    found = opened(**connection)
    assert {name: value for name, value in found.members.items() if name not in {"host", "user_agent", "environment"}} == members
    assert found.secrets == secrets
    assert found.members["environment"] is False


@pytest.mark.parametrize("extra", [
    {"federated_k8s": True, "client_id": "i"}, {"federated_aws": True}, {"federated_token_provider": "os.getcwd"},
    {"use_default_azure_credential": True}])
def test_what_only_the_host_can_make_is_asked_for_when_it_is_needed(extra):
    assert callable(opened(extra=extra).secrets["token"])


def test_the_library_takes_a_proxy_and_an_endpoint():
    import brickwork

    found = opened(host="adb-1.azuredatabricks.net", login="i", password="s", extra={
        "azure_tenant_id": "t", "azure_ad_endpoint": "https://login.chinacloudapi.cn", "proxies": {"https": "http://proxy:1"}})
    brickwork.Client(found.members, secrets=found.secrets).close()


def test_without_a_login_the_environment_counts():
    assert opened().members["environment"] is True


@pytest.mark.parametrize(("connection", "message"), [
    ({"host": ""}, "it has no host"), ({"extra": "[1]"}, "not a JSON object"), ({"extra": {"proxies": {"ftp": "p"}}}, "`http`, `https`"),
    ({"extra": {"proxies": {"https": 5}}}, "no text"), ({"extra": {"proxies": {"https": "http://u:canary@p:1"}}}, "HTTPS_PROXY"),
    ({"extra": {"brickwork": {"token": "canary"}}}, "without secrets"),
    ({"login": "i", "extra": {"azure_tenant_id": "t"}}, "azure_tenant_id needs the client id")])
def test_mistakes(connection, message):
    with pytest.raises(ConnectionMistake, match=message) as refusal:
        opened(**connection)
    assert "canary" not in str(refusal.value)


def test_a_secret_is_not_shown():
    assert "canary" not in repr(opened(password="canary"))
