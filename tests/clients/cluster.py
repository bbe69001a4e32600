#!/usr/bin/env python3
"""Writes to and reads from two instances of a sandbox while somebody kills parts of what they stand on, and then compares what is there
with what was answered. Standard library only.

    cluster.py http://127.0.0.1:18774 http://127.0.0.1:18775
    cluster.py --self-test

    --self-test  honest instances of its own, and others that lose, double and forget: tests this program

Eight threads make drafts without pause, each under an Idempotency-Key of its own and sent again, to the other instance each time, until
it is answered. Each draft is read at once from both instances, then edited, and read again. Lines on standard input say what happens
meanwhile; each but the last is answered with `done` on standard output:

    phase NAME  what happens from now on counts under this name
    settle      what went away is back: wait until each instance accepts writes again
    end         stop writing, compare, print a table

What is for people goes to standard error. Exit code 0: every draft that was answered is there once, with the title that was answered
last, nothing else is, and no read was older than the answer before it. 1: it is not so, and it is said why.
"""

import argparse
import http.client
import json
import random
import sys
import threading
import time
import urllib.parse
import uuid
from collections import Counter
from typing import NamedTuple

THREADS = 8
# Seconds until which a request must be answered, however often it is sent.
GIVE_UP = 60
# Seconds until which each instance must accept writes after an event.
SETTLE = 60
# Seconds that a request waits for its answer.
TIMEOUT = 15
# Seconds between two attempts: without a word of the service, and the most that its word counts for.
PAUSE, LONGEST_PAUSE = 0.1, 1.0
# Nothing can be written for a moment in these phases; in the others an instance and the primary are there, and writes go on.
OUTAGES = {"PgBouncer is killed", "the primary crashes"}
# Seconds without a write in the other phases.
LONGEST_GAP = 3
# So many failures are told.
TOLD = 12

PATH = "/v1/declarations"
DRAFT = {"year": 2023, "subject": "professional", "way": "conference", "learning_start": "2023-05-08", "learning_end": "2023-05-09",
         "hours": 8}
EDITED = " (edited)"
NAMES = "AB"


class Wrong(Exception):
    """Something that must not be."""


class Answer(NamedTuple):
    status: int
    headers: dict
    body: dict


def say(text):
    print(text, file=sys.stderr, flush=True)


# What became of a request, and of its attempts.


def outcome(answer):
    """What one attempt came to. Only what is `answered` is not sent again."""
    if answer is None:
        return "unanswered"
    if answer.status in (429, 503):
        return "refused"
    if answer.status >= 500:
        return "broken"
    if answer.status == 409 and answer.body.get("code") == "idempotency-key-in-progress":
        # An attempt whose connection broke is still running.
        return "refused"
    return "answered"


def pause_after(answer):
    """Seconds to wait before the next attempt."""
    try:
        return min(LONGEST_PAUSE, max(0.0, float(answer.headers["retry-after"])))
    except (AttributeError, KeyError, ValueError):
        return PAUSE


def staleness(told, answer):
    """What is older in an answer than what was told before; None if nothing is."""
    if answer.status == 404:
        return f"{told['id']} is not there"
    if answer.status != 200:
        raise Wrong(f"reading {told['id']} is answered with {answer.status}: {answer.body}")
    for name in ("version", "title"):
        if answer.body[name] != told[name]:
            return f"{told['id']} has {name} {answer.body[name]!r} instead of {told[name]!r}"
    return None


def longest_gap(times, began, ended):
    """The longest time without any of the given instants."""
    points = [began, *sorted(when for when in times if began <= when <= ended), ended]
    return max(later - earlier for earlier, later in zip(points, points[1:]))


def compare(expected, listed):
    """What is wrong with a list of (id, title), where id -> title is what was answered."""
    times, titles = Counter(id for id, _ in listed), dict(listed)
    known = {title.removesuffix(EDITED) for title in expected.values()}
    wrong = [f"lost: {id} with title {title!r}" for id, title in expected.items() if id not in titles]
    wrong += [f"listed {count} times: {id} with title {titles[id]!r}" for id, count in times.items() if count > 1]
    for id, title in titles.items():
        if id in expected:
            if title != expected[id]:
                wrong.append(f"not as answered: {id} has title {title!r} instead of {expected[id]!r}")
        elif title.removesuffix(EDITED) in known:
            wrong.append(f"doubled: {id} has title {title!r}, which was answered with another id")
        else:
            wrong.append(f"never answered: {id} with title {title!r}")
    return wrong


class Phase:
    """What happened from one event to the next."""

    def __init__(self, name, began):
        self.name, self.began, self.ended, self.counts = name, began, None, Counter()
        # When what went away was back.
        self.back = None


class Book:
    """What all threads saw."""

    def __init__(self, expected):
        self.lock = threading.Lock()
        # Id -> title; what was there before must stay, too.
        self.expected = dict(expected)
        self.phases = [Phase("before", time.monotonic())]
        # When writes were accepted, and when by each instance the last time.
        self.accepted, self.latest = [], [0.0, 0.0]
        self.stale, self.failures, self.broken = [], [], None
        self.made, self.edits = 0, 0
        # Reads right after a write, by whether the other instance answered them.
        self.reads = {False: 0, True: 0}

    def phase(self, name):
        with self.lock:
            self.phases[-1].ended = time.monotonic()
            self.phases.append(Phase(name, self.phases[-1].ended))

    def count(self, what, answer):
        with self.lock:
            self.phases[-1].counts[what] += 1
            if what == "broken":
                self.broken = self.broken or f"{answer.status}: {answer.body}"

    def make(self, draft, title, instance):
        with self.lock:
            if draft["id"] in self.expected:
                self.failures.append(f"{title!r} is answered with the id of {self.expected[draft['id']]!r}: {draft['id']}")
            self.expected[draft["id"]] = title
            self.made += 1
            self.accept(instance)

    def edit(self, draft, title, instance):
        with self.lock:
            self.expected[draft["id"]] = title
            self.edits += 1
            self.accept(instance)

    def accept(self, instance):
        self.latest[instance] = time.monotonic()
        self.accepted.append(self.latest[instance])

    def read(self, told, answer, writer, reader):
        stale = staleness(told, answer)
        with self.lock:
            self.reads[reader != writer] += 1
            if stale:
                self.stale.append(f"stale read at {NAMES[reader]} in phase {self.phases[-1].name!r}: {stale}, as {NAMES[writer]} answered")

    def fail(self, text):
        with self.lock:
            self.failures.append(f"in phase {self.phases[-1].name!r}: {text}")

    def silent_since(self, instant):
        """The instances that accepted no write since then."""
        with self.lock:
            return [name for name, when in zip(NAMES, self.latest) if when < instant]


# Those who write and read.


class Connections:
    """Of one thread to both instances, with what is to be sent with every request."""

    def __init__(self, bases, token=None):
        self.hosts = [urllib.parse.urlsplit(base).netloc for base in bases]
        self.open = [None] * len(bases)
        self.headers = {"Authorization": "Bearer " + token} if token else {}

    def __call__(self, instance, method, path, body, headers):
        """The answer to one attempt, or None."""
        connection = self.open[instance] or http.client.HTTPConnection(self.hosts[instance], timeout=TIMEOUT)
        self.open[instance] = connection
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"Content-Type": "application/json", **self.headers, **headers})
            answer = connection.getresponse()
            content = json.loads(answer.read() or b"{}")
        except (OSError, http.client.HTTPException, ValueError):
            connection.close()
            self.open[instance] = None
            return None
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)


class Caller:
    """Sends each request until it is answered."""

    def __init__(self, send, book):
        self.send, self.book = send, book

    def ask(self, first, method, path, body=None, **headers):
        """Who answered, the answer, and how many attempts there were."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        instance, attempts, until = first, 0, time.monotonic() + GIVE_UP
        while True:
            answer, attempts = self.send(instance, method, path, body, headers), attempts + 1
            what = outcome(answer)
            self.book.count(what, answer)
            if what == "answered":
                return instance, answer, attempts
            if time.monotonic() > until:
                last = "no answer" if answer is None else f"{answer.status} {answer.body}"
                raise Wrong(f"{method} {path} {body or ''} is given up after {attempts} attempts, the last with {last}")
            time.sleep(pause_after(answer))
            instance = 1 - instance

    def listed(self, first):
        """The id and title of everything there is."""
        cursor, found = "", []
        while cursor is not None:
            _, answer, _ = self.ask(first, "GET", f"{PATH}?limit=200{cursor}")
            if answer.status != 200:
                raise Wrong(f"the list is answered with {answer.status}: {answer.body}")
            found += [(item["id"], item["title"]) for item in answer.body["data"]]
            cursor = answer.body["next_cursor"] and "&cursor=" + urllib.parse.quote(answer.body["next_cursor"])
        return found

    def turn(self, title):
        """One draft: made, read, edited and read again."""
        key = str(uuid.uuid4())
        writer, answer, _ = self.ask(random.randrange(2), "POST", PATH, {**DRAFT, "title": title}, Idempotency_Key=key)
        if answer.status != 201:
            raise Wrong(f"making {title!r} is answered with {answer.status}: {answer.body}")
        draft = answer.body
        self.book.make(draft, title, writer)
        self.read(draft, writer, 1 - writer)
        self.read(draft, writer, writer)
        writer, draft = self.edit(draft, answer.headers["etag"], title + EDITED)
        self.book.edit(draft, title + EDITED, writer)
        self.read(draft, writer, 1 - writer)

    def edit(self, draft, etag, title):
        """Who edited it, and the draft as it is then."""
        path = f"{PATH}/{draft['id']}"
        writer, answer, attempts = self.ask(random.randrange(2), "PATCH", path, {"title": title}, If_Match=etag)
        if answer.status == 412 and attempts > 1:
            # An attempt that was not answered was done all the same: then it is there.
            writer, answer, _ = self.ask(writer, "GET", path)
            if answer.body.get("title") != title:
                raise Wrong(f"editing {draft['id']} is answered with 412, and then it has title {answer.body.get('title')!r}")
        if answer.status != 200:
            raise Wrong(f"editing {draft['id']} is answered with {answer.status}: {answer.body}")
        return writer, answer.body

    def read(self, told, writer, first):
        """Reads what was just written; where the wanted instance is away the other one may answer, too."""
        reader, answer, _ = self.ask(first, "GET", f"{PATH}/{told['id']}")
        self.book.read(told, answer, writer, reader)


class Writers:
    """The threads."""

    def __init__(self, bases, token, book):
        self.book, self.stopping = book, threading.Event()
        # Titles of another run on the same database are others.
        self.run = uuid.uuid4().hex[:6]
        callers = [Caller(Connections(bases, token), book) for _ in range(THREADS)]
        self.threads = [threading.Thread(target=self.work, args=(number, caller), daemon=True) for number, caller in enumerate(callers)]
        for thread in self.threads:
            thread.start()

    def work(self, number, caller):
        count = 0
        while not self.stopping.is_set():
            count += 1
            try:
                caller.turn(f"Cluster {self.run}, {number}.{count}")
            except Wrong as wrong:
                self.book.fail(str(wrong))
            except Exception as error:  # it is told at the end, and this thread is over
                self.book.fail(repr(error))
                return

    def stop(self):
        """Each ends what it began: nothing stays uncertain."""
        self.stopping.set()
        for thread in self.threads:
            thread.join()


# The run.


def obey(book):
    """Does what standard input says, to its end."""
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "end":
            return
        if word == "phase":
            book.phase(rest)
        elif word == "settle":
            settle(book)
        else:
            raise Wrong(f"standard input says {line!r}")
        print("done", flush=True)
    raise Wrong("standard input ended without `end`")


def settle(book):
    began = book.phases[-1].back = time.monotonic()
    while silent := book.silent_since(began):
        if time.monotonic() > began + SETTLE:
            raise Wrong(f"no write was accepted by {' and '.join(silent)} within {SETTLE} s")
        time.sleep(0.05)


def table(phases, accepted):
    """A line for each phase."""
    columns = ("phase", "seconds", "back after", "answered", "refused", "unanswered", "broken", "writes", "longest without a write")
    rows = [columns]
    for phase in phases:
        times = [when for when in accepted if phase.began <= when <= phase.ended]
        counts = [str(phase.counts[name]) for name in columns[3:7]]
        back = f"{phase.back - phase.began:.1f} s" if phase.back else "-"
        gap = f"{longest_gap(times, phase.began, phase.ended):.2f} s"
        rows.append((phase.name, f"{phase.ended - phase.began:.1f}", back, *counts, str(len(times)), gap))
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ["  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]) for row in rows]


def report(book):
    # What was before the first event that was told of is nobody's.
    for line in table(book.phases[1:], book.accepted):
        say(line)
    say("(refused: 503, 429, or 409 for a key in progress; unanswered: no connection, or it broke; broken: another 5xx)")
    if book.broken:
        say(f"the first that was broken: {book.broken}")
    say(f"{book.made} drafts made, {book.edits} edited; {sum(book.reads.values())} reads right after a write, {book.reads[True]} of them "
        f"at the other instance, {len(book.stale)} stale")


def interrupted(phase, accepted):
    """What should have gone on in a phase in which somebody could have done it, and did not."""
    times = [when for when in accepted if phase.began <= when <= phase.ended]
    gap = longest_gap(times, phase.began, phase.ended)
    if phase.counts["broken"]:
        yield f"in phase {phase.name!r}: {phase.counts['broken']} answers of another kind than 503"
    if gap > LONGEST_GAP:
        yield f"in phase {phase.name!r}: no write was accepted for {gap:.1f} s"


def judge(book):
    """Everything that is wrong, told."""
    wrong = book.stale + book.failures
    for phase in book.phases[1:]:
        if phase.name not in OUTAGES:
            wrong += interrupted(phase, book.accepted)
    for line in wrong[:TOLD]:
        say(f"FAILED: {line}")
    if len(wrong) > TOLD:
        say(f"FAILED: and {len(wrong) - TOLD} more")
    return not wrong


def run(bases):
    anybody = Caller(Connections(bases), Book({}))
    _, answer, _ = anybody.ask(0, "POST", "/v1/auth/login", {"username": "professional", "password": "sandbox"})
    if answer.status != 200:
        raise Wrong(f"the login is answered with {answer.status}: {answer.body}")
    token = answer.body["access_token"]
    caller = Caller(Connections(bases, token), Book({}))
    book = Book(caller.listed(0))
    writers = Writers(bases, token, book)
    try:
        obey(book)
        writers.stop()
        book.phases[-1].ended = time.monotonic()
        for instance in (0, 1):
            for line in compare(book.expected, caller.listed(instance)):
                book.failures.append(f"the list of {NAMES[instance]}: {line}")
    except Wrong as wrong:
        # Who still waits for an answer is not waited for.
        book.fail(str(wrong))
        book.phases[-1].ended = book.phases[-1].ended or time.monotonic()
    report(book)
    return judge(book)


# A test of this program.


class Sample:
    """Two instances of which each has its own copy, and faults."""

    def __init__(self):
        self.drafts, self.keys, self.asked = [{}, {}], {}, []
        # What the next attempts come to, before anything is done, or after it.
        self.before, self.after = [], []
        # Instances whose copy is not told of writes, and acts of which it is forgotten that they were done.
        self.late, self.forgets = None, None

    def __call__(self, instance, method, path, body, headers):
        self.asked.append((instance, method, headers.get("Idempotency-Key")))
        if self.before:
            return self.before.pop(0)
        answer = self.do(instance, method, path, body, headers)
        return self.after.pop(0) if self.after else answer

    def do(self, instance, method, path, body, headers):
        id = path.removeprefix(PATH + "/")
        if method == "GET" and path.startswith(PATH + "?"):
            return Answer(200, {}, {"data": list(self.drafts[instance].values()), "next_cursor": None})
        if method == "GET":
            return Answer(200, {}, self.drafts[instance][id]) if id in self.drafts[instance] else Answer(404, {}, {})
        if method == "POST":
            key = headers["Idempotency-Key"]
            if key not in self.keys or self.forgets == "keys":
                self.keys[key] = {"id": str(uuid.uuid4()), "version": 1, "title": body["title"]}
                self.put(self.keys[key])
            return Answer(201, {"etag": '"1"'}, self.keys[key])
        current = next(copy[id] for copy in self.drafts if id in copy)
        if headers["If-Match"] != f'"{current["version"]}"':
            return Answer(412, {}, {})
        changed = {**current, "version": current["version"] + 1, **body}
        if self.forgets != "edits":
            self.put(changed)
        return Answer(200, {}, changed)

    def put(self, draft):
        for number, copy in enumerate(self.drafts):
            if number != self.late:
                copy[draft["id"]] = draft


def expect(what, right):
    if not right:
        raise Wrong(f"the self-test: {what}")


def turned(sample):
    """What one draft comes to there, and what is wrong afterwards with each list."""
    book = Book({})
    caller = Caller(sample, book)
    try:
        caller.turn("Sample")
    except Wrong as wrong:
        book.fail(str(wrong))
    return book, [compare(book.expected, caller.listed(instance)) for instance in (0, 1)]


def test_functions():
    expected = {"1": "one" + EDITED, "2": "two"}
    right = [("1", "one" + EDITED), ("2", "two")]
    expect("what is as answered is right", compare(expected, right) == [])
    for what, listed in {
        "lost": right[:1], "listed 2 times": [*right, right[0]], "not as answered": [("1", "one"), right[1]],
        "doubled": [*right, ("3", "one")], "never answered": [*right, ("3", "three")],
    }.items():
        found = compare(expected, listed)
        expect(f"what is {what} is found", len(found) == 1 and found[0].startswith(what + ": "))

    expect("the longest gap is between writes", longest_gap([5, 1, 2, 99], 0, 6) == 3)
    expect("the longest gap is after the last write", longest_gap([1], 0, 6) == 5)
    expect("without writes the gap is everything", longest_gap([], 0, 6) == 6)
    pauses = {"0": 0.0, "0.5": 0.5, "30": LONGEST_PAUSE, "soon": PAUSE}
    expect("Retry-After is obeyed", all(pause_after(Answer(503, {"retry-after": said}, {})) == wait for said, wait in pauses.items()))
    expect("without it there is a pause", pause_after(Answer(503, {}, {})) == pause_after(None) == PAUSE)
    running = Answer(409, {}, {"code": "idempotency-key-in-progress"})
    outcomes = [outcome(one) for one in (None, running, Answer(409, {}, {}), Answer(429, {}, {}), Answer(500, {}, {}), Answer(404, {}, {}))]
    expect("outcomes are told apart", outcomes == ["unanswered", "refused", "answered", "refused", "broken", "answered"])

    phase = Phase("calm", 0)
    phase.ended, phase.back, phase.counts["answered"] = 6, 2, 7
    rows = [row.split() for row in table([phase], [1, 2, 5, 7])]
    expect("the table counts", rows[1] == ["calm", "6.0", "2.0", "s", "7", "0", "0", "0", "3", "3.00", "s"])


def test_interruptions():
    phase = Phase("calm", 0)
    phase.ended = 20
    expect("a phase that goes on is in order", list(interrupted(phase, range(20))) == [])
    phase.counts["broken"] = 1
    found = list(interrupted(phase, [1, 19]))
    expect("an interruption and a broken answer are found", len(found) == 2 and "18.0 s" in found[1])


def test_turns():
    book, lists = turned(Sample())
    expect("honest instances are honest", lists == [[], []] and not book.stale and not book.failures)
    expect("one draft is counted", (book.made, book.edits, book.reads) == (1, 1, {False: 1, True: 2}))
    # Two writes, three reads and two lists.
    expect("all is counted as answered", book.phases[0].counts == {"answered": 7} and len(book.accepted) == 2)

    # Refused; then done twice without saying so.
    sample = Sample()
    sample.before, sample.after = [Answer(503, {"retry-after": "0"}, {})], [None, Answer(500, {}, {})]
    book, lists = turned(sample)
    expect("who repeats under a key makes one draft", lists == [[], []] and not book.stale and not book.failures and book.made == 1)
    posts = [(instance, key) for instance, method, key in sample.asked if method == "POST"]
    expect("a repeat has the same key", len(posts) == 4 and len({key for _, key in posts}) == 1)
    expect("a repeat goes to the other instance", all(one[0] != other[0] for one, other in zip(posts, posts[1:])))
    counts = book.phases[0].counts
    expect("repeats are counted", [counts[what] for what in ("refused", "unanswered", "broken")] == [1, 1, 1])

    sample = Sample()
    sample.forgets, sample.after = "keys", [None]
    book, lists = turned(sample)
    expect("a doubled draft is found", all(len(found) == 1 and found[0].startswith("doubled: ") for found in lists))

    sample = Sample()
    sample.forgets = "edits"
    book, lists = turned(sample)
    expect("a forgotten edit is a stale read", len(book.stale) == 1 and "instead of" in book.stale[0])
    expect("a forgotten edit is found in the list", all(len(found) == 1 and found[0].startswith("not as answered: ") for found in lists))

    sample = Sample()
    sample.late = 1
    book, lists = turned(sample)
    expect("a late copy gives stale reads", book.stale and "is not there" in book.stale[0])
    expect("a lost draft is found", lists[0] == [] and len(lists[1]) == 1 and lists[1][0].startswith("lost: "))


def test_edits():
    draft = {"id": str(uuid.uuid4()), "version": 1, "title": "Sample"}

    def edit(etag, after=()):
        sample = Sample()
        sample.put(draft)
        sample.after = list(after)
        try:
            return Caller(sample, Book({})).edit(draft, etag, "Sample" + EDITED)[1]
        except Wrong:
            return None

    expect("an edit whose answer was lost is found done", (edit('"1"', after=[None]) or {}).get("version") == 2)
    expect("an edit that is refused at once is wrong", edit('"7"') is None)
    expect("an edit that is refused though it was not done is wrong", edit('"7"', after=[None]) is None)


def self_test():
    test_functions()
    test_interruptions()
    test_turns()
    test_edits()
    say("the client notices what it must")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("bases", nargs="*", metavar="BASE")
    arguments.add_argument("--self-test", action="store_true")
    given = arguments.parse_args()
    if given.self_test:
        self_test()
        return
    if len(given.bases) != 2:
        arguments.error("the addresses of two instances are needed")
    try:
        good = run(given.bases)
    except Wrong as wrong:
        say(f"FAILED: {wrong}")
        good = False
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
