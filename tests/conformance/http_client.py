"""Plain HTTP to a local workspace, for what an SDK hides."""

import http.client
import json
import socket
import ssl
from urllib.parse import urlparse


class Plain:
    """One keep-alive connection that sends the token unless told otherwise."""

    def __init__(self, workspace, token=None, context: ssl.SSLContext | None = None):
        self.address = urlparse(workspace.url)
        self.token = workspace.token if token is None else token
        host, port = self.address.hostname, self.address.port
        if context:
            self.connection = http.client.HTTPSConnection(host, port, timeout=30, context=context)
        else:
            self.connection = http.client.HTTPConnection(host, port, timeout=30)

    def ask(self, method, path, body=None, headers=None):
        """(status, headers, document) of one request; a body that is not JSON comes as text."""
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = json.dumps(body) if isinstance(body, (dict, list)) else body
        self.connection.request(method, path, data, {**sent, **(headers or {})})
        answer = self.connection.getresponse()
        text = answer.read()
        is_json = text and answer.headers.get("Content-Type", "").startswith("application/json")
        return answer.status, answer.headers, json.loads(text) if is_json else text.decode()

    def raw(self, data: bytes) -> bytes:
        """Everything that the server sends back until it closes."""
        with socket.create_connection((self.address.hostname, self.address.port), timeout=30) as connection:
            connection.sendall(data)
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
            return received
