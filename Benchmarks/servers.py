"""Starts the servers under test, each fresh, in a folder of its own, pinned, and ended by its process id."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE = CORES[0]
LOAD_CORE = CORES[1 % len(CORES)]
HERE = pathlib.Path(__file__).resolve().parent


class Unavailable(Exception):
    """A server that cannot be measured here, and why."""


def pinned(core, command):
    return ["taskset", "-c", str(core), *map(str, command)]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(ready, what, process, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Unavailable(f"{what} ended with status {process.returncode}")
        if ready():
            return
        time.sleep(0.02)
    raise Unavailable(f"{what} is not ready after {seconds} s")


def answers_http(port):
    """True once a process behind the port has answered; that the kernel accepts connections says little."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            return connection.recv(5) == b"HTTP/"
    except OSError:
        return False


class Process:
    """A child process with its output in a log file."""

    def __init__(self, core, command, log):
        self.log = pathlib.Path(log)
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(pinned(core, command), stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output)
        self.pid = self.process.pid

    def await_ready(self, ready, what):
        try:
            wait_until(ready, what, self.process)
        except Unavailable as reason:
            self.stop()
            tail = self.log.read_text(errors="replace").strip().splitlines()[-3:]
            raise Unavailable(f"{reason}: {' | '.join(tail)}") from None

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Redis(Process):
    """redis-server on a Unix socket, without persistence: the disk is not what is measured."""

    def __init__(self, folder):
        if not shutil.which("redis-server"):
            raise Unavailable("redis-server is not installed")
        self.socket = folder / "redis.sock"
        super().__init__(LOAD_CORE, ["redis-server", "--port", 0, "--unixsocket", self.socket, "--save", "",
                                     "--appendonly", "no", "--dir", folder], folder / "redis.log")
        self.await_ready(self.socket.exists, "redis-server")

    def ask(self, command, seconds=5):
        """The reply to an inline command that answers with a bulk string."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(seconds)
            connection.connect(str(self.socket))
            connection.sendall(command.encode() + b"\r\n")
            reader = connection.makefile("rb")
            return reader.read(int(reader.readline()[1:])).decode()

    def add_foreign_keys(self, count):
        """Fills the database with another application's strings, named as a cache names them."""
        self.ask(f"EVAL \"for i = 1, {count} do redis.call('SET', 'cache:page:' .. i, 'x') end return 'done'\" 0", 60)

    def command_calls(self):
        """How often each command was called so far, by INFO commandstats."""
        text = self.ask("INFO commandstats")
        return {name: int(calls) for name, calls in re.findall(r"cmdstat_([^:]+):calls=(\d+)", text)}


class Server:
    """What a measurement needs to know of a server; `one` and `many` say which feeds the streams are on."""

    settle = []  # ssebench options: when a stream counts as connected
    settle_with_backlog = []
    beside = None

    def publish(self, tools, per_feed, feeds, rate=0, first=1):
        raise NotImplementedError


class Flagpole(Server):
    name = "flagpole"
    settle = ["-w", "live"]
    settle_with_backlog = ["-w", "live"]

    def __init__(self, folder, options, **config):
        if not options.flagpole or not os.access(options.flagpole, os.X_OK):
            raise Unavailable("no flagpole binary")
        self.redis = Redis(folder)
        self.beside = self.redis
        self.port = free_port()
        self.path = "/v1/stream?feed=user:{n}"
        self.database = folder / "data" / "flagpole.sqlite3"
        file = folder / "config.json"
        file.write_text(json.dumps({
            "server": {"port": self.port, "threads": 1, **config.get("server", {})},
            "redis": {"url": f"unix://{self.redis.socket}"},
            "data_dir": str(folder / "data"),
            "database": {"path": str(self.database)},
            "poll": config.get("poll", {}),
            "kinds": config.get("kinds", {}),
            "log": {"level": "warning"},
        }))
        (folder / "data").mkdir()
        self.command, self.log = [options.flagpole, "serve", "--config", file], folder / "flagpole.log"
        try:
            self.start()
        except Unavailable:
            self.redis.stop()
            raise

    def start(self):
        self.process = Process(SERVER_CORE, self.command, self.log)
        self.pid = self.process.pid
        self.process.await_ready(self.ready, "flagpole")

    def kill(self):
        self.process.process.kill()
        self.process.process.wait()

    def metrics(self):
        """The metrics without labels, by name."""
        text = urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5).read().decode()
        return {name: float(value) for name, value in re.findall(r"^(\w+) (\S+)$", text, re.M)}

    def ready(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2).status == 200
        except (urllib.error.URLError, OSError):
            return False

    def publish(self, tools, per_feed, feeds, rate=0, first=1):
        return [tools / "redisload", "-a", self.redis.socket, "-n", per_feed, "-u", feeds, "-r", rate, "-s", first]

    def stop(self):
        self.process.stop()
        self.redis.stop()


class Nchan(Server):
    name = "nchan"
    settle_with_backlog = ["-w", "message"]

    def __init__(self, folder, options, **_):
        nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
        module = nginx and self.module(nginx)
        if not module:
            raise Unavailable("nginx with nchan is not installed")
        self.port = free_port()
        self.path = "/sub/{n}"
        text = (HERE / "nchan.conf.in").read_text()
        values = {"module": module, "port": self.port, "dir": folder, "user": "user root;" if os.getuid() == 0 else ""}
        for key, value in values.items():
            text = text.replace("{{%s}}" % key, str(value))
        file = folder / "nginx.conf"
        file.write_text(text)
        self.process = Process(SERVER_CORE, [nginx, "-e", "stderr", "-c", file], folder / "nginx.log")
        self.pid = self.process.pid
        self.process.await_ready(lambda: answers_http(self.port), "nginx")

    @staticmethod
    def module(nginx):
        """The module's file, where nginx says that its modules are, or where distributions put them."""
        built = subprocess.run([nginx, "-V"], capture_output=True, text=True).stderr
        said = re.findall(r"--modules-path=(\S+)", built)
        for folder in [*said, "/usr/lib/nginx/modules", "/usr/lib64/nginx/modules"]:
            file = pathlib.Path(folder) / "ngx_nchan_module.so"
            if file.exists():
                return file
        return None

    def publish(self, tools, per_feed, feeds, rate=0, first=1):
        return [tools / "httpload", "-a", f"127.0.0.1:{self.port}", "-p", "/pub/{n}", "-n", per_feed, "-u", feeds,
                "-r", rate, "-s", first, "-D", 16 if feeds == 1 else 64]

    def stop(self):
        self.process.stop()


class EpollFan(Server):
    name = "epollfan"

    def __init__(self, folder, options, messages=1, rate=0, **_):
        self.port = free_port()
        self.path = "/"
        command = [options.tools / "epollfan", "-a", f"127.0.0.1:{self.port}", "-m", messages, "-r", rate]
        self.process = Process(SERVER_CORE, command, folder / "epollfan.log")
        self.pid = self.process.pid
        self.process.await_ready(lambda: answers_http(self.port), "epollfan")

    def publish(self, tools, per_feed, feeds, rate=0, first=1):
        return ["kill", "-USR1", self.pid]

    def stop(self):
        self.process.stop()
