"""The login of an app as a person goes through it: in Chromium, to the app's own address and back."""

import http.server
import threading
import urllib.parse

import pytest
import requests
from browser import Browser
from databricks.sdk.oauth import OAuthClient


@pytest.fixture
def app():
    """What listens where the app wants the browser to come back to."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            server.called.update(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<h1 id=back>back</h1>")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.called = {}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.mark.parametrize("answer", ["allow", "deny"])
def test_a_person_answers_and_the_app_hears_it(workspace, app, tmp_path, answer):
    asked = OAuthClient.from_host(workspace.url, "databricks-cli", f"http://127.0.0.1:{app.server_port}").initiate_consent()
    browser = Browser(tmp_path / "profile")
    try:
        browser.driver.get(asked.authorization_url)
        browser.find("#token").send_keys(workspace.token)
        browser.find(".login button").click()
        assert "Databricks CLI" in browser.find("main").text
        browser.find(f"#{answer}").click()
        browser.find("#back")
        assert [each for each in browser.complaints() if "favicon" not in each] == []
    finally:
        browser.quit()
    if answer == "deny":
        assert app.called["error"] == "access_denied" and "code" not in app.called
        return
    token = asked.exchange_callback_parameters(app.called).token()
    me = requests.get(workspace.url + "/api/2.0/preview/scim/v2/Me", timeout=30,
                      headers={"Authorization": f"Bearer {token.access_token}"}).json()
    assert me["userName"] == "brickwork@localhost"
