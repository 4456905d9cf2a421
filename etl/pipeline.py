"""A load from end to end: profile, lock, book entry, rows, history, clock, roll-ups, and the report, in that order.

Everything a file brings is one transaction; the entry in `load_run` is opened before it and closed within it, so that
a load killed at any moment leaves the tables as they were and an entry that the next load marks as failed.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from time import monotonic

from sqlalchemy import Engine

from etl import runs
from etl.ahead import read_ahead
from etl.behind import working_behind
from etl.derived import keep_current
from etl.fresh import fresh_clock
from etl.load import Loader
from etl.locks import load_lock, writing
from etl.prepared import Prepared
from etl.profile_tables import write_profile
from etl.report import LoadReport, Progress, Silent
from etl.withdrawn import Listing
from geodata.profile import CityProfile


class _DryRun(Exception):  # noqa: N818 - not an error: the way out of a transaction that must not stay
    """Carries the report out of the transaction that it rolls back."""

    def __init__(self, report: LoadReport) -> None:
        super().__init__("dry run")
        self.report = report


def run_load(
    engine: Engine,
    profile: CityProfile,
    batches: Iterable[Prepared],
    *,
    source: str,
    file: str,
    file_hash: str | None,
    is_simulated: bool,
    now: datetime,
    progress: Progress | None = None,
    dry_run: bool = False,
    listing: Listing | None = None,
) -> LoadReport:
    """Load the chunks of one file; `now` is the moment it counts as known since, `listing` what it is of a directory.

    Raises what stopped it, after the book says so; nothing of the file remains then. A dry run does all of it, reports,
    and leaves no trace.
    """
    progress = progress or Silent()
    with load_lock(engine, profile.slug, source):
        city_id, load_id = (0, 0) if dry_run else _opened(engine, profile, source, file, file_hash, is_simulated, now)
        try:
            with writing(engine) as connection:
                if dry_run:
                    city_id = write_profile(connection, profile, now=now)
                    load_id = runs.open_run(
                        connection, city_id, source=source, file=file, file_hash=file_hash, is_simulated=is_simulated,
                        now=now,
                    )  # fmt: skip
                with working_behind(connection) as behind, fresh_clock(profile, city_id) as clock:
                    loader = Loader(
                        behind, city_id, load_id, source, file, now,
                        is_first=runs.is_first(connection, source), is_simulated=is_simulated, clock=clock,
                        listing=listing,
                    )  # fmt: skip
                    report = _loaded(loader, profile, batches, progress=progress, is_dry_run=dry_run)
                if dry_run:
                    raise _DryRun(report)
        except _DryRun as done:
            return done.report
        except BaseException as error:
            if not dry_run:
                with writing(engine) as connection:
                    runs.fail_run(connection, load_id, error=_reason(error), ended_at=datetime.now(UTC))
            raise
    return report


def _opened(
    engine: Engine,
    profile: CityProfile,
    source: str,
    file: str,
    file_hash: str | None,
    is_simulated: bool,
    now: datetime,
) -> tuple[int, int]:
    with writing(engine) as connection:
        city_id = write_profile(connection, profile, now=now)
        runs.fail_dead_runs(connection, city_id, source, now=now)
        load_id = runs.open_run(
            connection, city_id, source=source, file=file, file_hash=file_hash, is_simulated=is_simulated, now=now
        )
    return city_id, load_id


def _loaded(
    loader: Loader, profile: CityProfile, batches: Iterable[Prepared], *, progress: Progress, is_dry_run: bool
) -> LoadReport:
    started = monotonic()
    progress.stage("rows")
    with closing(read_ahead(batches)) as chunks:
        for chunk in chunks:
            loader.add(chunk)
            progress.advance(chunk.rows_read)
    loader.finish()
    progress.stage("clock and roll-ups")
    keep_current(
        loader.connection, profile, loader.city_id, loader.touched, loader.hand, loader.differences, now=loader.now
    )
    report = _report(loader, seconds=monotonic() - started, is_dry_run=is_dry_run)
    runs.close_run(loader.connection, report, ended_at=datetime.now(UTC))
    progress.stage("commit")
    return report


def _report(loader: Loader, *, seconds: float, is_dry_run: bool) -> LoadReport:
    unmapped: dict[str, dict[str, int]] = {}
    for (field, value), rows in loader.unmapped.most_common():
        unmapped.setdefault(field, {})[value] = rows
    warnings = list(loader.warnings)
    if loader.kept_events:
        warnings.append(f"{loader.kept_events} events differ from those already held, which were kept as they are")
    return LoadReport(
        source=loader.source,
        file=loader.file,
        load_id=loader.load_id,
        read=loader.read,
        inserted=loader.counts.inserted,
        updated=loader.counts.updated,
        unchanged=loader.counts.unchanged,
        rejected=loader.rejected,
        seconds=seconds,
        repairs=dict(loader.repairs),
        unmapped=unmapped,
        newest_at=loader.newest_at,
        withdrawn=loader.withdrawn,
        warnings=tuple(warnings),
        is_dry_run=is_dry_run,
    )


def _reason(error: BaseException) -> str:
    return str(error) if str(error) else type(error).__name__
