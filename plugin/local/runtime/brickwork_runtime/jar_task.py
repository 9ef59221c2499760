"""spark_jar_task: a main class in a JVM and a Spark application of the task's own.

Not in the JVM that the tasks of a cluster share: a Java thread cannot be ended from outside, and two of them write to
one System.out, so neither cancel nor logs would be the task's own.
"""

import os

from brickwork_runtime.catalog_store import CatalogStore
from brickwork_runtime.failure import JavaFailure

JVM_END_SECONDS = 30  # of its shutdown hooks


def run_jar(task):
    from py4j.protocol import Py4JError, Py4JJavaError

    from brickwork_runtime import spark_attach, spark_driver

    spec = task.spec
    driver = dict(spec["driver"])
    driver["session_conf"] = spark_attach.catalog_settings(spec.get("url", ""), spec.get("token", ""))
    context, session = spark_driver.start(driver)
    catalog = CatalogStore(session, os.path.join(spec["state_dir"], "catalog"))
    catalog.load()
    gateway = context._gateway
    try:
        _call_main(gateway, spec["main_class_name"], spec.get("argv", []))
    except Py4JJavaError as error:
        raise JavaFailure(*_described(gateway.jvm, error.java_exception)) from None
    except (Py4JError, OSError):
        # System.exit: the program has ended the JVM, and with it the answer to our call.
        code = gateway.proc.wait(JVM_END_SECONDS)
        if code != 0:
            raise JavaFailure(f"The JVM of the task ended with exit code {code}", "") from None
        return
    catalog.save()


def _call_main(gateway, main_class_name, argv):
    jvm = gateway.jvm
    arguments = gateway.new_array(jvm.java.lang.String, len(argv))
    for index, value in enumerate(argv):
        arguments[index] = value
    loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
    main_class = jvm.java.lang.Class.forName(main_class_name, True, loader)
    types = gateway.new_array(jvm.java.lang.Class, 1)
    types[0] = arguments.getClass()
    handed = gateway.new_array(jvm.java.lang.Object, 1)
    handed[0] = arguments
    main_class.getMethod("main", types).invoke(None, handed)


def _described(jvm, exception):
    """The user's exception, out of the envelope that reflection puts around it: in one line, and with its stack."""
    while exception.getClass().getName() == "java.lang.reflect.InvocationTargetException":
        exception = exception.getCause()
    text = jvm.java.io.StringWriter()
    exception.printStackTrace(jvm.java.io.PrintWriter(text))
    lines = text.toString().splitlines()
    # What called main() is ours.
    own = next((n for n, line in enumerate(lines) if "jdk.internal.reflect" in line), len(lines))
    rest = next((lines[n:] for n, line in enumerate(lines) if n > own and line.startswith("Caused by")), [])
    return exception.toString().split("\n")[0], "\n".join(lines[:own] + rest)
