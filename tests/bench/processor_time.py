"""The processor time of a process and of everything that it starts, children of children included."""

import os
import threading
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


class ProcessorTime:
    """Looks twenty times a second; a process that lived for less than that is missed. Says less on a busy machine than the
    clock does, but what it says does not depend on who else is there."""

    def __init__(self, pid):
        self.known = {pid: 0}
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def seconds(self):
        self._look()
        return sum(list(self.known.values())) / TICK

    def stop(self):
        self.ended.set()
        self.thread.join()

    def _watch(self):
        while not self.ended.wait(0.05):
            self._look()

    def _look(self):
        for entry in os.scandir("/proc"):
            if not entry.name.isdigit():
                continue
            try:
                fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has just ended
            if int(entry.name) in self.known or int(fields[1]) in self.known:
                self.known[int(entry.name)] = int(fields[11]) + int(fields[12])
