#!/usr/bin/env python3
"""Finds where a copy differs from the service, with few requests: it computes the digests of docs/sync.md from the copy, compares
them from the city down to the record, and looks only into what differs.

Standard library only. Prints {"requests": …, "differences": [{"kind", "id", "what"}], …} as JSON; `what` is `changed`, `missing` (the
service has it, the copy has not) or `extra`. Exit code 0 when the copy is equal, 1 when it differs.

    reconcile.py http://127.0.0.1:8080 province secret --copy COPY --year 2023

    --copy FILE  what replica.py keeps, or the lines of a snapshot
    --year YEAR  the records of a year; without it, the people themselves
"""

import argparse
import hashlib
import json
import sys
import time

from replica import Service

NOBODY = "00000000-0000-0000-0000-000000000000"
NOTHING = (0, 0)


def canonical(value):
    """RFC 8785, for what stands in these records: texts, whole numbers, tenths, truth values and null."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(kind, record, members):
    text = canonical([kind, {name: record.get(name) for name in members}])
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


def place(name):
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def total(sums):
    """Counts add up; digests are combined by exclusive or."""
    records, combined = 0, 0
    for count, value in sums:
        records += count
        combined ^= value
    return records, combined


def records_of(file):
    """The records of a copy, one after the other: (kind, record)."""
    with open(file, encoding="utf-8") as lines:
        first = lines.readline()
        beginning = json.loads(first)
        if "copy" in beginning:
            for kind, records in beginning["copy"].items():
                for record in records.values():
                    yield kind, record
            return
        for line in lines:
            line = json.loads(line)
            if "resource" in line:
                yield line["kind"], line["resource"]


class Copy:
    """What the copy comes to: the digest of each record, and who works where."""

    def __init__(self, file, year, agreed):
        self.records = {}  # person -> {(kind, id): digest}
        unit_of, self.body_of = {}, {}
        for kind, record in records_of(file):
            if kind == "professional":
                unit_of[record["id"]] = record["employer_id"] or NOBODY
                if year is None:
                    self.add(record["id"], kind, record, agreed)
            elif kind == "organization":
                self.body_of[record["id"]] = record["reviewing_body_id"] or record["id"]
            elif kind in agreed and year is not None and record["year"] == year:
                self.add(record["professional_id"], kind, record, agreed)
        self.people = {}  # unit -> {person: (records, digest)}
        for person, records in self.records.items():
            people = self.people.setdefault(unit_of.get(person, NOBODY), {})
            people[person] = total((1, value) for value in records.values())
        self.units = {}  # body -> {unit: (records, digest)}
        for unit, people in self.people.items():
            units = self.units.setdefault(self.body_of.get(unit, unit), {})
            units[unit] = total(people.values())
        self.bodies = {body: total(units.values()) for body, units in self.units.items()}

    def add(self, person, kind, record, agreed):
        self.records.setdefault(person, {})[kind, record["id"]] = digest(kind, record, agreed[kind])


class Comparison:
    def __init__(self, service, year):
        self.service, self.year, self.requests, self.differences = service, year, 0, []

    def ask(self, **which):
        for _ in range(60):
            self.requests += 1
            with self.service.open("/v1/sync/reconciliation", year=self.year, **which) as answer:
                answer = json.load(answer)
            if not answer["pending"]:
                return answer
            time.sleep(1)
        sys.exit("the service is still computing its digests")

    def differing(self, parts, own):
        """The ids that differ, of parts of one kind and what the copy has in their place."""
        theirs = {part["id"]: (part["records"], int(part["digest"], 16)) for part in parts}
        return sorted(name for name in theirs.keys() | own.keys()
                      if theirs.get(name, NOTHING) != own.get(name, NOTHING))

    def city(self, copy):
        answer = self.ask()
        for body in self.differing(answer["parts"], copy.bodies):
            self.look(copy, "body", body, "", copy.units.get(body, {}))

    def look(self, copy, kind, name, prefix, own):
        """Looks into a body's units, or a unit's people: those whose places begin with the prefix."""
        answer = self.ask(**{kind: name}, **({"prefix": prefix} if prefix else {}))
        ranges = [part for part in answer["parts"] if part["kind"] == "range"]
        if ranges:
            theirs = {part["prefix"]: (part["records"], int(part["digest"], 16)) for part in ranges}
            within = {}
            for child, value in own.items():
                within.setdefault(place(child)[: len(prefix) + 1], {})[child] = value
            for digits in sorted(theirs.keys() | within.keys()):
                children = within.get(digits, {})
                if theirs.get(digits, NOTHING) != total(children.values()):
                    self.look(copy, kind, name, digits, children)
            return
        for child in self.differing(answer["parts"], own):
            if kind == "body":
                self.look(copy, "unit", child, "", copy.people.get(child, {}))
            else:
                self.person(copy, child)

    def person(self, copy, person):
        answer = self.ask(person=person)
        theirs = {(part["resource"], part["id"]): int(part["digest"], 16) for part in answer["parts"]}
        own = copy.records.get(person, {})
        for key in sorted(theirs.keys() | own.keys()):
            if theirs.get(key) != own.get(key):
                what = "extra" if key not in theirs else "missing" if key not in own else "changed"
                difference = {"kind": key[0], "id": key[1], "what": what}
                # Who counts for another unit is looked into at both.
                if difference not in self.differences:
                    self.differences.append(difference)


def main():
    arguments = argparse.ArgumentParser(description="Compare a copy with the service")
    arguments.add_argument("base")
    arguments.add_argument("client")
    arguments.add_argument("secret")
    arguments.add_argument("--copy", required=True)
    arguments.add_argument("--year", type=int)
    given = arguments.parse_args()
    service = Service(given.base, given.client, given.secret)
    comparison = Comparison(service, given.year)
    begun = time.monotonic()
    agreed = comparison.ask()["agreed"]
    copy = Copy(given.copy, given.year, agreed)
    read = time.monotonic()
    comparison.city(copy)
    json.dump({
        "requests": comparison.requests,
        "records": sum(count for count, _ in copy.bodies.values()),
        "differences": comparison.differences,
        "seconds_reading": round(read - begun, 3),
        "seconds_comparing": round(time.monotonic() - read, 3),
    }, sys.stdout, ensure_ascii=False)
    sys.exit(1 if comparison.differences else 0)


if __name__ == "__main__":
    main()
