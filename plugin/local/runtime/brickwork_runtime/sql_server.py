"""The Spark application of the SQL warehouses: one for all of them, which runs statements beside each other.

What it is told: {"op": "execute", "id", "statement", ...} and {"op": "cancel", "id"}. What it says of each statement:
{"op": "statement", "id", "state"}: RUNNING, and at last SUCCEEDED with the description of the files that hold the
result, FAILED with the error, or CANCELED when nothing of it runs any more.
"""

import logging
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from brickwork_runtime import spark_attach, spark_driver, sql_cells, sql_parameters, sql_results
from brickwork_runtime.catalog_store import CatalogStore
from brickwork_runtime.control import Control

AT_ONCE = 10  # what one cluster of a warehouse takes; the others wait as PENDING
TASKS = 16
CANCEL_AGAIN = 0.2  # seconds


def run_sql():
    control = Control()
    spec = control.receive()
    if spec is None:
        return
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # a statement that fails is no fault of ours
    try:
        context, session = spark_driver.start(beside_each_other(spec))
        server = SqlServer(control, context, session, CatalogStore(session, os.path.join(spec["state_dir"], "catalog")))
    except BaseException as error:  # noqa: BLE001: whoever waits for a statement is told why there is no Spark
        control.tell("failed", error=f"{type(error).__name__}: {error}".split("\n\tat ")[0])
        return
    control.tell("ready")
    server.serve()
    os._exit(0)  # the JVM ends with its standard input


def beside_each_other(spec):
    """More tasks than processors, in turns: a statement of long tasks must not keep those after it from beginning."""
    conf = {"spark.scheduler.mode": "FAIR", "spark.default.parallelism": os.cpu_count()}
    return {**spec, "spark_master": spec.get("spark_master") or f"local[{max(TASKS, os.cpu_count())}]", "spark_conf": conf}


class SqlServer:
    def __init__(self, control, context, session, catalog):
        self._control = control
        self._context = context
        self._session = session
        self._catalog = catalog
        self._catalog_lock = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, "statement")
        self._guard = threading.Lock()
        self._cancelled = set()
        self._running = {}  # id -> set at its end
        control.on_cancel = self._cancel

    def serve(self):
        while True:
            message = self._control.receive()
            if message is None:
                return
            self._pool.submit(self._execute, message)

    def _cancel(self, message):
        """Called on the control thread, perhaps before the statement's turn has come."""
        identity = message["id"]
        with self._guard:
            is_new = identity not in self._cancelled
            self._cancelled.add(identity)
            ended = self._running.get(identity)
        if ended is not None and is_new:
            threading.Thread(target=self._cancel_until, args=(identity, ended), daemon=True).start()

    def _cancel_until(self, identity, ended):
        """A statement is several Spark jobs, and one whose planning is under way begins after it was cancelled."""
        while not ended.is_set():
            self._context._jsc.sc().cancelJobGroupAndFutureJobs(identity)
            ended.wait(CANCEL_AGAIN)

    def _execute(self, message):
        identity, ended = message["id"], threading.Event()
        with self._guard:
            self._running[identity] = ended
        if self._is_cancelled(identity):
            outcome = {"state": "CANCELED"}
        else:
            self._control.tell("statement", id=identity, state="RUNNING")
            outcome = self._outcome(message)
        ended.set()
        with self._guard:
            del self._running[identity]
            self._cancelled.discard(identity)
        self._control.tell("statement", id=identity, **outcome)

    def _is_cancelled(self, identity):
        with self._guard:
            return identity in self._cancelled

    def _outcome(self, message):
        try:
            described = self._run(message)
        except BaseException as error:  # noqa: BLE001: whatever goes wrong is how the statement ended
            return {"state": "CANCELED"} if self._is_cancelled(message["id"]) else {"state": "FAILED", **failure(error)}
        return {"state": "SUCCEEDED", **described}

    def _run(self, message):
        self._context.setJobGroup(message["id"], message["statement"][:100], True)
        self._context.setLocalProperty("spark.scheduler.pool", threading.current_thread().name)
        with self._catalog_lock:
            self._catalog.load()
        session = self._session.newSession()
        if message.get("token"):
            spark_attach.open_catalogs(session, message["url"], message["token"])
        use(session, message.get("catalog"), message.get("schema"))
        arguments = sql_parameters.bound(session, message.get("parameters", []))
        try:
            for text in texts(message):
                # A command is done when this returns, a query has not begun.
                frame = session.sql(text, args=arguments) if arguments else session.sql(text)
        finally:
            with self._catalog_lock:
                self._catalog.save()
        return sql_results.write(frame, message)


def texts(message):
    if not message.get("is_script"):
        return [message["statement"]]
    return sql_cells.split_statements(message["statement"]) or [message["statement"]]


def use(session, catalog, schema):
    if catalog:
        session.sql(f"SET CATALOG {quoted(catalog)}")
    if schema:
        session.sql(f"USE SCHEMA {quoted(schema)}")


def quoted(name):
    return "`" + name.replace("`", "``") + "`"


def failure(error):
    """As Databricks tells it: the message without the plan and the Java frames that Spark's Python adds to it."""
    if isinstance(error, sql_results.TooLarge):
        return {"error_code": "BAD_REQUEST", "message": str(error)}
    if not isinstance(error, (PySparkException, Py4JError)):
        return {"error_code": "INTERNAL_ERROR", "message": f"{type(error).__name__}: {error}"}
    text = str(error).strip().split(";\n'")[0].split("\n\nJVM stacktrace:")[0].split("\n\tat ")[0].rstrip()
    text = re.sub(r"^An error occurred while calling \S+\n: [\w.$]+: ", "", text)
    state = re.search(r"SQLSTATE: (\w{5})", text)
    return {"error_code": "BAD_REQUEST", "message": text, **({"sql_state": state.group(1)} if state else {})}
