"""The pages of a login, as a browser without scripts goes through them, and the token endpoint."""

import html.parser
import urllib.parse

import requests
from http_client import Plain

REDIRECT = "http://localhost:8020"


class Form(html.parser.HTMLParser):
    """The first form of a page."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form" and attributes.get("action") != "/logout" and self.action is None:
            self.action = attributes["action"]
            self.fields = {}
        elif tag == "input":
            self.fields[attributes["name"]] = attributes.get("value", "")


def log_in(address, token, answer="allow"):
    """Opens the address that an app opens in a browser, logs in, answers, and returns what the app is called back with;
    or the page where it ended otherwise."""
    session = requests.Session()
    host = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(address))
    page = session.get(address, timeout=30)
    form = Form(page.text)
    assert form.action == "/login", page.text
    sent = session.post(host + form.action, {**form.fields, "token": token}, timeout=30, allow_redirects=False)
    while sent.status_code == 303:
        target = urllib.parse.urljoin(host, sent.headers["Location"])
        if not target.startswith(host + "/"):
            return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(target).query))
        sent = session.get(target, timeout=30, allow_redirects=False)
        form = Form(sent.text)
        if sent.status_code == 200 and form.action:
            sent = session.post(host + form.action, {**form.fields, "answer": answer}, timeout=30, allow_redirects=False)
    return sent


def token_of(local, status=200, path="/oidc/v1/token", auth=None, **form):
    """What the token endpoint answers to a form."""
    answer = requests.post(local.url + path, form, auth=auth, timeout=30)
    assert answer.status_code == status, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json()


def who(local, token):
    status, _, me = Plain(local, token).ask("GET", "/api/2.0/preview/scim/v2/Me")
    return me["userName" if "userName" in me else "applicationId"] if status == 200 else status
