import json
import subprocess
import sys
from pathlib import Path

from tests.benchmarks import databases
from tests.benchmarks.report import Report, as_json, as_markdown, number
from tests.benchmarks.timing import measured, peak_memory_mb, repeated
from tests.floors.sources import ROOT


def test_a_number_is_held_against_its_aim() -> None:
    report = Report(section="Loading")
    report.add("rows", 5, "rows/s", at_least=10)
    report.ratio("beside COPY", 6, 10, at_least=0.5)
    report.add("memory", 5, "MB")
    assert [one.is_met for one in report.measurements] == [False, True, None]


def test_the_report_reads_as_markdown_and_as_json() -> None:
    report = Report(section="Loading")
    report.add("rows", 123456, "rows/s", at_least=10, note="indexed")
    text = as_markdown(report, about={"cores": 2})
    assert "## Loading" in text
    assert "| rows | 123,456 | rows/s | >= 10 | met | indexed |" in text
    read = json.loads(as_json(report, about={"cores": 2}))
    assert Report.of(read["measurements"]).measurements == report.measurements


def test_numbers_keep_three_digits() -> None:
    assert [number(value) for value in (0, 0.01234, 1.5, 99.96, 1234567)] == ["0", "0.0123", "1.5", "100", "1,234,567"]


def test_times_are_percentiles_of_repeated_calls() -> None:
    times = repeated(lambda: sum(range(1000)), times=10)
    assert len(times.samples) == 10
    assert 0 < times.p50_ms <= times.p95_ms < 1000
    with measured() as watch:
        pass
    assert 0 <= watch.seconds < 1
    assert peak_memory_mb() > 10


def test_a_sqlite_database_has_all_tables_and_is_gone_afterwards() -> None:
    with databases.open_engine("sqlite") as engine:
        path = Path(str(engine.url.database))
        assert path.exists()
    assert not path.exists()


def test_an_unknown_benchmark_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "nothing"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert done.returncode == 2
    assert "no such benchmark: nothing" in done.stderr
