"""Every kind of login against a provider that misbehaves in every way: no secret is seen, none goes to another host, and the
error says in the provider's own words what to do. Then the ways to a provider: a real proxy, TLS, certificates.
"""

import json
import re
import shutil
import socket
import ssl
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from cases import HOSTS, VARIABLES, logins
from certificates import Authority
from environments import need

CANARY = "canary"
FAULTS = ("slow", "down", "throttle", "unavailable", "garbage", "html", "refuse", "redirect")
# The provider of each login, and the host whose cloud it is for.
KINDS = {
    "m2m": ("aws", "/oidc/v1/token"), "metadata": ("aws", "/session"), "env-oidc": ("aws", "/oidc/v1/token"),
    "file-oidc": ("aws", "/oidc/v1/token"), "github": ("aws", "githubusercontent.com"), "devops": ("aws", "dev.azure.com"),
    "github-azure": ("azure", "login.microsoftonline.com"), "azure-secret": ("azure", "login.microsoftonline.com"),
    "azure-msi": ("azure", "/metadata/identity"), "google-credentials-text": ("gcp", "oauth2.googleapis.com"),
    "google-id": ("gcp", "iamcredentials.googleapis.com"),
}
QUICK = {"retry": {"max_attempts": 2, "first_delay_ms": 1, "max_delay_ms": 5}}
EXPECTED = {
    "slow": {"UNAVAILABLE"}, "down": {"UNAVAILABLE"}, "throttle": {"UNAVAILABLE"},
    "unavailable": {"UNAVAILABLE"}, "garbage": {"UNAVAILABLE"}, "html": {"FAILED_PRECONDITION"},
    "refuse": {"UNAUTHENTICATED"}, "redirect": {"FAILED_PRECONDITION"},
}


@pytest.fixture(scope="module")
def known(place, all_stand_ins):
    folder = place / "hygiene"
    folder.mkdir()
    return logins(folder, all_stand_ins.google.account(), f"http://localhost:{all_stand_ins.plain}/session/path-canary")


def case_of(name, login, host, home, **more):
    settings = {**HOSTS[host], **login.settings, "auth_type": login.kind}
    home.mkdir(exist_ok=True)
    (home / "az-stand-in").write_text(more.pop("az", login.az))
    environment = {**login.variables, "HOME": str(home), **{VARIABLES[key]: value for key, value in settings.items()}}
    return {"name": name, "environment": {**environment, **more.pop("environment", {})}, "settings": {}, "timeout_ms": 3000,
            "connection": {**QUICK, **more.pop("connection", {})}, **more}


def beside(ours, cases, processes=4):
    """The same answers, sooner: most of these cases wait."""
    with ThreadPoolExecutor(processes) as pool:
        parts = pool.map(ours, [cases[first::processes] for first in range(processes)])
    return {name: said for part in parts for name, said in part.items()}


def shown(said):
    """All that a host may write down."""
    return json.dumps(said)


@pytest.mark.parametrize("fault", FAULTS)
def test_no_secret_is_shown_or_sent_elsewhere(fault, stand_ins, ours, known, tmp_path):
    stand_ins.faults = {pattern: fault for _, pattern in KINDS.values()}
    passing = EXPECTED[fault] == {"UNAVAILABLE"}  # then a login is tried again for as long as its operation has
    made = [case_of(f"{name}-{fault}", known[name], host, tmp_path / name, timeout_ms=1000 if passing else 20_000)
            for name, (host, _) in KINDS.items()]
    for name, said in beside(ours, made).items():
        assert said.get("status") in EXPECTED[fault], said
        assert CANARY not in shown(said) and "PRIVATE KEY" not in shown(said), said
        kind = known[name.removesuffix(f"-{fault}")].kind
        assert re.search(r"\((environment variable|connection|profile)|ACTIONS_|SYSTEM_|GOOGLE_|runs it", said["error"]), (kind, said)
        if fault == "refuse":
            assert "the administrator has not consented" in said["error"], said
        if fault in ("html", "redirect"):
            assert "page" in said["error"], said
    assert not [request for request in stand_ins.asked if request.host == "elsewhere.example"]
    assert not [request for request in stand_ins.asked if request.path.startswith("/api/")]


def test_a_workspace_that_redirects_gets_no_secret_to_another_host(stand_ins, ours, known, tmp_path):
    stand_ins.faults = {"/api/": "redirect"}
    said = ours([case_of(name, known[name], host, tmp_path / name) for name, (host, _) in KINDS.items()])
    assert all(CANARY not in shown(each) and "error" in each and each["log"] for each in said.values())
    assert {request.host for request in stand_ins.asked if request.path.startswith("/api/")} == {
        "dbc-1.cloud.databricks.com", "adb-1.2.azuredatabricks.net", "7.gcp.databricks.com"}
    assert not [request for request in stand_ins.asked if request.host == "elsewhere.example"]


def test_a_workspace_that_repeats_what_it_was_sent_shows_no_secret(stand_ins, ours, known, tmp_path):
    from providers import Answer

    stand_ins.faults = {"/api/": lambda request: Answer(403, {"message": json.dumps(request.headers)})}
    sent = {}
    said = ours([case_of(name, known[name], host, tmp_path / name) for name, (host, _) in KINDS.items()])
    for request in stand_ins.asked:
        if request.path.startswith("/api/"):
            sent[request.path.rpartition("/")[2]] = [request.headers[name] for name in request.headers
                                                     if name == "authorization" or name.endswith("token")]
    assert set(sent) == set(KINDS)
    for name, secrets in sent.items():
        for secret in secrets:
            assert secret.removeprefix("Bearer ") not in said[name]["error"], said[name]


def test_metadata_addresses_are_asked_by_the_kinds_that_want_them_only(stand_ins, ours, known, tmp_path):
    others = {name: host for name, (host, _) in KINDS.items() if name not in ("azure-msi",)}
    said = ours([case_of(name, known[name], host, tmp_path / name) for name, host in others.items()])
    assert all("error" not in each for each in said.values()), said
    assert not [request.path for request in stand_ins.asked if request.path.startswith(("/metadata/", "/computeMetadata"))]


AZ = {"out": ("UNAUTHENTICATED", "az login"), "junk": ("FAILED_PRECONDITION", "no JSON object"),
      "flood": ("RESOURCE_EXHAUSTED", "was ended"), "hang": ("UNAVAILABLE", "az account show")}


def test_az_that_misbehaves_is_ended_and_told_no_secret(stand_ins, ours, known, tmp_path, az):
    secret = {"ARM_CLIENT_SECRET": "az-secret-canary", "DATABRICKS_TOKEN": "az-token-canary"}
    log = az / "az.log"
    log.unlink(missing_ok=True)
    made = [case_of(who, known["azure-cli-tenant"], "azure", tmp_path / who, az=who, environment=secret) for who in AZ]
    for who, said in ours(made).items():
        status, words = AZ[who]
        assert said["status"] == status and words in said["error"], said
        assert CANARY not in shown(said), said
    assert CANARY not in log.read_text() and "/bin" in log.read_text()
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert str(az) not in left, left


def test_az_that_is_absent_is_missed_by_name(ours, known, tmp_path):
    made = case_of("absent", known["azure-cli-tenant"], "azure", tmp_path / "absent", environment={"PATH": str(tmp_path)})
    said = ours([made])["absent"]
    assert said["status"] == "FAILED_PRECONDITION" and "PATH has a program az" in said["error"], said


# ---- Ways to a provider

@pytest.fixture
def tinyproxy(stand_ins, tmp_path):
    """A proxy that others wrote. What it lets through goes to the stand-ins, which answer for every name."""
    need("tinyproxy")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = tmp_path / "tinyproxy.conf"
    file.write_text(f"Port {port}\nListen 127.0.0.1\nTimeout 20\nMaxClients 20\nLogLevel Info\nLogFile \"{tmp_path}/log\"\n"
                    f"BasicAuth somebody proxy-password-canary\nConnectPort 443\nUpstream http 127.0.0.1:{stand_ins.plain}\n")
    process = subprocess.Popen([shutil.which("tinyproxy"), "-d", "-c", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
        assert time.monotonic() < until and process.poll() is None
        time.sleep(0.02)
    yield f"127.0.0.1:{port}"
    process.terminate()
    process.wait()


def test_a_real_proxy_is_used_and_its_password_not_shown(tinyproxy, stand_ins, ours, known, tmp_path):
    def case(name, proxy, **more):
        return case_of(name, known["azure-secret"], "azure", tmp_path / name,
                       environment={"HTTPS_PROXY": proxy, **more.pop("environment", {})}, **more)

    good = f"http://somebody:proxy-password-canary@{tinyproxy}"
    said = ours([case("good", good), case("wrong", f"http://somebody:wrong-canary@{tinyproxy}"), case("none", tinyproxy),
                 case("named", "http://127.0.0.1:9", connection={"proxy": {"url": stand_ins.proxy}}),
                 case("refused", good, connection={"proxy": {"url": good}}),
                 case("direct", good, environment={"NO_PROXY": "azuredatabricks.net, login.microsoftonline.com"})])
    assert "error" not in said["good"] and "error" not in said["named"], said
    for name in ("wrong", "none"):
        assert said[name]["status"] == "UNAVAILABLE" and "proxy" in said[name]["error"], said[name]
    assert said["refused"]["status"] == "INVALID_ARGUMENT" and "/proxy/url" in said["refused"]["pointer"]
    assert said["direct"]["status"] == "UNAVAILABLE" and "proxy" not in said["direct"]["error"], said["direct"]
    assert CANARY not in json.dumps(said)
    assert CANARY not in json.dumps([headers for _, headers in stand_ins.tunnels])
    assert {target for target, _ in stand_ins.tunnels} == {"login.microsoftonline.com:443", "adb-1.2.azuredatabricks.net:443"}


@pytest.mark.filterwarnings("ignore:.*TLSv1:DeprecationWarning")
@pytest.mark.parametrize("trouble", ["stranger", "old", "wrong name"])
def test_a_provider_without_proper_tls_gets_nothing(trouble, stand_ins, ours, known, tmp_path):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority = Authority(tmp_path, "strangers") if trouble == "stranger" else stand_ins.authority
    tls.load_cert_chain(authority.issue("other", ["other.example" if trouble == "wrong name" else "localhost"]))
    if trouble == "old":
        tls.set_ciphers("DEFAULT:@SECLEVEL=0")
        tls.minimum_version, tls.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    port = stand_ins.serve(tls)
    login = known["m2m"]
    said = ours([case_of("m2m", login, "aws", tmp_path / "home", connection={
        "endpoints": {"token_endpoint": f"https://localhost:{port}/oidc/v1/token"}})])["m2m"]
    assert said["status"] == "UNAVAILABLE" and re.search("certificate|TLS", said["error"]), said
    assert not [request for request in stand_ins.asked if request.path == "/oidc/v1/token"]


def test_a_client_certificate_is_shown_to_the_workspace(stand_ins, ours, known, tmp_path):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(stand_ins.certificate)
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.load_verify_locations(stand_ins.authority.file)
    port = stand_ins.serve(tls)
    mine = stand_ins.authority.issue("mine")
    host = {"DATABRICKS_HOST": f"https://localhost:{port}"}
    said = ours([case_of("with", known["pat"], "aws", tmp_path / "with", environment=host,
                         connection={"tls": {"client_certificate_file": str(mine)}}),
                 case_of("without", known["pat"], "aws", tmp_path / "without", environment=host),
                 case_of("gone", known["pat"], "aws", tmp_path / "gone", environment=host,
                         connection={"tls": {"client_certificate_file": "/nowhere.pem"}})])
    assert "error" not in said["with"], said
    assert said["without"]["status"] == "UNAVAILABLE"
    assert "client_certificate_file" in said["gone"]["error"], said["gone"]
