"""A real Airflow of one's own: its four processes in a fresh home, on free ports, each ended by its pid.

Nothing here knows pytest: the tests, the measurements and examples/airflow/run start it alike.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
STOCK_PYTHON = ROOT / "build/venv-airflow/bin/python"
PYTHON = ROOT / "build/venv-airflow-brickwork/bin/python"

COMPONENTS = {"api-server": ["api-server"], "scheduler": ["scheduler"], "dag-processor": ["dag-processor"],
              "triggerer": ["triggerer"]}
USERS = {"admin": "admin", "op": "op", "user": "user", "viewer": "viewer"}  # name → role; the password is the name
OPEN = urllib.request.build_opener(urllib.request.ProxyHandler({})).open  # no proxy is asked for this machine
TERMINAL = ("success", "failed")


def free_ports(count):
    """Ports that nobody listens on, all held until the last is known so that none comes twice."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def connection_of(url, token, **extra):
    """The workspace as a connection of Airflow, the value of AIRFLOW_CONN_DATABRICKS_DEFAULT."""
    address = urllib.parse.urlparse(url)
    return json.dumps({"conn_type": "databricks", "host": address.hostname, "port": address.port,
                       "schema": address.scheme, "password": token, "extra": extra})


class Refused(Exception):
    """An answer that is not 2xx; `status` and `document`."""

    def __init__(self, status, text):
        super().__init__(f"{status}: {text[:2000]}")
        self.status = status
        self.text = text


class Airflow:
    """One installation; a context manager that leaves no process behind."""

    def __init__(self, home, connection, python=PYTHON, database=None, users=USERS, base_path="", **settings):
        self.home = Path(home)
        self.python = Path(python)
        self.dags = self.home / "dags"
        self.dags.mkdir(parents=True, exist_ok=True)
        self.processes = {}
        self.tokens = {}
        port, worker_logs, trigger_logs = free_ports(3)
        self.url = f"http://127.0.0.1:{port}{base_path}"
        passwords = self.home / "passwords.json"
        passwords.write_text(json.dumps({name: name for name in users}))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DATABRICKS_"))}
        chosen = {
            "CORE__LOAD_EXAMPLES": "False", "CORE__EXECUTOR": "LocalExecutor", "CORE__PARALLELISM": "8",
            "CORE__DAGS_FOLDER": self.dags, "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{name}:{role}" for name, role in users.items()),
            "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": passwords,
            "CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "API__HOST": "127.0.0.1", "API__PORT": port, "API__BASE_URL": self.url, "API__WORKERS": "1",
            "API__SECRET_KEY": secrets.token_hex(16), "API_AUTH__JWT_SECRET": secrets.token_hex(32),
            "DAG_PROCESSOR__REFRESH_INTERVAL": "5", "WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
            "LOGGING__WORKER_LOG_SERVER_PORT": worker_logs, "LOGGING__TRIGGER_LOG_SERVER_PORT": trigger_logs,
            **({"DATABASE__SQL_ALCHEMY_CONN": database} if database else {}), **settings}
        self.environment = {**kept, "AIRFLOW_HOME": str(self.home), "AIRFLOW_CONN_DATABRICKS_DEFAULT": connection,
                            "NO_PROXY": "*", "no_proxy": "*",
                            **{f"AIRFLOW__{name}": str(value) for name, value in chosen.items()}}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # Processes

    def command(self, *arguments, timeout=300):
        """The output of an `airflow` command."""
        ended = subprocess.run([self.python, "-m", "airflow", *map(str, arguments)], env=self.environment, cwd=self.home,
                               capture_output=True, text=True, timeout=timeout, check=False)
        if ended.returncode != 0:
            raise RuntimeError(f"airflow {' '.join(map(str, arguments))} ended with {ended.returncode}\n"
                               f"{ended.stdout[-3000:]}{ended.stderr[-3000:]}")
        return ended.stdout

    def start(self, *names):
        """Starts all components, or the named ones, and waits until they say that they are healthy."""
        if not (self.home / "migrated").exists():
            self.command("db", "migrate")
            (self.home / "migrated").touch()
        for name in names or COMPONENTS:
            log = (self.home / f"{name}.log").open("ab")
            self.processes[name] = subprocess.Popen(  # a session of its own: what it starts ends with it
                [self.python, "-m", "airflow", *COMPONENTS[name]], env=self.environment, cwd=self.home, stdout=log,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
            log.close()
        self.wait(self._is_healthy, "Airflow to be healthy", 120)
        return self

    def stop(self, *names, signal_number=signal.SIGTERM, patience=8):
        """Ends all components, or the named ones, and whatever runs in their sessions."""
        ending = [(name, self.processes.pop(name)) for name in names or list(self.processes)]
        for _, process in ending:
            self._signal(process, signal_number)
        deadline = time.monotonic() + patience
        for _, process in ending:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
            self._signal(process, signal.SIGKILL)
            process.wait()

    @staticmethod
    def _signal(process, number):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            pass

    def _is_healthy(self):
        ended = {name: process.returncode for name, process in self.processes.items() if process.poll() is not None}
        if ended:
            name = next(iter(ended))
            raise RuntimeError(f"{ended}\n" + (self.home / f"{name}.log").read_text(errors="replace")[-4000:])
        try:
            with OPEN(f"{self.url}/api/v2/monitor/health", timeout=5) as answer:
                health = json.load(answer)
        except OSError:
            return False
        words = {"scheduler": "scheduler", "triggerer": "triggerer", "dag-processor": "dag_processor"}
        return all(health[words[name]]["status"] == "healthy" for name in self.processes if name in words)

    @staticmethod
    def wait(condition, what, seconds=120, pause=0.25):
        """What the condition gives, as soon as it gives something."""
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds} s for {what}")
            time.sleep(pause)
        return found

    # The public API

    def token(self, user="admin"):
        if user not in self.tokens:
            answer = self.ask("POST", "/auth/token", {"username": user, "password": user}, user=None)
            self.tokens[user] = answer["access_token"]
        return self.tokens[user]

    def ask(self, method, path, body=None, user="admin"):
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if user:
            headers["Authorization"] = f"Bearer {self.token(user)}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with OPEN(request, timeout=60) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise Refused(error.code, error.read().decode(errors="replace")) from None
        return json.loads(text) if text else None

    def add_dag(self, dag_id, source):
        """Writes a DAG file and waits until Airflow knows its newest form."""
        path = self.dags / f"{dag_id}.py"
        path.write_text(source)
        self.wait(lambda: self._knows(dag_id), f"DAG {dag_id} to be parsed", 60)

    def _knows(self, dag_id):
        try:
            return self.ask("GET", f"/api/v2/dags/{dag_id}")
        except Refused as refused:
            if refused.status != 404:
                raise
        errors = self.ask("GET", "/api/v2/importErrors")["import_errors"]
        if errors:
            raise RuntimeError(errors[0]["stack_trace"])
        return None

    def trigger(self, dag_id, run_id):
        return self.ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None, "dag_run_id": run_id})

    def run_state(self, dag_id, run_id):
        return self.ask("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"]

    def finished(self, dag_id, run_id, seconds=240):
        """The state of a DAG run that has ended."""
        def ended():
            state = self.run_state(dag_id, run_id)
            return state if state in TERMINAL else None
        return self.wait(ended, f"{dag_id} {run_id} to end", seconds)

    def tasks(self, dag_id, run_id):
        """Task id → task instance; of mapped tasks the id carries [index]."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=1000"
        return {each["task_id"] + (f"[{each['map_index']}]" if each["map_index"] >= 0 else ""): each
                for each in self.ask("GET", path)["task_instances"]}

    def states(self, dag_id, run_id):
        return {name: each["state"] for name, each in self.tasks(dag_id, run_id).items()}

    def clear(self, dag_id, run_id, task_ids, user="admin", **options):
        """What Airflow's own Clear button sends."""
        body = {"dry_run": False, "dag_run_id": run_id, "task_ids": task_ids, "only_failed": False,
                "include_downstream": True, "reset_dag_runs": True, **options}
        return self.ask("POST", f"/api/v2/dags/{dag_id}/clearTaskInstances", body, user)

    def log(self, dag_id, run_id, task_id, attempt=1):
        """The text of a task's log."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{attempt}?full_content=true"
        answer = self.ask("GET", path)["content"]
        return "\n".join(each.get("event", "") if isinstance(each, dict) else str(each) for each in answer)
