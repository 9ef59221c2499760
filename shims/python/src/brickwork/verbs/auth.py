"""The login."""

# Written by `python -m generate` from abi/; do not edit.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from brickwork._async import AsyncCaller
from brickwork._requests import GroupLike, request
from brickwork._sync import Caller
from brickwork._verb import Verb
from brickwork.documents.auth_check_response import AuthCheckResponse
from brickwork.documents.auth_create_app_response import AuthCreateAppResponse
from brickwork.documents.auth_headers_response import AuthHeadersResponse
from brickwork.documents.auth_session_info_response import AuthSessionInfoResponse
from brickwork.documents.auth_u2m_exchange_response import AuthU2mExchangeResponse
from brickwork.documents.auth_u2m_url_response import AuthU2mUrlResponse

AUTH_CHECK: Verb[None, AuthCheckResponse] = Verb(801, "auth.check", AuthCheckResponse.read, None)
AUTH_HEADERS: Verb[None, AuthHeadersResponse] = Verb(802, "auth.headers", AuthHeadersResponse.read, None)
AUTH_U2M_URL: Verb[None, AuthU2mUrlResponse] = Verb(803, "auth.u2m_url", AuthU2mUrlResponse.read, None)
AUTH_U2M_EXCHANGE: Verb[None, AuthU2mExchangeResponse] = Verb(
    804,
    "auth.u2m_exchange",
    AuthU2mExchangeResponse.read,
    None,
)
AUTH_SESSION_INFO: Verb[None, AuthSessionInfoResponse] = Verb(
    805,
    "auth.session_info",
    AuthSessionInfoResponse.read,
    None,
)
AUTH_CREATE_APP: Verb[None, AuthCreateAppResponse] = Verb(806, "auth.create_app", AuthCreateAppResponse.read, None)


class AuthVerbs:
    """The login."""

    __slots__ = ("_caller",)

    def __init__(self, caller: Caller):
        self._caller = caller

    def check(self, *, group: GroupLike | None = None, timeout_ms: int = 0) -> AuthCheckResponse:
        """Who the workspace takes the client for.

        Args:
            group: what the login shall be able to do; nothing is started
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, group=group)
        return self._caller.call(AUTH_CHECK, body, timeout_ms)

    def headers(self, *, refresh_token: bool | None = None, timeout_ms: int = 0) -> AuthHeadersResponse:
        """The headers of the host's own requests.

        Args:
            refresh_token: whether the answer holds the newest refresh token of a login in a browser, for the host
                to keep
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, refresh_token=refresh_token)
        return self._caller.call(AUTH_HEADERS, body, timeout_ms)

    def u2m_url(self, *, redirect_uri: str | None = None, timeout_ms: int = 0) -> AuthU2mUrlResponse:
        """Where a browser logs its user in.

        Args:
            redirect_uri: where the browser comes back to; http://localhost:8020 unless the application says
                otherwise
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, redirect_uri=redirect_uri)
        return self._caller.call(AUTH_U2M_URL, body, timeout_ms)

    def u2m_exchange(
        self,
        state: str,
        code_verifier: str,
        *,
        callback: str | None = None,
        code: str | None = None,
        returned_state: str | None = None,
        redirect_uri: str | None = None,
        keep: bool | None = None,
        timeout_ms: int = 0,
    ) -> AuthU2mExchangeResponse:
        """What the browser brought back becomes the client's login.

        Args:
            state: of auth.u2m_url
            code_verifier: of auth.u2m_url
            callback: the address that the browser came back to, or what stands behind its question mark
            code: in place of callback
            returned_state: in place of callback: the state beside the code
            redirect_uri: of auth.u2m_url
            keep: whether the login is kept in the file that Databricks' SDKs share, and not told to the host
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(
            None,
            state=state,
            code_verifier=code_verifier,
            callback=callback,
            code=code,
            returned_state=returned_state,
            redirect_uri=redirect_uri,
            keep=keep,
        )
        return self._caller.call(AUTH_U2M_EXCHANGE, body, timeout_ms)

    def session_info(
        self,
        *,
        cluster_id: str | None = None,
        serverless_compute_id: str | None = None,
        client_version: str | None = None,
        timeout_ms: int = 0,
    ) -> AuthSessionInfoResponse:
        """With what a host opens Databricks Connect itself.

        Args:
            cluster_id: otherwise the connection's
            serverless_compute_id: in place of a cluster, such as auto
            client_version: of the host's databricks-connect, to be checked against the cluster's runtime
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(
            None,
            cluster_id=cluster_id,
            serverless_compute_id=serverless_compute_id,
            client_version=client_version,
        )
        return self._caller.call(AUTH_SESSION_INFO, body, timeout_ms)

    def create_app(
        self,
        name: str,
        redirect_urls: Sequence[str],
        *,
        confidential: bool | None = None,
        scopes: Sequence[str] | None = None,
        token_access_policy: Mapping[str, Any] | None = None,
        account_id: str | None = None,
        timeout_ms: int = 0,
    ) -> AuthCreateAppResponse:
        """An OAuth application of the account, for logins in a browser.

        Args:
            confidential: whether it has a secret of its own
            account_id: otherwise the connection's
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(
            None,
            name=name,
            redirect_urls=redirect_urls,
            confidential=confidential,
            scopes=scopes,
            token_access_policy=token_access_policy,
            account_id=account_id,
        )
        return self._caller.call(AUTH_CREATE_APP, body, timeout_ms)


class AsyncAuthVerbs:
    """The login."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller):
        self._caller = caller

    async def check(self, *, group: GroupLike | None = None, timeout_ms: int = 0) -> AuthCheckResponse:
        """Who the workspace takes the client for.

        Args:
            group: what the login shall be able to do; nothing is started
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, group=group)
        return await self._caller.call(AUTH_CHECK, body, timeout_ms)

    async def headers(self, *, refresh_token: bool | None = None, timeout_ms: int = 0) -> AuthHeadersResponse:
        """The headers of the host's own requests.

        Args:
            refresh_token: whether the answer holds the newest refresh token of a login in a browser, for the host
                to keep
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, refresh_token=refresh_token)
        return await self._caller.call(AUTH_HEADERS, body, timeout_ms)

    async def u2m_url(self, *, redirect_uri: str | None = None, timeout_ms: int = 0) -> AuthU2mUrlResponse:
        """Where a browser logs its user in.

        Args:
            redirect_uri: where the browser comes back to; http://localhost:8020 unless the application says
                otherwise
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, redirect_uri=redirect_uri)
        return await self._caller.call(AUTH_U2M_URL, body, timeout_ms)

    async def u2m_exchange(
        self,
        state: str,
        code_verifier: str,
        *,
        callback: str | None = None,
        code: str | None = None,
        returned_state: str | None = None,
        redirect_uri: str | None = None,
        keep: bool | None = None,
        timeout_ms: int = 0,
    ) -> AuthU2mExchangeResponse:
        """What the browser brought back becomes the client's login.

        Args:
            state: of auth.u2m_url
            code_verifier: of auth.u2m_url
            callback: the address that the browser came back to, or what stands behind its question mark
            code: in place of callback
            returned_state: in place of callback: the state beside the code
            redirect_uri: of auth.u2m_url
            keep: whether the login is kept in the file that Databricks' SDKs share, and not told to the host
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(
            None,
            state=state,
            code_verifier=code_verifier,
            callback=callback,
            code=code,
            returned_state=returned_state,
            redirect_uri=redirect_uri,
            keep=keep,
        )
        return await self._caller.call(AUTH_U2M_EXCHANGE, body, timeout_ms)

    async def session_info(
        self,
        *,
        cluster_id: str | None = None,
        serverless_compute_id: str | None = None,
        client_version: str | None = None,
        timeout_ms: int = 0,
    ) -> AuthSessionInfoResponse:
        """With what a host opens Databricks Connect itself.

        Args:
            cluster_id: otherwise the connection's
            serverless_compute_id: in place of a cluster, such as auto
            client_version: of the host's databricks-connect, to be checked against the cluster's runtime
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(
            None,
            cluster_id=cluster_id,
            serverless_compute_id=serverless_compute_id,
            client_version=client_version,
        )
        return await self._caller.call(AUTH_SESSION_INFO, body, timeout_ms)

    async def create_app(
        self,
        name: str,
        redirect_urls: Sequence[str],
        *,
        confidential: bool | None = None,
        scopes: Sequence[str] | None = None,
        token_access_policy: Mapping[str, Any] | None = None,
        account_id: str | None = None,
        timeout_ms: int = 0,
    ) -> AuthCreateAppResponse:
        """An OAuth application of the account, for logins in a browser.

        Args:
            confidential: whether it has a secret of its own
            account_id: otherwise the connection's
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(
            None,
            name=name,
            redirect_urls=redirect_urls,
            confidential=confidential,
            scopes=scopes,
            token_access_policy=token_access_policy,
            account_id=account_id,
        )
        return await self._caller.call(AUTH_CREATE_APP, body, timeout_ms)
