"""What each identity provider answers: functions of one request, with the checks that the real ones make.

Tokens are made of what was asked for, so that two clients which ask for the same get the same.
"""

import base64
import json
import re
import time
import urllib.parse
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "azure-application"
SECRET = "azure-secret-canary"
SERVICE_PRINCIPAL = "service-principal"
SERVICE_PRINCIPAL_SECRET = "principal-secret-canary"
RESOURCE_ID = "/subscriptions/sub-1/resourceGroups/rg/providers/Microsoft.Databricks/workspaces/one"
ACCOUNT = "aaaaaaaa-0000-0000-0000-00000000000a"
GITHUB_TOKEN = "github-request-canary"
DEVOPS_TOKEN = "devops-access-canary"
ID_TOKEN = "eyJ.id-token-canary.sig"
SERVICE_ACCOUNT = "robot@project.iam.gserviceaccount.com"
REFRESH_TOKEN = "google-refresh-canary"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
STARTED = int(time.time())
EXPIRES = STARTED + 3600


@dataclass
class Request:
    method: str
    host: str
    path: str
    query: dict
    headers: dict  # names in lower case
    body: bytes = b""
    secure: bool = True

    @property
    def form(self):
        return {name: values[-1] for name, values in urllib.parse.parse_qs(self.body.decode(), keep_blank_values=True).items()}

    def basic(self):
        """Client id and secret of HTTP Basic, as clients of OAuth write them: percent-encoded or, most of them, not."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        if kind != "Basic":
            return None, None
        name, _, secret = base64.b64decode(value).decode().partition(":")
        return urllib.parse.unquote(name), urllib.parse.unquote(secret)


@dataclass
class Answer:
    status: int = 200
    body: object = field(default_factory=dict)
    headers: dict = field(default_factory=dict)


def encoded(data: bytes):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned_token(**claims):
    """A token that says when it ends, for clients which look into it."""
    claims = {"exp": EXPIRES, "iat": STARTED, **claims}
    return ".".join([encoded(b'{"alg":"none"}'), encoded(json.dumps(claims, sort_keys=True).encode()), encoded(b"signature")])


def oauth_error(status, error, description):
    return Answer(status, {"error": error, "error_description": description})


# ---- Databricks

def cloud_of(host):
    return "Azure" if "azure" in host else "GCP" if ".gcp." in host else "AWS"


def workspace_config(request):
    if request.host.startswith("accounts."):
        return Answer(200, {"oidc_endpoint": f"https://{request.host}/oidc/accounts/{{account_id}}",
                            "cloud": cloud_of(request.host), "host_type": "account"})
    return Answer(200, {"oidc_endpoint": f"https://{request.host}/oidc", "account_id": ACCOUNT, "workspace_id": "1234",
                        "cloud": cloud_of(request.host), "host_type": "workspace"})


def discovery(request):
    root = f"https://{request.host}" + request.path.split("/.well-known")[0]
    return Answer(200, {"authorization_endpoint": root + "/v1/authorize", "token_endpoint": root + "/v1/token"})


def databricks_token(request):
    form = request.form
    grant, scope = form.get("grant_type"), form.get("scope", "").replace(" ", "+")
    if grant == "client_credentials":
        name, secret = request.basic()
        if name is None:
            name, secret = form.get("client_id"), form.get("client_secret")
        if (name, secret) != (SERVICE_PRINCIPAL, SERVICE_PRINCIPAL_SECRET):
            return oauth_error(401, "invalid_client", "Client authentication failed")
        token = f"m2m:{request.host}:{name}:{scope}"
    elif grant == EXCHANGE:
        if form.get("subject_token_type") != "urn:ietf:params:oauth:token-type:jwt" or not form.get("subject_token"):
            return oauth_error(400, "invalid_request", "subject_token is missing")
        if "refused" in form["subject_token"]:
            return oauth_error(400, "invalid_grant", "the federation policy does not accept this token")
        digest = form["subject_token"].replace("-canary", "").replace("/", "_")
        token = f"exchanged:{request.host}:{form.get('client_id', '')}:{scope}:{digest}"
    else:
        return oauth_error(400, "unsupported_grant_type", str(grant))
    return Answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": form.get("scope")})


def tenant_redirect(request):
    if "azure" not in request.host:
        return Answer(404, {"error_code": "ENDPOINT_NOT_FOUND", "message": "no such page"})
    return Answer(302, "", {"Location": f"https://login.microsoftonline.com/{TENANT}/oauth2/authorize?client_id=x"})


# ---- Microsoft

def entra_token(request):
    form = request.form
    tenant = request.path.split("/")[1]
    if tenant != TENANT:
        return oauth_error(400, "invalid_request",
                           f"AADSTS90002: Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID.")
    name, secret = request.basic()
    if name is None:
        name, secret = form.get("client_id"), form.get("client_secret")
    if "client_assertion" in form:
        name, by = form.get("client_id"), f"assertion:{form['client_assertion']}"
        if form.get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
            return oauth_error(400, "invalid_request", "AADSTS900144: client_assertion_type is missing")
    else:
        by = "secret"
        if (name, secret) != (CLIENT, SECRET):
            return oauth_error(401, "invalid_client", "AADSTS7000215: Invalid client secret provided. Ensure the secret "
                               f"being sent is the client secret value, not the client secret ID, for app '{name}'.")
    if form.get("grant_type") != "client_credentials" or not form.get("resource"):
        return oauth_error(400, "invalid_request", "AADSTS900144: resource is missing")
    return Answer(200, {"token_type": "Bearer", "expires_in": "3599", "ext_expires_in": "3599",
                        "expires_on": str(EXPIRES), "not_before": str(STARTED), "resource": form["resource"],
                        "access_token": f"entra:{tenant}:{name}:{by}:{form['resource']}".replace("-canary", "")})


def resource_manager(request):
    if not request.headers.get("authorization", "").startswith("Bearer "):
        return Answer(401, {"error": {"code": "AuthenticationFailed", "message": "Authentication failed."}})
    if request.path != RESOURCE_ID or request.query.get("api-version") != "2018-04-01":
        return Answer(404, {"error": {"code": "ResourceNotFound", "message": f"The Resource '{request.path}' was not found."}})
    return Answer(200, {"properties": {"workspaceUrl": "adb-1.2.azuredatabricks.net"}})


def azure_instance_metadata(request):
    if request.headers.get("metadata") != "true":
        return Answer(400, {"error": "invalid_request", "error_description": "Required metadata header not specified"})
    name = request.query.get("client_id", "system")
    if name == "unknown":
        return Answer(400, {"error": "invalid_request", "error_description": "Identity not found"})
    return Answer(200, {"access_token": f"managed:{name}:{request.query.get('resource')}", "expires_on": str(EXPIRES),
                        "expires_in": "3599", "token_type": "Bearer", "resource": request.query.get("resource")})


def devops_id_token(request):
    wanted = "/org/project/_apis/distributedtask/hubs/build/plans/plan/jobs/job/oidctoken"
    if request.method != "POST" or request.path.replace("//", "/") != wanted or request.query.get("api-version") != "7.2-preview.1":
        return Answer(404, {"message": "The controller for path was not found"})
    if request.headers.get("authorization") != f"Bearer {DEVOPS_TOKEN}":
        return Answer(401, {"message": "TF400813: The user is not authorized to access this resource."})
    return Answer(200, {"oidcToken": "devops-id-token"})


# ---- GitHub

def github_id_token(request):
    if request.headers.get("authorization") not in (f"Bearer {GITHUB_TOKEN}", f"bearer {GITHUB_TOKEN}"):
        return Answer(401, {"message": "the request token is wrong"})
    return Answer(200, {"value": f"github-id-token:{request.query.get('audience')}", "count": 10})


# ---- Google

class GoogleKeys:
    """A service account with a key of its own; the token endpoint checks what it signs."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def account(self):
        private = self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                         serialization.NoEncryption()).decode()
        return {"type": "service_account", "project_id": "project", "private_key_id": "key-1", "private_key": private,
                "client_email": SERVICE_ACCOUNT, "client_id": "1", "token_uri": "https://oauth2.googleapis.com/token",
                "universe_domain": "googleapis.com"}

    def claims_of(self, assertion):
        signed, _, signature = assertion.rpartition(".")
        pad = lambda text: text + "=" * (-len(text) % 4)  # noqa: E731
        try:
            self.key.public_key().verify(base64.urlsafe_b64decode(pad(signature)), signed.encode(), padding.PKCS1v15(),
                                         hashes.SHA256())
        except InvalidSignature:
            return None
        header, claims = (json.loads(base64.urlsafe_b64decode(pad(part))) for part in signed.split("."))
        assert header["alg"] == "RS256"
        return claims

    def token(self, request):
        form = request.form
        if form.get("grant_type") == "refresh_token":
            if form.get("refresh_token") != REFRESH_TOKEN:
                return oauth_error(400, "invalid_grant", "Token has been expired or revoked.")
            return Answer(200, {"access_token": "google-user", "expires_in": 3599, "token_type": "Bearer"})
        if form.get("grant_type") != JWT_BEARER:
            return oauth_error(400, "unsupported_grant_type", "Invalid grant_type")
        claims = self.claims_of(form.get("assertion", ""))
        if claims is None or claims["iss"] != SERVICE_ACCOUNT:
            return oauth_error(400, "invalid_grant", "Invalid JWT Signature.")
        if not (STARTED - 600 < claims["iat"] < claims["exp"] <= claims["iat"] + 3600):
            return oauth_error(400, "invalid_grant", "Invalid JWT: Token must be a short-lived token")
        if "target_audience" in claims:
            return Answer(200, {"id_token": unsigned_token(aud=claims["target_audience"], sub=SERVICE_ACCOUNT)})
        return Answer(200, {"access_token": "google:" + claims["scope"].replace(" ", "+"), "expires_in": 3599, "token_type": "Bearer"})


def google_metadata(request):
    if request.headers.get("metadata-flavor") != "Google":
        return Answer(403, "Missing Metadata-Flavor:Google header.")
    flavor = {"Metadata-Flavor": "Google"}
    root = "/computeMetadata/v1/instance/service-accounts/"
    if request.path.startswith(root) and request.path.endswith("/token"):
        return Answer(200, {"access_token": "google-instance", "expires_in": 3599, "token_type": "Bearer"}, flavor)
    if request.path.startswith(root):
        return Answer(200, {"email": "instance@project.iam.gserviceaccount.com", "aliases": ["default"],
                            "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}, flavor)
    if request.path == "/computeMetadata/v1/project/project-id":
        return Answer(200, "project", flavor)
    if request.path == "/computeMetadata/v1/universe/universe-domain" or request.path == "/computeMetadata/v1/universe/universe_domain":
        return Answer(200, "googleapis.com", flavor)
    return Answer(200 if request.path == "/" else 404, "", flavor)


def google_impersonation(request):
    said = request.headers.get("authorization", "")
    found = re.fullmatch(r"/v1/projects/-/serviceAccounts/([^:]+):(\w+)", urllib.parse.unquote(request.path))
    if not said.startswith("Bearer google") or not found:
        return Answer(403, {"error": {"code": 403, "status": "PERMISSION_DENIED",
                                      "message": "Permission 'iam.serviceAccounts.getOpenIdToken' denied"}})
    account, what = found.groups()
    asked = json.loads(request.body)
    if what == "generateIdToken":
        return Answer(200, {"token": unsigned_token(aud=asked["audience"], sub=account, email=asked.get("includeEmail"))})
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(EXPIRES))
    return Answer(200, {"accessToken": f"impersonated:{account}:{','.join(sorted(asked['scope']))}", "expireTime": ends})


# ---- A metadata service beside the program, as editors run one

def metadata_service(request):
    if request.headers.get("x-databricks-metadata-version") != "1":
        return Answer(400, {"message": "version 1 is spoken here"})
    if "elsewhere" in request.headers.get("x-databricks-host", "elsewhere"):
        return Answer(404, {"message": "no session for this host"})
    return Answer(200, {"access_token": f"local:{request.headers['x-databricks-host']}", "token_type": "Bearer",
                        "expires_on": EXPIRES})
