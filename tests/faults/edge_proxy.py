"""An HTTP proxy in front of a workspace that does something at one edge of one request: kills a process, or cuts the line."""

import http.client
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlparse

MOMENTS = ("before", "after", "answered")  # the workspace saw it; it took effect, the answer is lost; the answer is sent


class EdgeProxy:
    """Counts the requests since `arm` and acts once, at `moment` of request number `index`."""

    def __init__(self, url):
        self.target = urlparse(url)
        self.lock = threading.Lock()
        self.kill, self.index, self.moment, self.count = None, None, None, 0
        self.counted = ""  # only requests whose path ends so count
        self.cut = lambda: False  # whether an answer gets lost although nobody dies
        self.fired = 0
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def relay(self):
                proxy.relay(self)

            do_GET = do_POST = do_PUT = do_DELETE = relay

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # a client that was killed

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def arm(self, kill, index, moment):
        with self.lock:
            self.kill, self.index, self.moment, self.count = kill, index, moment, 0

    def disarm(self):
        self.arm(None, None, None)

    def acts(self, number, moment):
        with self.lock:
            kill = self.kill if (number, moment) == (self.index, self.moment) else None
            if kill is None:
                return False
            self.kill = None
            self.fired += 1
        kill()
        return True

    def relay(self, handler):
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        with self.lock:
            counts = handler.path.endswith(self.counted)
            number = self.count if counts else -1
            self.count += counts
        handler.close_connection = True
        if self.acts(number, "before"):
            return
        upstream = http.client.HTTPConnection(self.target.hostname, self.target.port, timeout=60)
        headers = {name: value for name, value in handler.headers.items()
                   if name.lower() not in ("host", "connection", "content-length", "accept-encoding")}
        upstream.request(handler.command, handler.path, body or None, headers)
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        if self.acts(number, "after") or self.cut():
            return
        handler.send_response(answer.status)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(content)))
        handler.send_header("connection", "close")
        handler.end_headers()
        handler.wfile.write(content)
        handler.wfile.flush()
        self.acts(number, "answered")

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def killer(process):
    def kill():
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
    return kill
