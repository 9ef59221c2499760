"""A process that has imported what tasks need and is forked for each task, so that a notebook begins in milliseconds.

It has one thread and runs nothing of the user's. What it is told are datagrams of JSON; those that ask for a fork bring
the descriptors of the task: its channel, its supervisor's lifeline, its log, and the program of the supervisor.

For each task it forks twice. The first child forks the task and then becomes its supervisor by exec, which keeps the
child: so a task that was forked is watched by the same program as a process that was started.
"""

import ctypes
import fcntl
import gc
import importlib
import json
import os
import signal
import socket
import sys
import traceback

CHANNEL_FD = 3  # also where a task expects its own channel
LIFELINE_FD = 4
OUT_OF_THE_WAY = 64  # above the descriptors that dup2 fills
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def run_prepared():
    channel = socket.socket(fileno=os.dup(CHANNEL_FD))
    os.close(CHANNEL_FD)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    start = json.loads(channel.recv(1 << 16))
    sys.path[:0] = start["site_dirs"]
    import brickwork_runtime.notebook
    import brickwork_runtime.python_file
    import brickwork_runtime.sdk_runtime
    import brickwork_runtime.sql_cells
    import brickwork_runtime.task  # noqa: F401

    if start["spark"]:
        _import_spark()
    # The kernel takes away the supervisors that have ended.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    while True:
        data, descriptors, _, _ = socket.recv_fds(channel, 1 << 16, 8)
        if not data:
            break
        message = json.loads(data)
        if message["op"] == "spark":
            _import_spark()
            gc.freeze()
        else:
            _fork(message, descriptors, prctl, channel)
    _wait_for_tasks()


def _import_spark():
    """What a session imports at its start and at its first action, half of a second of processor time."""
    for name in ("pyspark.sql.functions", "pyspark.sql.classic.dataframe", "pyspark.sql.classic.column", "numpy",
                 "pandas", "pyarrow", "pyspark.testing.utils"):
        try:
            importlib.import_module(name)
        except Exception:  # noqa: BLE001: the task that needs it fails by itself, and says so in its own words
            continue


def _wait_for_tasks():
    """Supervisors are our children: whoever else adopted them might never take them away."""
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass


def _fork(message, descriptors, prctl, channel):
    control, lifeline, log, program = (fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, OUT_OF_THE_WAY) for fd in descriptors)
    for fd in descriptors:
        os.close(fd)
    if os.fork() == 0:
        try:
            _become_supervisor(message, control, lifeline, log, program, prctl, channel)
        except BaseException:  # noqa: BLE001: a fork must not come back into the loop of its parent
            traceback.print_exc()
        finally:
            os._exit(127)
    for fd in (control, lifeline, log, program):
        os.close(fd)


def _become_supervisor(message, control, lifeline, log, program, prctl, channel):
    channel.close()
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # ignored, the end of the task would not be seen
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # before the task can leave anything behind
    task = os.fork()
    if task == 0:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        os.close(lifeline)
        os.close(program)
        _run_task(message, control, log)
    os.dup2(lifeline, LIFELINE_FD)
    os.execve(program, ["brickwork-local", "supervise-child", str(task)], os.environ)


def _run_task(message, control, log):
    os.setpgid(0, 0)
    os.dup2(control, CHANNEL_FD)
    os.close(control)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.chdir(message["directory"])
    sys.argv[1:] = ["task"]
    gc.unfreeze()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # or every task would draw the same numbers
    from brickwork_runtime.task import run_task

    try:
        run_task()
    except BaseException:  # noqa: BLE001: what is wrong with the runtime itself belongs into the task's log
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)
