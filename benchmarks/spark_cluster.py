"""A Spark cluster on this machine: a master, two workers and a Spark Connect server, all on loopback.

    python benchmarks/spark_cluster.py                         until Ctrl-C
    python benchmarks/spark_cluster.py -- COMMAND ARGUMENTS    while the command runs; its exit code

It needs `pyspark` from its package, and Java 17. The command finds the address in GAINLINE_ENGINE.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

LOOPBACK = "127.0.0.1"
PATIENCE = 120.0
WORKERS, CORES, MEMORY = 2, "1", "2g"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as one:
        one.bind((LOOPBACK, 0))
        return int(one.getsockname()[1])


def spark_home() -> Path:
    """Where the pip-installed Spark lies."""
    found = find_spec("pyspark")
    home = Path(found.origin).parent if found and found.origin else Path()
    if not (home / "bin" / "spark-class").is_file():
        sys.exit("the whole of pyspark is not installed here: python3 run.py cluster sets it up")
    if not shutil.which("java"):
        sys.exit("there is no java on the path; Spark 4.0 needs Java 17")
    return home


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until somebody listens."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as one:
            if one.connect_ex((LOOPBACK, port)) == 0:
                return
        time.sleep(0.2)
    sys.exit(f"Spark did not start; its log ends:\n{log.read_text(errors='replace')[-2000:]}")


@contextmanager
def running(words: list[str], log: Path, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One of Spark's processes, in a group of its own, ended with everything that it started."""
    folder = str(log.parent)
    environment = os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": LOOPBACK, "SPARK_LOCAL_DIRS": folder}
    with log.open("wb") as out:
        process = subprocess.Popen(
            words, stdout=out, stderr=subprocess.STDOUT, env=environment, cwd=folder, start_new_session=True
        )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def cluster() -> Iterator[str]:
    """The address of a Spark Connect server whose jobs run on a master and two workers."""
    home = spark_home()
    master, connect = free_port(), free_port()
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        spark_class, submit = str(home / "bin" / "spark-class"), str(home / "bin" / "spark-submit")
        deploy = "org.apache.spark.deploy"

        def start(name: str, *words: str) -> subprocess.Popen[bytes]:
            return stack.enter_context(running(list(words), logs / name, home))

        own = ("-h", LOOPBACK, "-p", str(master), "--webui-port", str(free_port()))
        wait_for(master, start("master", spark_class, f"{deploy}.master.Master", *own), logs / "master")
        for number in range(WORKERS):
            share = ("-h", LOOPBACK, "-c", CORES, "-m", MEMORY, "--webui-port", str(free_port()), "-d", str(logs))
            start(f"worker{number}", spark_class, f"{deploy}.worker.Worker", *share, f"spark://{LOOPBACK}:{master}")
        settings = {
            "spark.connect.grpc.binding.address": LOOPBACK,
            "spark.connect.grpc.binding.port": str(connect),
            "spark.driver.host": LOOPBACK,
            "spark.driver.bindAddress": LOOPBACK,
            "spark.driver.memory": "1g",
            "spark.executor.memory": "1500m",
            "spark.executor.cores": CORES,
            "spark.sql.shuffle.partitions": "4",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.warehouse.dir": str(logs / "warehouse"),
            "spark.ui.enabled": "false",
        }
        pairs = [word for key, value in settings.items() for word in ("--conf", f"{key}={value}")]
        server = "org.apache.spark.sql.connect.service.SparkConnectServer"
        address = f"spark://{LOOPBACK}:{master}"
        words = (submit, "--master", address, "--class", server, *pairs, "spark-internal")
        wait_for(connect, start("connect", *words), logs / "connect")
        yield f"sc://{LOOPBACK}:{connect}"


def client_environment(address: str) -> dict[str, str]:
    """Where the command runs: with the client's Python first, and no Java to lean on."""
    environment = {key: value for key, value in os.environ.items() if key not in ("JAVA_HOME", "SPARK_HOME")}
    first = environment.pop("GAINLINE_CLIENT_BIN", "")
    path = os.pathsep.join(part for part in (first, environment.get("PATH", "")) if part)
    return environment | {"GAINLINE_ENGINE": address, "PATH": path}


def main(arguments: list[str]) -> int:
    """Start the cluster, and run the command or wait."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    with cluster() as address:
        print(f"GAINLINE_ENGINE={address}", file=sys.stderr, flush=True)
        if command:
            return subprocess.run(command, env=client_environment(address)).returncode
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
