"""What a call is refused with."""

import pytest
from databricks.sdk.errors import DatabricksError


def refused(code, call, *arguments, **named):
    """The message of the refusal that the call ends with."""
    with pytest.raises(DatabricksError) as caught:
        call(*arguments, **named)
    assert caught.value.error_code == code, (caught.value.error_code, caught.value)
    return str(caught.value).split(". Config: ")[0]  # which the SDK adds to a 403, for the last stop
