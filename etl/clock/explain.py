"""Says in words and minutes why a request is on time or late: a timeline that everybody can check.

"24.12. 16:00 received; 25.12. holiday: ...; 28.12. 10:00 paused 3 h 10 min: waiting for the caller; 29.12. 15:10 due;
30.12. 09:00 closed, late by 1 h 50 min. ..." The last sentence adds the parts up, so that nothing is left unexplained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time

import numpy as np

from etl.clock.clocks import ROUND_THE_CLOCK
from etl.clock.events import NOBODY, NOTHING, Kind
from etl.clock.policies import PolicyBook
from etl.clock.results import Results
from etl.clock.states import State
from etl.clock.timeline import days_off_between
from etl.clock.verdict import Verdict, verdicts_of
from etl.clock.words import Words, words_of
from etl.clock.zones import calendar_length_s

MAX_HOLIDAYS = 6
Entry = tuple[int, int, str]
"""When (UTC seconds), rank among entries of the same instant, what."""
WriteDay = Callable[[date, bool], str]
"""A day in words, with its year where that is asked for."""


def numbered_day(day_on: date, has_year: bool) -> str:
    """Day and month in numbers, as the command line writes them: 24.12."""
    return f"{day_on.day}.{day_on.month}.{day_on.year if has_year else ''}"


def explain(
    results: Results,
    book: PolicyBook,
    row: int,
    *,
    now_s: int,
    lang: str = "en",
    reasons: Mapping[int, str] | None = None,
    executors: Mapping[int, str] | None = None,
    write_day: WriteDay = numbered_day,
) -> str:
    """The explanation of request `row` in `lang` (en, sk, uk, be, ru; English for any other).

    `reasons`: reason codes by number of the event within the request, in replay order. `executors`: names by id.
    `write_day`: how the reader writes a day.
    """
    teller = _Teller(results, book, row, now_s, words_of(lang), reasons or {}, executors or {}, write_day)
    entries = sorted([*teller.events(), *teller.holidays(), *teller.term()], key=lambda entry: entry[:2])
    return "; ".join([text for *_, text in entries] + teller.open_state()) + ". " + teller.summary() + "."


class _Teller:
    """The parts of one request's explanation."""

    def __init__(
        self,
        results: Results,
        book: PolicyBook,
        row: int,
        now_s: int,
        words: Words,
        reasons: Mapping[int, str],
        executors: Mapping[int, str],
        write_day: WriteDay,
    ) -> None:
        self.results, self.book, self.row, self.now_s, self.words = results, book, row, now_s, words
        self.reasons, self.executors, self.write_day = reasons, executors, write_day
        self.first, self.last = results.trace.events.first[row : row + 2].tolist()
        self.created_s = int(results.created_s[row])
        self.own_row = slice(row, row + 1)
        self.verdict = Verdict(str(verdicts_of(results, now_s, self.own_row)[0]))
        self.is_own_hours = int(results.clocks.own[results.policy[row]]) != ROUND_THE_CLOCK

    def events(self) -> Iterator[Entry]:
        """An entry per event that changed something."""
        yield self.created_s, 0, self.words.say("received", when=self.when(self.created_s))
        started = int(self.results.started_s[self.row])
        if started > self.created_s:
            yield started, 1, self.words.say("starts", when=self.when(started))
        for event in range(self.first, self.last):
            text = self.event(event)
            if text:
                yield int(self.results.trace.events.at_s[event]), 3, text

    def event(self, event: int) -> str:
        """What an event did, in words; empty where it changed nothing."""
        trace = self.results.trace
        kind, at = Kind(int(trace.events.kind[event])), int(trace.events.at_s[event])
        before = int(trace.state[event - 1]) if event > self.first else -1
        has_changed = int(trace.state[event]) != before
        if kind == Kind.PAUSED and has_changed:
            return self.pause(event, at)
        if kind == Kind.CLOSED and has_changed:
            return self.closing(at)
        if kind == Kind.CANCELLED and has_changed:
            return self.words.say("cancelled", when=self.when(at))
        if kind == Kind.REOPENED and has_changed:
            return self.words.say("reopened", when=self.when(at))
        if kind == Kind.RETURNED:
            return self.words.say("returned", when=self.when(at))
        if kind == Kind.EXTENDED:
            return self.extension(event, at)
        return self.assignment(event, at) if kind == Kind.ASSIGNED else ""

    def assignment(self, event: int, at: int) -> str:
        executor = int(self.results.trace.events.executor_ids[event])
        name = self.executors.get(executor, "")
        key = "assigned" if executor != NOBODY and name else "assigned_plain"
        said = self.words.say(key, when=self.when(at), executor=name)
        has_class = int(self.results.trace.events.class_ids[event]) != 0
        return f"{said}; {self.words.say('class_changed', when=self.when(at))}" if has_class else said

    def pause(self, event: int, at: int) -> str:
        trace, end = self.results.trace, event + 1
        while end < self.last and trace.state[end] == State.PAUSED:
            end += 1
        code = self.reasons.get(event - self.first, "")
        suffix, reason = ("" if code else "_plain"), self.words.reason(code)
        if end >= self.last:
            return self.words.say(f"paused_still{suffix}", when=self.when(at), reason=reason)
        until = int(trace.events.at_s[end])
        said = self.words.say(f"paused{suffix}", when=self.when(at), span=self.words.span(until - at), reason=reason)
        within = self.own_between(at, until)
        if not self.is_own_hours or within == until - at:
            return said
        return f"{said} {self.words.say('of_hours', span=self.words.span(within))}"

    def extension(self, event: int, at: int) -> str:
        trace = self.results.trace
        if trace.is_extension[event]:
            span = self.own_span(int(self.results.target_s[self.row]))
            return self.words.say("extended", when=self.when(at), span=span)
        lengths = trace.events.extended_s[event], trace.events.extended_to_s[event]
        return self.words.say(
            "extended_empty" if all(length == NOTHING for length in lengths) else "extended_not", when=self.when(at)
        )

    def closing(self, at: int) -> str:
        is_final = at == int(self.results.resolved_s[self.row])
        key = (
            {
                Verdict.ON_TIME: "closed_on_time",
                Verdict.LATE: "closed_late",
                Verdict.LATE_3X: "closed_late_3x",
            }.get(self.verdict, "closed")
            if is_final
            else "closed_between"
        )
        late = int(self.results.late_s[self.row])
        beyond = at - int(self.results.due_s[self.row])
        span = self.own_span(late) if late else self.words.span(beyond)
        if "late" in key and beyond < 60:
            span = self.words.say("under_minute")
        return self.words.say(key, when=self.when(at), span=span if "late" in key else "")

    def holidays(self) -> Iterator[Entry]:
        """Holidays of the request's own calendar between receipt and the end of its story."""
        ends = [int(self.results.last_s[self.row]), int(self.results.due_s[self.row])]
        days = sorted(
            days_off_between(self.results, self.book, self.row, self.created_s, max(self.created_s, *ends)).items()
        )
        for day_on, name in days[:MAX_HOLIDAYS]:
            said = self.words.say("holiday" if name else "holiday_plain", day=self.day(day_on), name=name)
            yield self.midnight(day_on), 2, said
        if len(days) > MAX_HOLIDAYS:
            yield (
                self.midnight(days[MAX_HOLIDAYS][0]),
                2,
                self.words.say("more_holidays", count=len(days) - MAX_HOLIDAYS),
            )

    def term(self) -> Iterator[Entry]:
        """When the term is used up; of a request that waits, only where that was before it began to wait."""
        due, used_up = int(self.results.due_s[self.row]), int(self.results.used_up_s[self.row])
        paused = int(self.results.paused_since_s[self.row])
        if due == NOTHING or self.verdict == Verdict.CANCELLED or (paused != NOTHING and paused <= due):
            return
        said = self.words.say("due", when=self.when(due))
        if due > used_up:
            said = f"{said} {self.words.say('rolled', day=self.day_of(used_up))}"
        yield due, 4 if due < int(self.results.last_s[self.row]) else 2, said

    def open_state(self) -> list[str]:
        """How an open request stands at the moment."""
        if self.verdict == Verdict.NO_TERM:
            return [self.words.say("no_term")]
        if not self.verdict.startswith("open"):
            return []
        left = int(self.results.remaining_s(self.now_s, self.own_row)[0]) + self.moved_off_s()
        is_paused = int(self.results.paused_since_s[self.row]) != NOTHING
        key = "open_paused" if is_paused and self.verdict != Verdict.OPEN_OVERDUE else self.verdict.value
        return [self.words.say(key, span=self.own_span(abs(left)))]

    def moved_off_s(self) -> int:
        """What a term won because its end was moved off a day off, on its own clock: late counts from there."""
        due, used_up = int(self.results.due_s[self.row]), int(self.results.used_up_s[self.row])
        return self.own_between(used_up, due) if NOTHING not in (due, used_up) and due > used_up else 0

    def summary(self) -> str:
        """The parts added up: used, outside hours, paused or closed; of open requests up to the moment."""
        used, running, life = self.spent()
        target = int(self.results.target_s[self.row])
        key = "summary_own" if self.is_own_hours else "summary_calendar"
        if target == NOTHING:
            said = [self.words.say("summary_no_term", used=self.own_span(used))]
        else:
            if not self.is_own_hours:
                target = calendar_length_s(int(self.results.started_s[self.row]), target, self.book.zone)
            said = [self.words.say(key, used=self.own_span(used), target=self.own_span(target))]
        if running - used >= 60:
            said.append(self.words.say("outside", span=self.words.span(running - used)))
        if life - running >= 60:
            said.append(self.words.say("not_running", span=self.words.span(life - running)))
        told = ", ".join(said)
        return told[:1].upper() + told[1:]

    def spent(self) -> tuple[int, int, int]:
        """Seconds of its own clock, round the clock without pauses, and in all, to its end or to the moment."""
        results, row = self.results, self.row
        used, running = int(results.own_s[row]), int(results.calendar_s[row])
        last = int(results.last_s[row])
        ended = max(int(results.resolved_s[row]), int(results.cancelled_s[row]))
        if ended != NOTHING:
            return used, running, ended - self.created_s
        until = max(last, self.now_s)
        if int(results.paused_since_s[row]) == NOTHING:
            started = int(results.started_s[row])
            used += self.own_between(max(last, started), max(until, started))
            running += until - last
        return used, running, until - self.created_s

    def own_span(self, seconds: int) -> str:
        """A length of the request's own clock in words."""
        if not self.is_own_hours:
            return self.words.span(seconds)
        week = self.book.calendars[
            self.book.calendar_codes[int(self.results.clocks.own[self.results.policy[self.row]])]
        ].weekly
        lengths = [sum((minute_of(closes) or 1440) - minute_of(opens) for opens, closes in day) for day in week if day]
        return self.words.work_span(seconds, 60 * sum(lengths) // max(len(lengths), 1))

    def own_between(self, start: int, end: int) -> int:
        number = int(self.results.clocks.own[self.results.policy[self.row]])
        if number == ROUND_THE_CLOCK:
            return end - start
        return int(np.diff(self.results.clocks.calendars[number].worked(np.array([start, end])))[0])

    def when(self, at_s: int) -> str:
        """Day, month, hour and minute in the city's time; the year where it is not the year of receipt."""
        local = datetime.fromtimestamp(at_s, self.book.zone)
        return f"{self.day(local.date())} {local:%H:%M}"

    def day_of(self, at_s: int) -> str:
        return self.day(datetime.fromtimestamp(at_s, self.book.zone).date())

    def day(self, day_on: date) -> str:
        return self.write_day(day_on, day_on.year != datetime.fromtimestamp(self.created_s, self.book.zone).year)

    def midnight(self, day_on: date) -> int:
        return int(datetime(day_on.year, day_on.month, day_on.day, tzinfo=self.book.zone).timestamp())


def minute_of(moment: time) -> int:
    """Minutes since midnight."""
    return moment.hour * 60 + moment.minute
