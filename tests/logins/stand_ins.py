"""One server that is every host a login may talk to: a proxy that answers itself instead of passing anything on.

Clients are given HTTPS_PROXY and the authority of the test, so that they use real names and real TLS and need no
endpoint of their own changed. Nothing leaves the machine.
"""

import json
import re
import socket
import ssl
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import providers
from certificates import Authority
from providers import Answer, Request

NAMES = ["localhost", "*.azuredatabricks.net", "*.2.azuredatabricks.net", "*.cloud.databricks.com", "*.gcp.databricks.com",
         "accounts.azuredatabricks.net", "login.microsoftonline.com", "management.azure.com", "oauth2.googleapis.com",
         "iamcredentials.googleapis.com", "dev.azure.com", "pipelines.actions.githubusercontent.com", "elsewhere.example"]
LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in to your account</title></head><body>Sign in</body></html>"


class StandIns:
    """`asked` is every request in order; `faults` maps a pattern of "METHOD https://host/path" to what goes wrong there:
    slow, down, throttle, unavailable, garbage, html, refuse, redirect, or a function of the request."""

    def __init__(self, folder):
        self.authority = Authority(folder)
        self.certificate = self.authority.issue("server", NAMES, ["127.0.0.1"])
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(self.certificate)
        self.google = providers.GoogleKeys()
        self.asked = []
        self.faults = {}
        self.tunnels = []  # what CONNECT was asked for, and with which headers
        self.released = threading.Event()
        self.routes = self.table()
        self.plain, self.secure = self.serve(None), self.serve(self.tls)
        self.proxy = f"http://127.0.0.1:{self.plain}"
        self.url = f"https://localhost:{self.secure}"

    def table(self):
        workspace = r"https://([\w.-]*\.(azuredatabricks\.net|databricks\.com)|localhost|127\.0\.0\.1)"
        return [(re.compile(pattern), answer) for pattern, answer in [
            (rf"GET {workspace}/\.well-known/databricks-config", providers.workspace_config),
            (rf"GET {workspace}/oidc.*/\.well-known/oauth-authorization-server", providers.discovery),
            (rf"POST {workspace}/oidc.*/v1/token", providers.databricks_token),
            (rf"GET {workspace}/(aad/auth|oidc/oauth2/v2.0/authorize)", providers.tenant_redirect),
            (rf"\w+ {workspace}/api/", lambda request: Answer(200, {"userName": "me"})),
            (r"POST https://login\.microsoftonline\.com/[^/]+/oauth2/token", providers.entra_token),
            (r"GET https://management\.azure\.com/", providers.resource_manager),
            (r"GET http://[^/]+/metadata/identity/oauth2/token", providers.azure_instance_metadata),
            (r"\w+ https://dev\.azure\.com/", providers.devops_id_token),
            (r"GET https://pipelines\.actions\.githubusercontent\.com/token", providers.github_id_token),
            (r"POST https://oauth2\.googleapis\.com/token", self.google.token),
            (r"POST https://iamcredentials\.googleapis\.com/", providers.google_impersonation),
            (r"GET http://[^/]+/session", providers.metadata_service),
            (r"GET http://[^/]+(/computeMetadata/|/$)", providers.google_metadata)]]

    def answer(self, request):
        key = f"{request.method} {'https' if request.secure else 'http'}://{request.host}{request.path}"
        self.asked.append(request)
        for pattern, fault in self.faults.items():
            if re.search(pattern, key):
                changed = self.wrong(fault, request)
                if changed is not None:
                    return changed
        for pattern, answer in self.routes:
            if pattern.match(key):
                return answer(request)
        return Answer(404, {"error": "not_found", "error_description": f"no stand-in for {key}"})

    def wrong(self, fault, request):
        if callable(fault):
            return fault(request)
        if fault == "slow":
            self.released.wait(120)
            return None
        return {"down": None, "throttle": Answer(429, {"error": "slow_down"}, {"Retry-After": "1"}),
                "unavailable": Answer(503, {"error": "temporarily_unavailable", "error_description": "try again"}),
                "garbage": Answer(200, "{\"access_token\": 17, \"expires_in\": [", {"Content-Type": "application/json"}),
                "html": Answer(200, LOGIN_PAGE, {"Content-Type": "text/html"}),
                "refuse": Answer(401, {"error": "access_denied", "error_description": "the administrator has not consented; you sent "
                                              f"{request.body.decode()} {list(request.headers.values())} {request.path}"}),
                "redirect": Answer(307, "", {"Location": "https://elsewhere.example/collect"})}[fault] \
            if fault != "down" else ConnectionResetError

    def serve(self, tls):
        world = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            tunnel = None

            def setup(self):
                if tls:
                    self.request.settimeout(30)
                    self.request = tls.wrap_socket(self.request, server_side=True)
                super().setup()

            def do_CONNECT(self):
                world.tunnels.append((self.path, dict(self.headers)))
                self.send_response(200)
                self.end_headers()
                self.wfile.flush()
                self.tunnel = self.path
                self.connection = self.request = world.tls.wrap_socket(self.connection, server_side=True)
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
                self.close_connection = False

            def body(self):
                if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length") or 0))
                text = b""
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    text += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return text

            def do_any(self):
                parts = urllib.parse.urlsplit(self.path)
                host = (self.tunnel or parts.netloc or self.headers.get("Host", "")).removesuffix(":443")
                if not self.tunnel:
                    host = re.sub(r":\d+$", "", host) if not tls else host
                body = self.body()
                answer = world.answer(Request(
                    self.command, re.sub(r"^(localhost|127\.0\.0\.1):\d+$", r"\1", host), parts.path,
                    dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True)),
                    {name.lower(): value for name, value in self.headers.items()}, body, bool(tls or self.tunnel)))
                if answer is ConnectionResetError:
                    self.close_connection = True
                    self.connection.close()
                    return
                text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
                headers = {"Content-Type": "application/json", **answer.headers}
                self.send_response(answer.status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_any

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # a client that goes away, or does not trust us, is what some tests want

        server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.servers = [*getattr(self, "servers", []), server]
        return server.server_address[1]

    def close(self):
        self.released.set()
        for server in self.servers:
            server.shutdown()
            server.server_close()
