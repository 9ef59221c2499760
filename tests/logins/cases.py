"""Configurations of a login, each as a user could leave it on a machine: variables, a profile, settings in code.

Every pair of (login, host), (login, where it is written), (login, auth_type), ... is in at least one case.
"""

import itertools
import json
import random
import re
from dataclasses import dataclass, field

from providers import (ACCOUNT, CLIENT, DEVOPS_TOKEN, GITHUB_TOKEN, ID_TOKEN, REFRESH_TOKEN, RESOURCE_ID, SECRET,
                       SERVICE_ACCOUNT, SERVICE_PRINCIPAL, SERVICE_PRINCIPAL_SECRET, TENANT)

HOSTS = {
    "aws": {"host": "https://dbc-1.cloud.databricks.com"},
    "azure": {"host": "https://adb-1.2.azuredatabricks.net/"},
    "gcp": {"host": "7.gcp.databricks.com"},
    "account": {"host": "https://accounts.cloud.databricks.com", "account_id": ACCOUNT},
}
VARIABLES = {"host": "DATABRICKS_HOST", "account_id": "DATABRICKS_ACCOUNT_ID", "token": "DATABRICKS_TOKEN",
             "username": "DATABRICKS_USERNAME", "password": "DATABRICKS_PASSWORD", "client_id": "DATABRICKS_CLIENT_ID",
             "client_secret": "DATABRICKS_CLIENT_SECRET", "auth_type": "DATABRICKS_AUTH_TYPE",
             "metadata_service_url": "DATABRICKS_METADATA_SERVICE_URL", "azure_client_id": "ARM_CLIENT_ID",
             "azure_client_secret": "ARM_CLIENT_SECRET", "azure_tenant_id": "ARM_TENANT_ID", "azure_use_msi": "ARM_USE_MSI",
             "azure_workspace_resource_id": "DATABRICKS_AZURE_RESOURCE_ID", "oidc_token_env": "DATABRICKS_OIDC_TOKEN_ENV",
             "google_service_account": "DATABRICKS_GOOGLE_SERVICE_ACCOUNT", "google_credentials": "GOOGLE_CREDENTIALS",
             "oidc_token_filepath": "DATABRICKS_OIDC_TOKEN_FILEPATH", "token_audience": "DATABRICKS_TOKEN_AUDIENCE"}
NEVER_IN_CODE = {"token", "password", "client_secret", "metadata_service_url", "azure_client_secret", "google_credentials"}
GITHUB = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://pipelines.actions.githubusercontent.com/token?api-version=2.0",
          "ACTIONS_ID_TOKEN_REQUEST_TOKEN": GITHUB_TOKEN}
DEVOPS = {"SYSTEM_ACCESSTOKEN": DEVOPS_TOKEN, "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI": "https://dev.azure.com/org/",
          "SYSTEM_TEAMPROJECTID": "project", "SYSTEM_PLANID": "plan", "SYSTEM_JOBID": "job", "SYSTEM_HOSTTYPE": "build"}
AZURE = {"azure_client_id": CLIENT, "azure_tenant_id": TENANT}


@dataclass
class Login:
    settings: dict = field(default_factory=dict)
    variables: dict = field(default_factory=dict)  # that stand for themselves, in no profile
    kind: str = ""  # what it is meant for
    az: str = ""  # who is logged in with the Azure CLI


def logins(folder, google_account, metadata_url):
    """All logins by name. `folder` holds the files that some of them point to."""
    (folder / "account.json").write_text(json.dumps(google_account))
    (folder / "id-token").write_text(ID_TOKEN)
    (folder / "adc-user.json").write_text(json.dumps({
        "type": "authorized_user", "client_id": "adc", "client_secret": "adc-canary", "refresh_token": REFRESH_TOKEN}))
    adc = {"GOOGLE_APPLICATION_CREDENTIALS": str(folder / "adc-user.json")}
    adc_account = {"GOOGLE_APPLICATION_CREDENTIALS": str(folder / "account.json")}
    principal = {"client_id": SERVICE_PRINCIPAL, "client_secret": SERVICE_PRINCIPAL_SECRET}
    return {
        "nothing": Login(),
        "pat": Login({"token": "dapi-canary"}, kind="pat"),
        "basic": Login({"username": "me@example.com", "password": "päss:word-canary"}, kind="basic"),
        "m2m": Login(principal, kind="oauth-m2m"),
        "m2m-wrong": Login({**principal, "client_secret": "wrong-canary"}, kind="oauth-m2m"),
        "metadata": Login({"metadata_service_url": metadata_url}, kind="metadata-service"),
        "env-oidc": Login({"client_id": "wif"}, {"DATABRICKS_OIDC_TOKEN": ID_TOKEN}, "env-oidc"),
        "env-oidc-account-wide": Login({}, {"DATABRICKS_OIDC_TOKEN": ID_TOKEN}, "env-oidc"),
        "env-oidc-named": Login({"oidc_token_env": "MY_TOKEN"}, {"MY_TOKEN": ID_TOKEN}, "env-oidc"),
        "env-oidc-refused": Login({"client_id": "wif"}, {"DATABRICKS_OIDC_TOKEN": "refused-canary"}, "env-oidc"),
        "file-oidc": Login({"oidc_token_filepath": str(folder / "id-token")}, kind="file-oidc"),
        "file-oidc-gone": Login({"oidc_token_filepath": str(folder / "gone")}, kind="file-oidc"),
        "github": Login({"client_id": "wif"}, GITHUB, "github-oidc"),
        "github-audience": Login({"client_id": "wif", "token_audience": "my-audience"}, GITHUB, "github-oidc"),
        "github-azure": Login(AZURE, GITHUB, "github-oidc-azure"),
        "devops": Login({"client_id": "wif"}, DEVOPS, "azure-devops-oidc"),
        "azure-secret": Login({**AZURE, "azure_client_secret": SECRET}, kind="azure-client-secret"),
        "azure-secret-resource": Login({**AZURE, "azure_client_secret": SECRET, "azure_workspace_resource_id": RESOURCE_ID},
                                       kind="azure-client-secret"),
        "azure-secret-no-tenant": Login({"azure_client_id": CLIENT, "azure_client_secret": SECRET}, kind="azure-client-secret"),
        "azure-secret-wrong": Login({**AZURE, "azure_client_secret": "wrong-canary"}, kind="azure-client-secret"),
        "azure-msi": Login({"azure_use_msi": "true"}, kind="azure-msi"),
        "azure-msi-user": Login({"azure_use_msi": "true", "azure_client_id": "assigned"}, kind="azure-msi"),
        "azure-cli-principal": Login({}, kind="azure-cli", az="principal"),
        "azure-cli-tenant": Login({"azure_tenant_id": TENANT}, kind="azure-cli", az="principal"),
        "azure-cli-managed": Login({"azure_tenant_id": TENANT}, kind="azure-cli", az="managed"),
        "azure-cli-resource": Login({"azure_workspace_resource_id": RESOURCE_ID}, kind="azure-cli", az="principal"),
        "azure-cli-out": Login({}, kind="azure-cli", az="out"),
        "google-credentials": Login({"google_credentials": str(folder / "account.json")}, kind="google-credentials"),
        "google-credentials-text": Login({"google_credentials": json.dumps(google_account)}, kind="google-credentials"),
        "google-id": Login({"google_service_account": SERVICE_ACCOUNT}, adc, "google-id"),
        "google-id-account": Login({"google_service_account": SERVICE_ACCOUNT}, adc_account, "google-id"),
        "pat-and-basic": Login({"token": "dapi-canary", "username": "me", "password": "p-canary"}, kind="pat"),
        "m2m-and-pat": Login({**principal, "token": "dapi-canary"}, kind="oauth-m2m"),
        "m2m-and-azure": Login({**principal, **AZURE, "azure_client_secret": SECRET}, kind="azure-client-secret"),
    }


MAIN = ("nothing", "pat", "basic", "m2m", "metadata", "env-oidc", "file-oidc", "github", "github-azure", "devops", "azure-secret",
        "azure-msi", "azure-cli-tenant", "google-credentials", "google-id", "pat-and-basic", "m2m-and-pat")
SOURCES = ("environment", "default profile", "named profile", "profile of the settings", "host apart", "in code")
AUTH_TYPES = ("unset", "its own", "pat", "unknown")
NOISE = ("none", "tenant", "scopes", "other profile")


def pairwise(*factors, seed=2):
    """Rows such that each pair of values of two factors is in one of them."""
    chance = random.Random(seed)
    open_pairs = {((i, a), (j, b)) for (i, first), (j, second) in itertools.combinations(enumerate(factors), 2)
                  for a in first for b in second}
    while open_pairs:
        best, most = None, -1
        (i, a), (j, b) = chance.choice(sorted(open_pairs))
        for _ in range(30):
            row = [chance.choice(factor) for factor in factors]
            row[i], row[j] = a, b
            covered = sum(pair in open_pairs for pair in itertools.combinations(enumerate(row), 2))
            if covered > most:
                best, most = row, covered
        open_pairs -= set(itertools.combinations(enumerate(best), 2))
        yield tuple(best)


def profile_text(name, settings):
    return f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items()) + "\n"


def case_of(login_name, login, host_name, source, auth_type, noise, folder):
    settings = {**HOSTS[host_name], **login.settings}
    chosen = {"unset": "", "its own": login.kind, "unknown": "kerberos"}.get(auth_type, auth_type)
    if chosen:
        settings["auth_type"] = chosen
    if noise == "scopes":
        settings["scopes"] = "jobs, clusters"
    name = re.sub(r"[^\w]+", "-", "_".join([login_name, host_name, source, auth_type, noise]))
    home = folder / name
    home.mkdir()
    (home / "az-stand-in").write_text(login.az)
    environment, profiles, in_code = {**login.variables, "HOME": str(home)}, "", {}
    if source == "environment" or source == "in code":
        coded = {key: value for key, value in settings.items() if source == "in code" and key not in NEVER_IN_CODE}
        in_code = {key: value for key, value in coded.items() if key not in ("scopes", "oidc_token_filepath", "azure_use_msi")}
        environment |= {VARIABLES[key]: value for key, value in settings.items() if key in VARIABLES and key not in in_code}
    elif source == "host apart":
        environment |= {"DATABRICKS_HOST": settings.pop("host"), "DATABRICKS_CONFIG_PROFILE": "work"}
        profiles = profile_text("work", settings)
    else:
        profile = {"default profile": "DEFAULT"}.get(source, "work")
        profiles = profile_text(profile, settings)
        if source == "named profile":
            environment["DATABRICKS_CONFIG_PROFILE"] = "work"
        elif source == "profile of the settings":
            profiles = profile_text("__settings__", {"default_profile": "work"}) + profiles
    # The SDK for Go calls these two by other names in a file.
    for python, go in (("oidc_token_filepath", "databricks_id_token_filepath"), ("token_audience", "audience")):
        profiles = re.sub(rf"^({python}) = (.*)$", rf"\1 = \2\n{go} = \2", profiles, flags=re.M)
    if noise == "tenant":
        environment["ARM_TENANT_ID"] = TENANT
    if noise == "other profile":
        profiles += profile_text("other", {"host": "https://elsewhere.example", "token": "not-mine-canary"})
    if profiles:
        (home / ".databrickscfg").write_text(profiles)
    return {"name": name, "environment": environment, "settings": in_code,
            # A host that names pat is waited for, since it may still bring its token.
            "timeout_ms": 300 if chosen == "pat" and "token" not in login.settings else 60_000}


def cases(folder, google_account, metadata_url):
    known = logins(folder, google_account, metadata_url)
    # What people have most: each login on its own cloud.
    homes = {name: {"azure": "azure", "google": "gcp"}.get(name.split("-")[0], "azure" if "azure" in name else "aws")
             for name in known}
    plain = [(name, homes[name], source, auth_type, "none") for name in sorted(known)
             for source, auth_type in (("environment", "unset"), ("named profile", "its own"))]
    rows = [(name, homes[name] if host == "home" else host, *rest) for name, host, *rest in
            pairwise(MAIN, ("home", "aws", "azure", "gcp", "account"), SOURCES, AUTH_TYPES, NOISE)]
    for name, *rest in dict.fromkeys([*plain, *map(tuple, rows)]):
        yield case_of(name, known[name], *rest, folder)
