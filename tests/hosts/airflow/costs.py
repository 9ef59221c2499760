"""What is counted beside the requests: connections and bytes, processor time and memory of sessions, a PostgreSQL to use."""

import asyncio
import multiprocessing
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlparse

TICK = os.sysconf("SC_CLK_TCK")


class CountingLine:
    """Passes bytes on to a workspace, from a process of its own, and counts connections and what the workspace sent."""

    def __init__(self, url):
        target = urlparse(url)
        self._counts = multiprocessing.Array("q", 2)
        ready = multiprocessing.Queue()
        self._process = multiprocessing.Process(target=_serve, args=(target.hostname, target.port, self._counts, ready), daemon=True)
        self._process.start()
        self.url = f"http://127.0.0.1:{ready.get(timeout=10)}"

    def take(self):
        """(connections, bytes received) since the last look."""
        with self._counts.get_lock():
            taken = tuple(self._counts)
            self._counts[0] = self._counts[1] = 0
        return taken

    def stop(self):
        self._process.terminate()
        self._process.join()


def _serve(host, port, counts, ready):
    async def pump(reader, writer, counted):
        try:
            while data := await reader.read(65536):
                if counted:
                    with counts.get_lock():
                        counts[1] += len(data)
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def accept(reader, writer):
        with counts.get_lock():
            counts[0] += 1
        upstream_reader, upstream_writer = await asyncio.open_connection(host, port)
        await asyncio.gather(pump(reader, upstream_writer, False), pump(upstream_reader, writer, True))

    async def main():
        server = await asyncio.start_server(accept, "127.0.0.1", 0, backlog=512)
        ready.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def of_sessions(sessions):
    """(processor seconds, of ended children too; PSS in MiB) of all processes of these sessions."""
    ticks = kilobytes = 0
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) not in sessions:
                continue
            ticks += sum(int(each) for each in fields[11:15])
            rollup = Path(entry.path, "smaps_rollup").read_text()
            kilobytes += int(rollup.partition("\nPss:")[2].split()[0])
        except (OSError, IndexError, ValueError):
            continue  # it has just ended
    return ticks / TICK, kilobytes / 1024


class Postgres:
    """A cluster of its own, on a socket in its folder only. As root it runs as the user `postgres`."""

    def __init__(self):
        binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not binaries:
            raise RuntimeError("PostgreSQL is not installed (apt-get install postgresql)")
        self.bin = binaries[-1]
        self.folder = Path(tempfile.mkdtemp(prefix="brickwork-pg-"))
        self.user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.user:
            shutil.chown(self.folder, "postgres")
        self._call("initdb", "-D", self.folder / "data", "-U", "airflow", "-A", "trust", "--no-sync")
        options = [f"-c{each}" for each in ("listen_addresses=", f"unix_socket_directories={self.folder}", "max_connections=300", "fsync=off")]
        self.process = subprocess.Popen([*self.user, self.bin / "postgres", "-D", self.folder / "data", *options],
                                        stdout=subprocess.DEVNULL, stderr=(self.folder / "log").open("wb"), start_new_session=True)
        for _ in range(100):
            if subprocess.run([self.bin / "pg_isready", "-h", self.folder, "-q"], check=False).returncode == 0:
                break
            time.sleep(0.1)
        self._call("createdb", "-h", self.folder, "-U", "airflow", "airflow")
        self.url = f"postgresql+psycopg2://airflow@/airflow?host={self.folder}"

    def _call(self, program, *arguments):
        subprocess.run([*self.user, self.bin / program, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()
        shutil.rmtree(self.folder)
