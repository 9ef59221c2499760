"""What a waiting program must survive: threads, Ctrl-C, close, fork, exit."""

import gc
import multiprocessing
import os
import signal
import threading
import time
import weakref

import pytest

import brickwork
from brickwork import BrickworkError, Status
from conftest import CANARY, ended, group, python

BEGIN = """
import json, os, signal, sys, threading, time
import brickwork
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it
client = brickwork.Client(json.loads(sys.argv[1]), token="t")
"""


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.005)


def begun(silent, code):
    """A process that ran `code` up to its first line of output."""
    import json
    process = python(BEGIN + code, json.dumps(silent))
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    return process, line.strip()


def waiting_threads(client, count, verb=lambda client: client.run.get(1)):
    outcomes = []

    def wait():
        try:
            outcomes.append(verb(client))
        except BrickworkError as error:
            outcomes.append(error)
    threads = [threading.Thread(target=wait, daemon=True) for _ in range(count)]
    for each in threads:
        each.start()
    return threads, outcomes


def test_many_threads_wait_on_one_client(workspace, monkeypatch):
    monkeypatch.setattr("brickwork._waiting.LOOK_AGAIN_SECONDS", 3600)
    with workspace.client() as client:
        threads, outcomes = waiting_threads(
            client, 16, lambda client: [client.group.run(group(f"thread {i % 3}")).state.verdict for i in range(10)])
        for each in threads:
            each.join(90)
            assert not each.is_alive()
        assert outcomes == [["succeeded"] * 10] * 16


def test_who_leads_hands_over_when_it_stops(silent, monkeypatch):
    """The first thread polls for all; when its deadline ends it, the others still get theirs."""
    monkeypatch.setattr("brickwork._waiting.LOOK_AGAIN_SECONDS", 3600)  # by being told, not by looking
    with brickwork.Client(silent, token="t") as client:
        deadlines = iter((30, 60, 90, 120, 150))
        lock = threading.Lock()

        def get(client):
            with lock:
                timeout_ms = next(deadlines)
            return client.run.get(1, timeout_ms=timeout_ms)
        threads, outcomes = waiting_threads(client, 5, get)
        for each in threads:
            each.join(30)
            assert not each.is_alive()
        assert [error.status for error in outcomes] == [Status.DEADLINE_EXCEEDED] * 5


def test_closing_wakes_every_thread_that_waits(silent):
    client = brickwork.Client(silent, token="t")
    threads, outcomes = waiting_threads(client, 8)
    until(lambda: len(client._caller.core.under_way) == 8 and client._caller.waiting._leader is not None)
    client.close()
    for each in threads:
        each.join(30)
        assert not each.is_alive()
    assert {error.status for error in outcomes} == {Status.CANCELLED}
    assert "goes on" in str(outcomes[0])


def test_closing_under_use_is_an_error_and_no_crash(workspace):
    for _ in range(30):
        client = workspace.client()
        stop = threading.Event()

        def use(client=client, stop=stop):
            while not stop.is_set():
                try:
                    client.rest("/api/2.2/jobs/list")
                except BrickworkError:
                    return
        threads = [threading.Thread(target=use) for _ in range(3)]
        for each in threads:
            each.start()
        client.close()
        stop.set()
        for each in threads:
            each.join(30)
            assert not each.is_alive()


# ---- Ctrl-C

def test_ctrl_c_ends_a_wait_at_once_and_cancels_it(silent):
    process, _ = begun(silent, """
threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
print("waits", flush=True)
began = time.monotonic()
try:
    client.run.get(1)
except KeyboardInterrupt:
    print("interrupted", len(client._caller.core.under_way), time.monotonic() - began < 5)
try:
    client.run.get(1, timeout_ms=50)
except brickwork.BrickworkError as error:
    print(error.status.name)
""")
    assert ended(process) == (0, "interrupted 0 True\nDEADLINE_EXCEEDED\n", "")


@pytest.mark.parametrize("main_leads", [True, False])
def test_ctrl_c_ends_only_the_main_thread_s_wait(silent, main_leads):
    process, _ = begun(silent, f"""
main_leads = {main_leads}
outcomes = []
def other():
    try:
        client.run.get(1, timeout_ms=1500)
    except brickwork.BrickworkError as error:
        outcomes.append(error.status.name)
def wait(condition):
    while not condition(): time.sleep(0.01)
thread = threading.Thread(target=other)
waiting, core = client._caller.waiting, client._caller.core
def later():
    if main_leads:
        wait(lambda: waiting._leader is not None)
        thread.start()
    wait(lambda: len(core.under_way) == 2)
    time.sleep(0.1)
    os.kill(os.getpid(), signal.SIGINT)
if not main_leads:
    thread.start()
    wait(lambda: waiting._leader is not None)
threading.Thread(target=later).start()
print("waits", flush=True)
try:
    client.run.get(1)
except KeyboardInterrupt:
    print("interrupted")
thread.join()
print(outcomes)
""")
    assert ended(process) == (0, "interrupted\n['DEADLINE_EXCEEDED']\n", "")


def test_ctrl_c_in_a_loop_cancels_and_sees_the_end(silent):
    process, _ = begun(silent, """
import asyncio
async def main():
    global client
    client = brickwork.AsyncClient(json.loads(sys.argv[1]), token="t")
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    print("waits", flush=True)
    await client.run.get(1)
try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted", len(client._caller.core.under_way))
""")
    assert ended(process) == (0, "interrupted 0\n", "")


def test_another_signal_does_not_disturb_a_wait(silent):
    process, _ = begun(silent, """
seen = []
signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
for delay in (0.05, 0.1, 0.15):
    threading.Timer(delay, os.kill, (os.getpid(), signal.SIGUSR1)).start()
print("waits", flush=True)
try:
    client.run.get(1, timeout_ms=400)
except brickwork.BrickworkError as error:
    print(error.status.name, len(seen))
""")
    assert ended(process) == (0, "DEADLINE_EXCEEDED 3\n", "")


def test_interrupts_at_any_moment_lose_no_answer(workspace):
    """Signals strike between any two instructions of a request; other threads must get all their answers."""
    import json
    process = python("""
import json, os, random, signal, sys, threading, time
import brickwork
signal.signal(signal.SIGINT, signal.default_int_handler)
client = brickwork.Client(json.loads(sys.argv[1]), token=sys.argv[2])
answers, stop = [], threading.Event()
def work():
    for _ in range(150):
        answers.append(client.rest("/api/2.2/jobs/list").http_status)
threads = [threading.Thread(target=work, daemon=True) for _ in range(3)]
class Strike(Exception): pass
armed = False  # or a strike could hit the handling of the one before
def strike(*_):
    global armed
    if armed:
        armed = False
        raise Strike
signal.signal(signal.SIGUSR1, strike)
def shoot():
    while not stop.is_set():
        time.sleep(random.random() / 100)
        os.kill(os.getpid(), signal.SIGUSR1)
for each in threads: each.start()
shooter = threading.Thread(target=shoot, daemon=True)
shooter.start()
struck = 0
while any(each.is_alive() for each in threads):
    try:
        armed = True
        client.rest("/api/2.2/jobs/list")
        armed = False
    except Strike:
        struck += 1
stop.set()
shooter.join()
print(len(answers), set(answers), struck > 5)
""", json.dumps(workspace.connection), workspace.token)
    code, out, errors = ended(process, 90)
    assert (code, out) == (0, "450 {200} True\n"), errors


# ---- the end of the interpreter

@pytest.mark.parametrize("how", ["sys.exit(0)", "pass", "os._exit(0)", "raise SystemExit(0)"])
def test_an_exit_with_operations_in_flight_is_clean(silent, how):
    process, _ = begun(silent, f"""
watches = [client.run.watch(i + 1) for i in range(20)]
for watch in watches: watch._running()
thread = threading.Thread(target=lambda: client.run.get(1), daemon=True)
thread.start()
print("in flight", flush=True)
{how}
""")
    assert ended(process) == (0, "", "")


def test_an_exit_with_operations_in_flight_is_clean_in_a_loop(silent):
    process, _ = begun(silent, """
import asyncio
async def main():
    client = brickwork.AsyncClient(json.loads(sys.argv[1]), token="t")
    tasks = [asyncio.ensure_future(client.run.get(i + 1)) for i in range(20)]
    await asyncio.sleep(0.05)
    print("in flight", flush=True)
asyncio.run(main())
""")
    assert ended(process) == (0, "", "")


# ---- collection

def test_a_watch_that_nobody_holds_is_dropped(silent):
    with brickwork.Client(silent, token="t") as client:
        watch = client.run.watch(1)
        watch._running()
        assert len(client._caller.core.under_way) == 1
        del watch
        gc.collect()
        assert len(client._caller.core.under_way) == 0


def test_an_unclosed_client_is_a_resource_warning(silent):
    client = brickwork.Client(silent, token="t")
    with pytest.warns(ResourceWarning, match="unclosed"):
        del client
        gc.collect()


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_client_that_nobody_holds_is_closed_with_its_operations(silent):
    before = len(os.listdir("/proc/self/fd"))
    client = brickwork.Client(silent, token="t")
    watches = [client.run.watch(i + 1) for i in range(10)]
    for watch in watches:
        watch._running()
    core = weakref.ref(client._caller.core)
    del client
    gc.collect()
    assert core() is not None  # a watch goes on without it
    del watches, watch
    gc.collect()
    assert core() is None
    until(lambda: len(os.listdir("/proc/self/fd")) == before)


# ---- fork

def in_child(client, queue):
    try:
        client.run.get(1, timeout_ms=100)
    except BrickworkError as error:
        queue.put((error.status.name, str(error)))


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_hears_at_once_what_to_do(silent):
    context = multiprocessing.get_context("fork")
    client = brickwork.Client(silent, token="t")
    threads, outcomes = waiting_threads(client, 4)  # locks are held, somebody leads
    until(lambda: len(client._caller.core.under_way) == 4)
    queue = context.Queue()
    child = context.Process(target=in_child, args=(client, queue))
    child.start()
    status, text = queue.get(timeout=30)
    child.join(30)
    assert child.exitcode == 0
    assert status == "FORKED"
    assert "open a new one" in text
    client.close()
    for each in threads:
        each.join(30)
    assert len(outcomes) == 4


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_prefork_workers_open_their_own_and_the_parent_goes_on(workspace):
    """As gunicorn: the application is loaded, and used, before the workers are forked."""
    client = workspace.client()
    assert client.auth.check().host == workspace.url
    read, write = os.pipe()
    children = []
    for _ in range(5):
        child = os.fork()
        if child == 0:
            try:
                del client
                gc.collect()  # the inherited one may be collected
                with workspace.client() as mine:
                    verdict = mine.group.run(group("prefork")).state.verdict
                    os.write(write, b"." if verdict == "succeeded" else b"!")
            finally:
                os._exit(0)
        children.append(child)
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    assert os.read(read, 100) == b"....."
    os.close(read)
    os.close(write)
    assert client.group.run(group("parent")).state.verdict == "succeeded"
    client.close()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_an_async_client_in_a_forked_child(silent):
    import asyncio
    client = brickwork.AsyncClient(silent, token="t")

    async def body():
        task = asyncio.create_task(client.run.get(1))
        await asyncio.sleep(0.02)
        child = os.fork()
        if child == 0:
            try:
                client.run.get(1).send(None)
            except BrickworkError as error:
                os._exit(17 if error.status is Status.FORKED else 18)
            finally:
                os._exit(19)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 17
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
    asyncio.run(body())
    client.close()


def test_spawned_processes_get_the_connection(workspace):
    import pickle
    with workspace.client() as client:
        again = pickle.loads(pickle.dumps(client.connection))
        assert again == client.connection
        with pytest.raises(TypeError, match="client.connection"):
            pickle.dumps(client)
        assert workspace.token.encode() not in pickle.dumps(client.connection)
    with brickwork.Client(again, token=workspace.token) as client:
        assert client.auth.check().host == workspace.url
    assert CANARY not in repr(again)
