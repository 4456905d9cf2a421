"""The clock told slowly and plainly, minute by minute and date by date: what the vectorised one is held against.

It shares no code with `etl.clock`: only the profile's dataclasses. Instants must be whole minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from geodata.profile import SlaPolicy, WorkCalendar

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True)
class Happening:
    """An event: aware instant, kind, and what it may carry."""

    at: datetime
    kind: str
    request_class: str | None = None
    executor: str | None = None
    extended_min: int | None = None
    extended_to: datetime | None = None


@dataclass
class Answer:
    """What the reference says; minutes, instants in UTC."""

    policy: SlaPolicy
    started_at: datetime
    target_min: int
    due_at: datetime
    late3_at: datetime
    resolved_at: datetime | None
    own_min: int = 0
    working_min: int = 0
    calendar_min: int = 0
    paused_min: int = 0
    late_min: int = 0
    executors: dict[str, int] = field(default_factory=dict)
    state: str = "running"


@dataclass(frozen=True)
class World:
    """The city: zone, calendars, holidays, topics and terms."""

    zone: ZoneInfo
    calendars: Mapping[str, WorkCalendar]
    holidays: Mapping[date, str]
    parents: Mapping[str, str | None]
    policies: Sequence[SlaPolicy]

    def is_open(self, code: str, at: datetime) -> bool:
        """Whether the minute that begins at `at` is within hours."""
        calendar = self.calendars[code]
        if calendar.is_always_open:
            return True
        local = at.astimezone(self.zone)
        now = local.hour * 60 + local.minute
        for opens, closes in self.day(code, local.date()):
            if opens.hour * 60 + opens.minute <= now < (closes.hour * 60 + closes.minute or 1440):
                return True
        return False

    def day(self, code: str, day: date) -> Sequence[tuple[object, object]]:
        """The intervals of a day."""
        calendar = self.calendars[code]
        if day in calendar.exceptions:
            return calendar.exceptions[day]
        if calendar.observes_holidays and day in self.holidays:
            return ()
        return calendar.weekly[day.weekday()]

    def has_hours(self, code: str, day: date) -> bool:
        """Whether a day is a working day."""
        return self.calendars[code].is_always_open or bool(self.day(code, day))

    def next_open(self, code: str, at: datetime) -> datetime:
        """The instant, or the next minute within hours."""
        while not self.is_open(code, at):
            at += MINUTE
        return at

    def counts(self, policy: SlaPolicy, at: datetime) -> bool:
        """Whether the policy's own clock counts the minute at `at`."""
        return policy.clock == "calendar" or self.is_open(policy.calendar, at)

    def choose(self, request_class: str, topic: str | None, on: date) -> SlaPolicy:
        """The policy of a class and topic on a day."""
        code: str | None = topic
        while True:
            for policy in self.policies:
                is_valid = policy.valid_from <= on and (policy.valid_to is None or on < policy.valid_to)
                if policy.request_class == request_class and policy.topic == code and is_valid:
                    return policy
            if code is None:
                raise LookupError(request_class)
            code = self.parents[code]

    def target(self, policy: SlaPolicy, started: datetime) -> int:
        """The term in minutes of its own clock."""
        if policy.target_unit == "minutes":
            return policy.target_value
        if policy.target_unit == "hours":
            return policy.target_value * 60
        if policy.clock == "working":
            started = self.next_open(policy.calendar, started)
        local = started.astimezone(self.zone)
        end = datetime.combine(self.last_day(policy, local.date()), local.time(), tzinfo=self.zone).astimezone(UTC)
        minutes, at = 0, started.astimezone(UTC)
        while at < end:
            minutes += self.counts(policy, at)
            at += MINUTE
        return minutes

    def last_day(self, policy: SlaPolicy, first: date) -> date:
        """The day a term in days or months ends on."""
        if policy.target_unit == "calendar_days":
            return first + policy.target_value * DAY
        if policy.target_unit == "months":
            month = first.month - 1 + policy.target_value
            year, month = first.year + month // 12, month % 12 + 1
            for day in range(first.day, 0, -1):
                try:
                    return date(year, month, day)
                except ValueError:
                    continue
        for _ in range(policy.target_value):
            first += DAY
            while not self.has_hours(policy.calendar, first):
                first += DAY
        return first


def replay(world: World, request_class: str, topic: str | None, happenings: Sequence[Happening]) -> Answer:
    """The life of one request."""
    created = min(item.at for item in happenings if item.kind == "created").astimezone(UTC)
    clamped = [
        (max(item.at.astimezone(UTC), created), item.kind != "created", place, item)
        for place, item in enumerate(happenings)
    ]
    events = [(at, item) for at, _, _, item in sorted(clamped, key=lambda entry: entry[:3])]
    policy = _policy(world, request_class, topic, events)
    started = world.next_open(policy.calendar, created) if policy.starts_at_opening else created
    answer = Answer(policy, started, world.target(policy, started), started, started, None)
    reached = {0: started}
    executor, state, ended = "", "running", created
    for (at, item), until in zip(events, [*(at for at, _ in events[1:]), None], strict=True):
        if item.kind == "extended" and state in ("running", "paused"):
            _extend(world, answer, item, at)
        before, state = state, _next(state, item.kind)
        ended = at if state in ("closed", "cancelled") and before != state else ended
        executor = item.executor or executor
        for minute in _minutes(at, until):
            _count(world, answer, state, executor, minute, reached)
    answer.state = state
    answer.resolved_at = ended if state == "closed" else None
    is_over = state in ("closed", "cancelled")
    _run_on(world, answer, max(ended if is_over else events[-1][0], started), reached)
    answer.due_at = _rolled(world, policy, reached[answer.target_min])
    late3 = reached[3 * answer.target_min]
    while not world.counts(policy, late3):
        late3 += MINUTE
    answer.late3_at = max(late3, answer.due_at)
    if answer.resolved_at is not None and answer.resolved_at > answer.due_at:
        answer.late_min = sum(reached[minute] > answer.due_at for minute in range(1, answer.own_min + 1))
    return answer


def _policy(world: World, request_class: str, topic: str | None, events: list[tuple[datetime, Happening]]) -> SlaPolicy:
    current, since = request_class, events[0][0]
    for at, item in events:
        if item.request_class and item.request_class != current:
            current, since = item.request_class, at
    return world.choose(current, topic, since.astimezone(world.zone).date())


def _next(state: str, kind: str) -> str:
    if kind == "cancelled":
        return "cancelled"
    if kind == "reopened":
        return "running" if state in ("closed", "cancelled") else state
    if state == "cancelled":
        return state
    if kind == "closed":
        return "closed"
    if kind == "returned":
        return "running"
    if kind == "paused" and state == "running":
        return "paused"
    return "running" if kind == "resumed" and state == "paused" else state


def _minutes(start: datetime, end: datetime | None) -> Iterator[datetime]:
    while end is not None and start < end:
        yield start
        start += MINUTE


def _count(world: World, answer: Answer, state: str, executor: str, at: datetime, reached: dict[int, datetime]) -> None:
    if state == "paused":
        answer.paused_min += 1
    if state != "running":
        return
    answer.calendar_min += 1
    if at < answer.started_at:
        return
    if world.is_open(answer.policy.calendar, at):
        answer.working_min += 1
        answer.executors[executor] = answer.executors.get(executor, 0) + 1
    if world.counts(answer.policy, at):
        answer.own_min += 1
        reached[answer.own_min] = at + MINUTE


def _extend(world: World, answer: Answer, item: Happening, at: datetime) -> None:
    if answer.own_min > answer.target_min:
        return
    if item.extended_to is not None:
        begin = max(at, answer.started_at)
        ahead = sum(world.counts(answer.policy, minute) for minute in _minutes(begin, item.extended_to.astimezone(UTC)))
        answer.target_min = max(answer.target_min, answer.own_min + ahead)
    elif item.extended_min is not None:
        answer.target_min += item.extended_min
    elif answer.policy.extended_value is not None and answer.policy.extended_unit is not None:
        longer = replace(
            answer.policy, target_value=answer.policy.extended_value, target_unit=answer.policy.extended_unit
        )
        answer.target_min = max(answer.target_min, world.target(longer, answer.started_at))


def _run_on(world: World, answer: Answer, at: datetime, reached: dict[int, datetime]) -> None:
    counted = answer.own_min
    while counted < 3 * answer.target_min:
        if world.counts(answer.policy, at):
            counted += 1
            reached[counted] = at + MINUTE
        at += MINUTE


def _rolled(world: World, policy: SlaPolicy, due: datetime) -> datetime:
    local = due.astimezone(world.zone)
    if not policy.rolls_to_working_day or world.has_hours(policy.calendar, local.date()):
        return due
    day = local.date()
    while not world.has_hours(policy.calendar, day):
        day += DAY
    return datetime.combine(day, local.time(), tzinfo=world.zone).astimezone(UTC)
