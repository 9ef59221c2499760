"""What a task prints, at once, in <destination>/<cluster-id>/driver/stdout and stderr of cluster_log_conf.

The task's own log stays as it is, both streams in one file. What Python prints is written to both places. What native
code and subprocesses print arrives in the log alone; it is seen there by the growth of the file and carried over, to
stdout, because the file does not tell the streams apart.
"""

import os
import threading

LOOK_SECONDS = 0.3


class DriverLogs:
    def __init__(self, directory, log_fd, redact):
        os.makedirs(directory, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC  # the tasks of a cluster write side by side
        self._files = {name: os.open(os.path.join(directory, name), flags, 0o644) for name in ("stdout", "stderr")}
        self._log = os.open(f"/proc/self/fd/{log_fd}", os.O_RDONLY | os.O_CLOEXEC)
        self._redact = redact
        self._carried = os.fstat(self._log).st_size
        self._lock = threading.Lock()
        self._ended = threading.Event()
        threading.Thread(target=self._look, name="brickwork-driver-logs", daemon=True).start()

    def write(self, stream, real, text):
        with self._lock:
            self._carry_over()
            before = os.fstat(self._log).st_size
            real.write(text)
            real.flush()
            data = text.encode("utf-8", "replace")
            _write(self._files[stream], data)
            # What a subprocess wrote in this very moment, before or behind ours, is left for the next look.
            grown = os.fstat(self._log).st_size - before
            self._carried = before + grown if grown == len(data) else self._without(before, grown, data)

    def _without(self, start, size, ours):
        """Others wrote between our two looks: carries their part over and returns where to go on."""
        found = os.pread(self._log, size, start)
        at = found.find(ours)
        if at >= 0:
            _write(self._files["stdout"], found[:at] + found[at + len(ours):])
        return start + size

    def end(self):
        self._ended.set()
        with self._lock:
            self._carry_over()

    def _look(self):
        while not self._ended.wait(LOOK_SECONDS):
            with self._lock:
                self._carry_over()

    def _carry_over(self):
        size = os.fstat(self._log).st_size
        while self._carried < size:
            data = os.pread(self._log, min(size - self._carried, 1 << 20), self._carried)
            if not data:
                return
            self._carried += len(data)
            _write(self._files["stdout"], self._redact(data.decode("utf-8", "replace")).encode("utf-8", "replace"))


def _write(fd, data):
    while data:
        data = data[os.write(fd, data):]
