"""The link to the page of the run at Databricks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperatorLink
from airflow.sdk.bases.xcom import BaseXCom

from brickwork_airflow import keys

if TYPE_CHECKING:
    from airflow.sdk.types import Operator


class DatabricksRunLink(BaseOperatorLink):
    """Its value is an XCom, pushed as soon as the run is known."""

    name = "See Databricks Job Run"

    @property
    def xcom_key(self) -> str:
        return keys.RUN_LINK

    def get_link(self, operator: Operator, *, ti_key: Any) -> str:
        value = BaseXCom.get_value(key=self.xcom_key, ti_key=ti_key)
        return str(value) if value else ""  # an empty text hides the link, None does not
