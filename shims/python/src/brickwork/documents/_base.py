"""What all documents share: each is what one JSON object says, immutable, with what has no name here in `raw`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from brickwork.errors import BrickworkError, Status

Read = TypeVar("Read")
Kind = TypeVar("Kind", bound="Document")


def maybe(read: Callable[[Any], Read], value: Any) -> Read | None:
    return None if value is None else read(value)


def many(read: Callable[[Any], Read]) -> Callable[[Iterable[Any]], tuple[Read, ...]]:
    return lambda items: tuple(map(read, items))


def unless_text(read: Callable[[Any], Read]) -> Callable[[Any], str | Read]:
    return lambda value: value if isinstance(value, str) else read(value)


def refuse(document: Mapping[str, Any], *names: str) -> None:
    """Secrets have no place in documents, which hosts store and log; said without the value."""
    for name in names:
        if name in document:
            raise BrickworkError.of_shim(
                Status.INVALID_ARGUMENT,
                f"{name} has no place in a document; hand it over as secrets={{'{name}': ...}}, or by the environment",
                pointer=f"/{name}",
            )


class Document:
    """One JSON object. Members that are absent, or null, are None; `dataclasses.replace` makes a changed copy."""

    __slots__ = ()
    raw: dict[str, Any]

    @classmethod
    def read(cls: type[Kind], document: dict[str, Any]) -> Kind:
        """The same as `of`, for documents whose shape is known to be right: answers of the library."""
        raise NotImplementedError

    @classmethod
    def of(cls: type[Kind], document: Mapping[str, Any] | str | bytes) -> Kind:
        """From a mapping or JSON text; BrickworkError INVALID_ARGUMENT if it is no such document."""
        try:
            return cls.read(json.loads(document) if isinstance(document, (str, bytes)) else dict(document))
        except KeyError as missing:
            reason = f"it lacks {missing}"
        except (AttributeError, TypeError, ValueError):
            reason = "a member has the wrong type"
        # Not chained: texts of the parser quote the document.
        raise BrickworkError.of_shim(Status.INVALID_ARGUMENT, f"this is no {cls.__name__}: {reason}") from None

    def document(self) -> dict[str, Any]:
        """As plain JSON values: the members here, and those of `raw` that have no name here."""
        plain = dict(self.raw)
        for member in fields(self):  # type: ignore[arg-type]
            if member.name == "raw":
                continue
            value = getattr(self, member.name)
            if value is not None:
                plain[member.name] = plain_value(value)
            elif plain.get(member.name) is not None:
                del plain[member.name]
        return plain

    def json(self) -> str:
        return json.dumps(self.document(), separators=(",", ":"))


def plain_value(value: Any) -> Any:
    if isinstance(value, Document):
        return value.document()
    if isinstance(value, (list, tuple)):
        return [plain_value(each) for each in value]
    if isinstance(value, Mapping):
        return {name: plain_value(each) for name, each in value.items()}
    return value
