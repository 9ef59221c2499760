"""The async client in asyncio and uvloop: no thread, cancelling, many loops, loops that are closed too early."""

import asyncio
import gc
import os
import threading
import time
import weakref

import pytest
import uvloop

import brickwork
from brickwork import BrickworkError, Status
from conftest import group

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(params=LOOPS)
def new_loop(request):
    return LOOPS[request.param]


@pytest.fixture
def run(new_loop):
    """Runs a coroutine to its end in a loop of its own, which is closed."""

    def run(coroutine):
        loop = new_loop()
        try:
            return loop.run_until_complete(asyncio.wait_for(coroutine, 60))
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()
    return run


def open_fds():
    return len(os.listdir("/proc/self/fd"))


def under_way(client):
    return len(client._caller.core.under_way)


def test_launch_watch_and_repair(workspace, run):
    async def body():
        async with workspace.async_client() as client:
            launched = await client.group.launch(group("async", a="good", b="missing"))
            states = [state async for state in client.run.watch(launched)]
            assert states[-1].finished
            assert await client.run.watch(launched) == states[-1]
            assert (await client.run.repair_plan(launched)).run_id == launched.run_id
            assert (await client.group.run(group("told"), on_progress=told.append)).state.verdict == "succeeded"
            assert (await client.auth.check()).host == workspace.url
            assert (await client.group.lint(group("pure"))).ok
    told = []
    run(body())
    assert told


def test_no_thread_of_python_is_started(workspace, run):
    async def body():
        before = threading.active_count()
        async with workspace.async_client() as client:
            await client.group.run(group("threadless"))
            assert threading.active_count() == before
    run(body())


def test_errors_come_out_of_the_await(workspace, run):
    async def body():
        async with workspace.async_client() as client:
            with pytest.raises(BrickworkError) as raised:
                await client.run.get(999_999)
            assert raised.value.http_status in (400, 404)
            assert under_way(client) == 0
    run(body())


def test_a_cancelled_task_cancels_its_operation_and_sees_its_end(silent, run):
    async def body():
        async with brickwork.AsyncClient(silent, token="t") as client:
            core = client._caller.core
            ended = []
            deliver = core._deliver
            core._deliver = lambda event: (ended.append((event.kind, event.status)), deliver(event))
            task = asyncio.create_task(client.run.get(1))
            await asyncio.sleep(0.01)
            assert under_way(client) == 1
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (1, int(Status.CANCELLED)) in ended
            assert under_way(client) == 0
    run(body())


def test_a_task_that_is_cancelled_twice_does_not_wait(silent, run):
    async def body():
        async with brickwork.AsyncClient(silent, token="t") as client:
            core = client._caller.core
            core.cancel = lambda operation: None  # its DONE never comes
            task = asyncio.create_task(client.run.get(1))
            await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.sleep(0.01)
            assert not task.done()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert under_way(client) == 0
    run(body())


def test_wait_for_is_a_deadline(silent, run):
    async def body():
        async with brickwork.AsyncClient(silent, token="t") as client:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(client.run.get(1), 0.02)
            assert under_way(client) == 0
    run(body())


def test_a_watch_that_was_left_is_dropped(silent, run):
    async def body():
        async with brickwork.AsyncClient(silent, token="t") as client:
            async with client.run.watch(1) as watch:
                task = asyncio.ensure_future(watch.__anext__())
                await asyncio.sleep(0.01)
                assert under_way(client) == 1
            assert under_way(client) == 0
            task.cancel()
            watch = client.run.watch(1)
            pending = asyncio.ensure_future(watch.result())
            await asyncio.sleep(0.01)
            pending.cancel()
            await asyncio.gather(pending, task, return_exceptions=True)
            del watch, pending, task
            gc.collect()
            assert under_way(client) == 0
    run(body())


def test_closing_the_client_ends_who_waits(silent, run):
    async def body():
        client = brickwork.AsyncClient(silent, token="t")
        tasks = [asyncio.create_task(client.run.get(1)) for _ in range(10)]
        await asyncio.sleep(0.01)
        await client.aclose()
        for error in await asyncio.gather(*tasks, return_exceptions=True):
            assert isinstance(error, BrickworkError)
            assert error.status is Status.CANCELLED
        with pytest.raises(BrickworkError, match="closed"):
            await client.run.get(1)
    before = open_fds()
    run(body())
    assert open_fds() == before


def test_a_thousand_watches_wait_in_one_loop(workspace, run):
    async def body():
        async with workspace.async_client() as client:
            await client.group.launch(group("many"))  # the job is known from here on
            launched = await asyncio.gather(*(client.group.launch(group("many")) for _ in range(50)))
            before = open_fds()
            watches = [asyncio.ensure_future(client.run.watch(each).result()) for each in launched * 20]
            await asyncio.sleep(0)
            assert under_way(client) == 1000
            assert open_fds() <= before + 40  # connections of the library, not one for each watch
            assert threading.active_count() == 1
            states = await asyncio.gather(*watches)
            assert {state.run.run_id for state in states} == {each.run_id for each in launched}
            assert {state.verdict for state in states} == {"succeeded"}
            assert under_way(client) == 0
    run(body())


def test_a_thousand_watches_are_cancelled_at_once(silent, run):
    async def body():
        async with brickwork.AsyncClient(silent, token="t") as client:
            tasks = [asyncio.create_task(client.run.watch(i + 1).result()) for i in range(1000)]
            await asyncio.sleep(0.05)
            assert under_way(client) == 1000
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert all(task.cancelled() for task in tasks)
            assert under_way(client) == 0
    run(body())


def test_one_client_serves_one_loop_after_the_other(workspace, run):
    client = workspace.async_client()
    for _ in range(3):
        assert run(client.auth.check()).host == workspace.url
    client.close()


def test_one_client_serves_loops_in_several_threads_at_once(workspace, new_loop):
    """Events go to whichever loop wakes first, and from there to the one that waits for them."""
    client = workspace.async_client()
    answers, faults = [], []

    async def body(name):
        for i in range(20):
            done = await client.group.run(group(f"thread {name} {i % 2}"))
            answers.append((name, done.state.verdict))

    def thread(name):
        loop = new_loop()
        try:
            loop.run_until_complete(asyncio.wait_for(body(name), 60))
        except BaseException as fault:
            faults.append(fault)
        finally:
            loop.close()
    threads = [threading.Thread(target=thread, args=(name,)) for name in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(90)
    assert faults == []
    assert sorted(answers) == sorted((name, "succeeded") for name in range(4) for _ in range(20))
    assert under_way(client) == 0
    client.close()


def test_a_loop_that_was_closed_too_early_leaves_nothing(silent, new_loop):
    before = open_fds()
    client = brickwork.AsyncClient(silent, token="t")
    loop = new_loop()
    task = loop.create_task(client.run.get(1))
    loop.run_until_complete(asyncio.sleep(0.02))
    assert under_way(client) == 1
    loop.close()  # the task was neither cancelled nor awaited

    async def another():
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.run.get(1), 0.02)
    second = new_loop()
    second.run_until_complete(another())
    second.close()
    assert under_way(client) == 0
    client.close()
    task._log_destroy_pending = False
    del task, loop, second
    gc.collect()
    assert open_fds() == before


def test_a_client_closed_after_its_loop_leaves_nothing(silent, new_loop):
    before = open_fds()
    client = brickwork.AsyncClient(silent, token="t")
    loop = new_loop()
    task = loop.create_task(client.run.get(1))
    loop.run_until_complete(asyncio.sleep(0.02))
    loop.close()
    client.close()
    task._log_destroy_pending = False
    del task, loop, client
    gc.collect()
    assert open_fds() == before


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_an_idle_client_leaves_nothing_in_the_loop_and_is_collected(workspace, run):
    async def body():
        client = workspace.async_client()
        await client.auth.check()
        core = weakref.ref(client._caller.core)
        del client
        gc.collect()
        assert core() is None
    before = open_fds()
    run(body())
    assert open_fds() == before


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_client_that_nobody_holds_ends_with_its_last_operation(silent, run):
    async def body():
        client = brickwork.AsyncClient(silent, token="t")
        core = weakref.ref(client._caller.core)
        task = asyncio.create_task(client.run.get(1))
        await asyncio.sleep(0.01)
        del client
        gc.collect()
        assert core() is not None
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        del task
        for _ in range(3):  # the loop lets go of what it ran last
            await asyncio.sleep(0)
        gc.collect()
        assert core() is None
    run(body())


def test_a_triggerer_rebuilds_its_client_from_what_it_stored(workspace, run):
    """What a trigger serialises is the connection and the handle; the secret comes from the place it is kept in."""
    with workspace.client() as client:
        launched = client.group.launch(group("deferred"))
        stored = {"connection": client.connection.document(), "handle": launched.handle.document()}

    async def ask_the_vault():
        await asyncio.sleep(0)
        return workspace.token

    async def trigger():
        async with brickwork.AsyncClient(stored["connection"], token=ask_the_vault) as client:
            async for state in client.run.watch(stored["handle"]):
                if state.finished:
                    return state.verdict
    assert run(trigger()) == "succeeded"


def test_a_callback_hears_of_a_run_that_is_over_at_once(workspace, run):
    """Its news and its end are drained together here, because the loop is kept busy until both are there."""
    async def body():
        async with workspace.async_client() as client:
            call = asyncio.ensure_future(client.group.run(group("short"), on_progress=told.append))
            await asyncio.sleep(0)
            until = time.monotonic() + 0.5
            while time.monotonic() < until:
                time.sleep(0.01)
            assert (await call).state.verdict == "succeeded"
    told = []
    run(body())
    assert told


def test_iterating_ends_with_the_answer_and_no_more(workspace, run):
    async def body():
        async with workspace.async_client() as client:
            watch = client.run.watch(await client.group.launch(group("iterated")))
            states = [state async for state in watch]
            assert states[-1] is await watch
            assert [state async for state in watch] == []
    run(body())
