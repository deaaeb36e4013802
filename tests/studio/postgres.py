"""A PostgreSQL of the tests' own, on a free port in a temporary folder."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg

from tests.processes import children

PROGRAMS = "/usr/lib/postgresql"
"""Where Debian keeps them, by version."""


def programs():
    """The folder of the server's programs, if there are any."""
    folders = sorted(Path(PROGRAMS).glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    found = shutil.which("pg_ctl")
    return folders[0] if folders else Path(found).resolve().parent if found else None


def why_not():
    """Why there is none; ``None`` where there is."""
    if programs() is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if os.name == "nt":
        return "the server is started as on Unix"
    return None


class Postgres:
    """A server, with ``settings`` such as ``fsync=on``; as root it runs as the user ``postgres``, for it
    refuses to be root's.
    """

    def __init__(self, *settings):
        self._settings = ["listen_addresses=127.0.0.1", "fsync=off", "max_connections=200", *settings]
        self._programs = programs()
        self._user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
        self.folder = Path(tempfile.mkdtemp(prefix="audiopod-postgres-"))
        if self._user:
            shutil.chown(self.folder, "postgres", "postgres")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._run(
            "initdb",
            "-D",
            self.folder / "data",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-N",
            "--locale=C.UTF-8",
            "-E",
            "UTF8",
        )
        self.start()

    def _run(self, program, *arguments):
        command = [self._programs / program, *map(str, arguments)]
        with (self.folder / "programs.log").open("a") as log:
            subprocess.run(command, check=True, stdout=log, stderr=log, cwd="/", timeout=60, **self._user)

    def start(self):
        options = f"-p {self.port} -k {self.folder} " + " ".join(
            f"-c {setting}" for setting in self._settings
        )
        log = self.folder / "server.log"
        self._run("pg_ctl", "-D", self.folder / "data", "-l", log, "-w", "-o", options, "start")

    def stop(self, mode="immediate"):
        """End it; ``immediate`` is as if the power went."""
        self._run("pg_ctl", "-D", self.folder / "data", "-m", mode, "-w", "stop")

    @contextlib.contextmanager
    def frozen(self):
        """Nothing of it goes on, while connections stay as they are."""
        head = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        stopped = [head, *children(head)]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in stopped:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def program(self, name):
        """The path of one of PostgreSQL's programs."""
        return str(self._programs / name)

    def cpu_seconds(self):
        """How long the server has worked, with all its processes, also those that have ended."""
        head = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        ticks = 0
        for pid in (head, *children(head)):
            with contextlib.suppress(OSError):  # whose time is the head's by now
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15] if pid == head else fields[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def new_database(self):
        """The address of an empty database."""
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            (number,) = connection.execute("SELECT count(*) FROM pg_database").fetchone()
            connection.execute(f"CREATE DATABASE studio_{number}")
        return self._url(f"studio_{number}")

    def _url(self, name):
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
