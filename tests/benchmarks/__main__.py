"""Run the benchmarks, each in a process of its own, and write var/bench/report.md and report.json."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.report import Report, as_json, as_markdown
from tests.benchmarks.timing import measured

HERE = Path(__file__).parent
OUT = Path("var/bench")


def names() -> list[str]:
    """The benchmarks there are: modules of this folder with a `run`."""
    return sorted(path.stem for path in HERE.glob("*.py") if "\ndef run(" in path.read_text(encoding="utf-8"))


def heading(name: str) -> str:
    """The first sentence of the benchmark's docstring."""
    text = " ".join((importlib.import_module(f"tests.benchmarks.{name}").__doc__ or name).split("\n\n")[0].split())
    return text.split(". ")[0].rstrip(".")


def run_here(name: str, *, rows: int, out: Path) -> None:
    """Run one benchmark in this process and write its measurements to `out`."""
    report = Report(section=heading(name))
    importlib.import_module(f"tests.benchmarks.{name}").run(report, rows=rows)
    out.write_text(json.dumps(report.rows()), encoding="utf-8")


def run_apart(name: str, *, rows: int) -> list[dict[str, Any]] | None:
    """Run one benchmark in a fresh process; None when it failed (its error is on the screen)."""
    with tempfile.TemporaryDirectory(prefix="linka-bench-") as folder:
        out = Path(folder) / "rows.json"
        command = [sys.executable, "-m", "tests.benchmarks", name, "--rows", str(rows), "--only-to", str(out)]
        done = subprocess.run(command, check=False)
        return json.loads(out.read_text(encoding="utf-8")) if done.returncode == 0 and out.exists() else None


def about(rows: int) -> dict[str, Any]:
    """What the numbers were measured on."""
    return {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cores": os.cpu_count(),
        "Python": platform.python_version(),
        "rows": f"{rows:,}",
    }


def main() -> int:
    """Parse the command line; the exit code is 1 when a benchmark failed (a missed aim is a finding, not a failure)."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure Linka's speed.")
    parser.add_argument("names", nargs="*", help="benchmarks to run; all of them when none is named")
    parser.add_argument("--rows", type=int, default=1_000_000, help="requests to measure with")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the report")
    parser.add_argument("--list", action="store_true", help="name the benchmarks and stop")
    parser.add_argument("--only-to", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.list:
        print(*(f"{name:12} {heading(name)}" for name in names()), sep="\n")
        return 0
    unknown = sorted(set(chosen.names) - set(names()))
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(names())}")
    if chosen.only_to:
        run_here(chosen.names[0], rows=chosen.rows, out=chosen.only_to)
        return 0
    return run_all(chosen.names or names(), rows=chosen.rows, out=chosen.out)


def run_all(chosen: list[str], *, rows: int, out: Path) -> int:
    """Run benchmarks one after the other, writing the report after each so that nothing measured is lost."""
    out.mkdir(parents=True, exist_ok=True)
    report, failed = Report(), []
    for name in chosen:
        print(f"{name} ...", end=" ", file=sys.stderr, flush=True)
        with measured() as watch:
            found = run_apart(name, rows=rows)
        print(f"{watch.seconds:.0f} s" if found is not None else "FAILED", file=sys.stderr)
        failed += [name] if found is None else []
        report.measurements += Report.of(found or []).measurements
        told = about(rows) | ({"failed": ", ".join(failed)} if failed else {})
        (out / "report.json").write_text(as_json(report, about=told), encoding="utf-8")
        (out / "report.md").write_text(as_markdown(report, about=told), encoding="utf-8")
    print((out / "report.md").read_text(encoding="utf-8"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
