"""How a notebook ends before its last cell."""


class NotebookExit(BaseException):
    """dbutils.notebook.exit. Not an Exception, so that `except Exception` in the user's code does not stop it."""

    def __init__(self, value):
        super().__init__(value)
        self.value = value
