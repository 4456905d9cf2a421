"""Speed, measured and written down: `make bench`, or `python -m tests.benchmarks [NAME ...] [--rows N]`.

To add one: a module here with `run(report: Report, *, rows: int) -> None`. It times with `tests.benchmarks.timing`,
gets a database from `tests.benchmarks.databases` and says what it found with `report.add(...)`. The first sentence of
its docstring is the heading. Machines differ: prefer ratios of one run (`report.ratio`) to plain seconds.
"""
