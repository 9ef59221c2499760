"""The instances of a mapped member, known when its group is launched."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk.definitions._internal.expandinput import DictOfListsExpandInput

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator, Context
    from airflow.sdk.definitions.mappedoperator import MappedOperator


def instances(mapped: MappedOperator, context: Context) -> list[BaseOperator]:
    """One operator for each map index, in Airflow's order: of several arguments the last varies fastest.

    Args:
        context: of the launch task; what is mapped over has ended before, because launch waits for it
    """
    given = mapped._get_specified_expand_input()
    if isinstance(given, DictOfListsExpandInput):
        columns = {name: _items(_resolved(value, context)) for name, value in given.value.items()}
        rows: Iterable[Mapping[str, Any]] = (
            dict(zip(columns, values, strict=True)) for values in itertools.product(*columns.values())
        )
    else:
        rows = [_resolved(each, context) for each in _items(_resolved(given.value, context))]
    return [mapped.unmap(row) for row in rows]


def _resolved(value: Any, context: Context) -> Any:
    resolve = getattr(value, "resolve", None)
    return resolve(context) if callable(resolve) else value


def _items(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return list(value)
    raise TypeError(f"expand takes lists and mappings, not {type(value).__name__}")
