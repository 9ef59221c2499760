"""The channel between a process and the executor that started it: JSON lines on an inherited socket.

Secrets, environment variables and the API token travel here and not in argv or the environment, which other users of
the machine can read with ps.
"""

import itertools
import json
import os
import queue
import threading

CONTROL_FD = 3


class RequestRefused(Exception):
    """The executor answered a request with an error: its kind and a message for the user."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


class Control:
    """Any thread may ask; a thread that waits for a notebook to end does not hold up the others."""

    def __init__(self, fd=CONTROL_FD):
        self._fd = os.dup(fd)  # dup gives a descriptor that children do not inherit
        os.close(fd)
        self._inbox = queue.Queue()
        self._answers = {}  # id of a request -> the queue that its asker waits on
        self._ids = itertools.count(1)
        self._writing = threading.Lock()
        self.on_cancel = None  # takes a {"op": "cancel"} on the control thread, which may not wait for its turn
        threading.Thread(target=self._read, name="brickwork-control", daemon=True).start()

    def _read(self):
        with os.fdopen(os.dup(self._fd), "r", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                message = json.loads(line)
                if message.get("op") == "cancel" and self.on_cancel:
                    self.on_cancel(message)
                    continue
                waiting = self._answers.pop(message.get("answer_to"), None)
                (waiting or self._inbox).put(message)
        self._inbox.put(None)
        for waiting in list(self._answers.values()):
            waiting.put(None)

    def receive(self):
        """The next message that is no answer, or None when the executor is gone."""
        return self._inbox.get()

    def tell(self, op, **members):
        data = (json.dumps({"op": op, **members}) + "\n").encode("utf-8")
        with self._writing:
            while data:
                data = data[os.write(self._fd, data):]

    def ask(self, op, **members):
        """Sends a request and returns its answer; RequestRefused when the answer is an error."""
        identity = next(self._ids)
        waiting = self._answers[identity] = queue.Queue()
        self.tell(op, id=identity, **members)
        answer = waiting.get()
        if answer is None:
            raise RequestRefused("GONE", "brickwork-local has ended")
        if "error" in answer:
            raise RequestRefused(answer.get("kind", "INTERNAL_ERROR"), answer["error"])
        return answer
