"""The task's side of Spark: a session of its own in the JVM that the cluster's tasks share.

`spark` is a stand-in until somebody uses it, so a notebook that never does neither starts a JVM nor imports pyspark.
"""

import importlib.abc
import importlib.machinery
import os
import sys
import threading

_lock = threading.RLock()
_state = {"task": None, "session": None, "attaching": False}


def install(task):
    _state["task"] = task
    sys.meta_path.insert(0, _PysparkHook())
    for name, patch in _PysparkHook.PATCHES.items():
        if name in sys.modules:  # imported by the interpreter that this task was forked from
            globals()[patch](sys.modules[name])


def current_task():
    return _state["task"]


def is_attached():
    return _state["session"] is not None


def session():
    """The task's SparkSession; the first call attaches to the cluster, which starts its JVM if it has none yet."""
    with _lock:
        if _state["session"] is None and not _state["attaching"]:
            _state["attaching"] = True
            try:
                _state["session"] = _attach(_state["task"])
            finally:
                _state["attaching"] = False
            _bind_in_notebook(_state["session"])
        return _state["session"]


def _attach(task):
    _require_pyspark()
    answer = task.control.ask("spark")
    os.environ["PYSPARK_PYTHON"] = sys.executable  # the interpreter of UDFs must be that of the task
    gateway = _connect(answer["port"], answer["secret"])
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    jvm = gateway.jvm
    running = jvm.org.apache.spark.SparkContext.getOrCreate()
    SparkContext._active_spark_context = None  # the stand-in of _patch_context makes way for the real one
    java_context = jvm.org.apache.spark.api.java.JavaSparkContext.fromSparkContext(running)
    context = SparkContext(gateway=gateway, jsc=java_context, conf=SparkConf(_jconf=java_context.getConf()))
    # Python workers see what the task sees: its folder, its libraries.
    context.environment["PYTHONPATH"] = os.pathsep.join([os.getcwd()] + task.site_dirs)
    context.setJobGroup(str(task.spec["task_run_id"]), task.spec["task_key"], True)
    java_session = jvm.org.apache.spark.sql.classic.SparkSession.builder().getOrCreate().newSession()
    spark = SparkSession(context, java_session)
    for name, value in task.spec.get("session_conf", {}).items():
        spark.conf.set(name, value)
    open_catalogs(spark, task.spec.get("url", ""), task.spec.get("token", ""))
    return spark


def open_catalogs(spark, url, token):
    """From here on the session finds the workspace's catalogs, as the user that the token belongs to."""
    for name, value in catalog_settings(url, token).items():
        spark.conf.set(name, value)
    # Parsing is when a session asks which catalogs there are; spark.catalog.setCurrentCatalog() parses nothing.
    spark._jsparkSession.sessionState().sqlParser().parseMultipartIdentifier("spark_catalog.default")


def catalog_settings(url, token):
    return {"spark.brickwork.url": url, "spark.brickwork.token": token}


def _require_pyspark():
    try:
        import pyspark  # noqa: F401
    except ModuleNotFoundError:
        raise ModuleNotFoundError(f"{sys.executable} has no pyspark: install pyspark for it, or start brickwork-local "
                                  "with --python and an interpreter that has it") from None


def _connect(port, secret):
    from pyspark.java_gateway import launch_gateway

    os.environ["PYSPARK_GATEWAY_PORT"], os.environ["PYSPARK_GATEWAY_SECRET"] = str(port), secret
    try:
        return launch_gateway()
    finally:
        # What the task starts by itself has no business with the cluster's JVM.
        del os.environ["PYSPARK_GATEWAY_PORT"], os.environ["PYSPARK_GATEWAY_SECRET"]


def _bind_in_notebook(spark):
    """From here on the notebook has the session itself, as long as it did not bind the names to something else."""
    namespace = sys.modules["__main__"].__dict__
    for name, value in (("spark", spark), ("sc", spark.sparkContext), ("sqlContext", spark)):
        if isinstance(object.__getattribute__(namespace.get(name), "__class__"), type) and type(
                namespace.get(name)) is LazySpark:
            namespace[name] = value


class LazySpark:
    """Stands for a SparkSession or its SparkContext until the first use."""

    def __init__(self, resolve, describe):
        object.__setattr__(self, "_resolve", resolve)
        object.__setattr__(self, "_describe", describe)

    def __getattr__(self, name):
        return getattr(object.__getattribute__(self, "_resolve")(), name)

    def __setattr__(self, name, value):
        setattr(object.__getattribute__(self, "_resolve")(), name, value)

    def __repr__(self):
        return repr(object.__getattribute__(self, "_resolve")())

    def __dir__(self):
        return dir(object.__getattribute__(self, "_resolve")())

    @property
    def __class__(self):  # so that isinstance(spark, SparkSession) holds, and still starts nothing
        return object.__getattribute__(self, "_describe")()


def _session_type():
    from pyspark.sql import SparkSession
    return SparkSession


def _context_type():
    from pyspark import SparkContext
    return SparkContext


def lazy_spark():
    return _state["session"] or LazySpark(session, _session_type)


def lazy_spark_context():
    return _state["session"].sparkContext if _state["session"] else LazySpark(lambda: session().sparkContext,
                                                                                _context_type)


class _PysparkHook(importlib.abc.MetaPathFinder):
    """Lets SparkSession.builder.getOrCreate() and SparkContext.getOrCreate() of the user's code find the cluster."""

    PATCHES = {"pyspark.core.context": "_patch_context", "pyspark.context": "_patch_context",
               "pyspark.sql.session": "_patch_session"}

    def find_spec(self, name, path, target=None):
        if name not in self.PATCHES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            execute, patch = spec.loader.exec_module, globals()[self.PATCHES[name]]

            def exec_module(module):
                execute(module)
                patch(module)

            spec.loader.exec_module = exec_module
        return spec


def _patch_context(module):
    context_class = getattr(module, "SparkContext", None)
    if context_class is None or "_brickwork" in context_class.__dict__:
        return
    context_class._brickwork = True
    construct, get_or_create = context_class.__init__, context_class.getOrCreate.__func__

    def __init__(self, *args, **kwargs):
        session()  # a second SparkContext is then refused by pyspark itself, as on Databricks
        construct(self, *args, **kwargs)

    def getOrCreate(cls, conf=None):
        session()
        return get_or_create(cls, conf)

    def stop(self):
        """The application belongs to the cluster: a task that is done with it must not end it for the others."""

    context_class.__init__ = __init__
    context_class.getOrCreate = classmethod(getOrCreate)
    context_class.stop = stop
    # F.col("a") before the first use of `spark` asks for the active context, which on a cluster is always there.
    context_class._active_spark_context = lazy_spark_context()


def _patch_session(module):
    builder = module.SparkSession.Builder
    get_or_create = builder.getOrCreate

    def getOrCreate(self):
        session()
        return get_or_create(self)

    builder.getOrCreate = getOrCreate
    module.SparkSession.stop = lambda self: None
