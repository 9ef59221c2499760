"""Secrets: given, asked for, renewed, and seen nowhere."""

import asyncio
import copy
import logging
import pickle
import traceback

import pytest

import brickwork
from brickwork import BrickworkError, Connection, Secret, Status
from conftest import CANARY


def test_a_provider_is_asked_when_a_secret_is_needed(workspace):
    asked = []

    def provider():
        asked.append(1)
        return workspace.token
    with brickwork.Client(workspace.connection, token=provider) as client:
        assert asked == []
        assert client.auth.check().host == workspace.url
        assert client.auth.check().host == workspace.url
    assert asked == [1]


def test_a_secret_that_ends_is_asked_for_again(workspace):
    asked = []

    def provider():
        asked.append(1)
        return Secret(workspace.token, expires_at_ms=1 if len(asked) == 1 else 0)
    with brickwork.Client(workspace.connection, token=provider) as client:
        assert client.auth.check().host == workspace.url
    assert len(asked) == 2


def test_a_coroutine_gives_a_secret(workspace):
    async def provider():
        await asyncio.sleep(0.01)
        return workspace.token

    async def body():
        async with brickwork.AsyncClient(workspace.connection, token=provider) as client:
            assert (await client.auth.check()).host == workspace.url
    asyncio.run(body())


def failing():
    raise LookupError("the vault is sealed")


async def never():
    raise AssertionError("nobody awaits this")


@pytest.mark.parametrize("provider", [failing, lambda: None, lambda: 7, never], ids=["raises", "None", "number", "coroutine"])
def test_a_provider_that_fails_ends_who_waits(workspace, provider):
    with brickwork.Client(workspace.connection, token=provider) as client, pytest.raises(BrickworkError) as raised:
        client.auth.check(timeout_ms=20_000)
    assert raised.value.status is Status.UNAUTHENTICATED
    assert raised.value.__cause__ is not None


def test_a_provider_that_fails_ends_who_awaits(workspace):
    async def body():
        async with brickwork.AsyncClient(workspace.connection, token=failing) as client:
            with pytest.raises(BrickworkError, match="LookupError"):
                await client.auth.check(timeout_ms=20_000)
    asyncio.run(body())


def test_a_secret_of_another_name_is_refused(workspace):
    with pytest.raises(BrickworkError) as raised:
        brickwork.Client(workspace.connection, secrets={"nobody_knows": CANARY})
    assert raised.value.status is Status.INVALID_ARGUMENT
    assert CANARY not in str(raised.value)


@pytest.mark.parametrize("value", [CANARY + "\n", CANARY + "\udcff", CANARY * 10_000])
def test_a_value_that_cannot_be_a_secret_is_not_quoted(workspace, value):
    with pytest.raises(BrickworkError) as raised:
        brickwork.Client(workspace.connection, token=value)
    assert raised.value.status is Status.INVALID_ARGUMENT
    assert CANARY not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("name", ["token", "password", "client_secret"])
def test_documents_take_no_secret(name):
    for make in (lambda: brickwork.Client({name: CANARY}), lambda: Connection.of({name: CANARY})):
        with pytest.raises(BrickworkError) as raised:
            make()
        assert raised.value.pointer == f"/{name}"
        assert CANARY not in "".join(traceback.format_exception(raised.value))


def test_the_canary_is_nowhere(workspace, caplog):
    """A wrong token, in everything that can be printed, logged, pickled or raised."""
    seen = []
    with caplog.at_level(logging.DEBUG, "brickwork"), brickwork.Client(workspace.connection, token=CANARY) as client:
        for call in (client.auth.check, lambda: client.run.get(1), lambda: client.rest("/api/2.2/jobs/list")):
            with pytest.raises(BrickworkError) as raised:
                call()
            assert raised.value.status in (Status.UNAUTHENTICATED, Status.PERMISSION_DENIED)
            seen += [str(raised.value), repr(raised.value), raised.value.json(), pickle.dumps(raised.value)]
            seen += traceback.format_exception(raised.value)
        watch = client.run.watch(1)
        seen += [repr(client), repr(client.connection), client.connection.json(), pickle.dumps(client.connection), repr(watch),
                 repr(vars(client._caller.core)), repr(vars(watch))]
    assert caplog.records
    seen += [caplog.text, *(repr(vars(record)) for record in caplog.records)]
    for text in seen:
        assert CANARY not in (text if isinstance(text, str) else text.decode("latin-1"))


def test_a_secret_is_neither_shown_nor_pickled():
    secret = Secret(CANARY, 5)
    assert CANARY not in repr(secret) + str(secret) + f"{secret}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)
