#!/usr/bin/env python3
"""A provincial platform to test against. It knows units, people, completions and prior years of its own, pushes them, follows the
change feed and answers to every record that it reads. It behaves badly on request. Standard library only.

Nobody has published how the real platform speaks: this one speaks the format of docs/sync.md.

    province.py http://127.0.0.1:8080 province sandbox --state STATE [--seed 1] [--people 40] ...

    --slow            sends its bodies in small pieces with pauses
    --duplicate       sends every batch twice, and lines twice within a batch
    --reorder         sends lines in no order: people before their units, revision 3 before revision 2
    --refuse N        refuses every Nth record that it reads
    --die-after N     ends like a killed process, in the middle of the body of its Nth request

What it knows and how far it has come stays in STATE: started again with the same seed, it goes on. At the end it prints what
it holds as JSON: the records that it pushed with our ids for them, and what it answered to.
"""

import argparse
import base64
import http.client
import json
import os
import random
import sys
import time
import urllib.parse

TRIES = 60
CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
REGISTER = {"parent_code": "11410105MA0000023N", "reviewing_body_code": "11410105MA0000023N"}
WORDS = ["created", "updated", "unchanged", "stale", "conflict"]


def unit_code(number):
    """A unified social credit code with its check character (GB 32100)."""
    body = f"91410105MA{number:07d}"
    total = sum(CODE.index(c) * pow(3, place, 31) for place, c in enumerate(body))
    return body + CODE[-total % 31]


def id_number(number):
    """A resident id number with its check digit (GB 11643)."""
    body = f"410105{1970 + number // 336 % 30}{number // 28 % 12 + 1:02d}{number % 28 + 1:02d}{number // 10080 + 100:03d}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    total = sum(int(digit) * weight for digit, weight in zip(body, weights))
    return body + "10X98765432"[total % 11]


class Death(Exception):
    """The process is to end here."""


class Service:
    """The service that the platform speaks to, over one connection for each request."""

    def __init__(self, given):
        address = urllib.parse.urlsplit(given.base)
        self.host, self.port = address.hostname, address.port
        self.given, self.requests, self.token = given, 0, None

    def send(self, method, path, body=None, headers=None):
        """One request; status, headers and JSON."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
        try:
            connection.putrequest(method, path)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if self.token:
                connection.putheader("Authorization", "Bearer " + self.token)
            if body is None:
                connection.endheaders()
            else:
                connection.putheader("Content-Length", str(len(body)))
                connection.endheaders()
                self.write(connection, body)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, answer.headers, json.loads(text) if text else None
        finally:
            connection.close()

    def write(self, connection, body):
        """The body, as well or as badly as was asked for."""
        if self.given.die_after and self.requests == self.given.die_after:
            connection.send(body[: len(body) // 2])
            raise Death()
        if not self.given.slow:
            connection.send(body)
            return
        step = max(1, len(body) // 8)
        for start in range(0, len(body), step):
            connection.send(body[start : start + step])
            time.sleep(0.02)

    def login(self):
        form = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
        basic = base64.b64encode(f"{self.given.client}:{self.given.secret}".encode()).decode()
        self.token = None
        headers = {
            "Authorization": "Basic " + basic,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        status, _, answer = self.send("POST", "/v1/oauth/token", form, headers)
        assert status == 200, answer
        self.token = answer["access_token"]

    def call(self, method, path, lines=None):
        """A request until it is answered: what is overloaded is asked again later, an expired token renewed."""
        body, headers = None, {}
        if lines is not None:
            body = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
            headers = {"Content-Type": "application/x-ndjson"}
            self.requests += 1
        for _ in range(TRIES):
            if self.token is None:
                self.login()
            status, got, answer = self.send(method, path, body, headers)
            if status == 401:
                self.token = None
            elif status in (429, 503):
                time.sleep(min(int(got.get("Retry-After", "1")), 2))
            else:
                assert status == 200, (method, path, status, answer)
                return answer
        raise AssertionError(f"{method} {path}: no answer")


class Province:
    """What the platform knows, and how far it has come with telling it."""

    def __init__(self, given):
        self.given = given
        self.random = random.Random(given.seed)
        self.state = {"told": {}, "cursor": None, "answered": {}, "read": 0, "conflicts": {}}
        if os.path.exists(given.state):
            with open(given.state, encoding="utf-8") as file:
                self.state = json.load(file)
        self.records = self.invent()

    def invent(self):
        """All revisions of all records, the same for the same seed."""
        records = []

        def say(kind, name, revisions):
            for number, data in enumerate(revisions, start=1):
                line = {"kind": kind, "source": "province", "external_id": name}
                records.append({**line, "revision": number, "data": data})

        units = [unit_code(self.given.seed * 1000 + number) for number in range(self.given.units)]
        for number, code in enumerate(units):
            unit = {"name": f"省平台单位{number}", "unit_code": code, "kind": "employer", **REGISTER}
            say("unit", f"U{number}", [unit, {**unit, "name": f"省平台单位{number}（更名）"}])
        for number in range(self.given.people):
            who = {"id_type": "resident_id", "id_number": id_number(self.given.seed * 3000 + number)}
            person = {**who, "name": f"人员{number}", "post": "technical", "employer_code": units[number % len(units)],
                      "started_on": "2020-03-01"}
            later = {**person, "phone": f"138{number:08d}"}
            say("person", f"P{number}", [person, later, {**later, "post": "management"}])
            for course in range(self.given.courses):
                learned = {**who, "platform": "hnzjzx", "course_code": f"kc-{course}", "title": f"公需课程{course}",
                           "hours": 5, "started_on": "2023-03-06", "completed_on": "2023-03-10"}
                say("completion", f"C{number}-{course}", [learned, {**learned, "hours": 6.5}])
            year = {**who, "year": 2022, "outcome": "incomplete", "public_hours": 30, "professional_hours": 20}
            say("prior_year_record", f"Y{number}", [year, {**year, "outcome": "completed_in_year", "professional_hours": 60}])
        return records

    def keep(self):
        """Writes down how far it has come."""
        with open(self.given.state + ".new", "w", encoding="utf-8") as file:
            json.dump(self.state, file)
        os.replace(self.given.state + ".new", self.given.state)

    def push(self, service):
        """Everything that was not understood yet, until it is."""
        told = self.state["told"]
        for _ in range(TRIES):
            waiting = [line for line in self.records if self.name(line) not in told]
            if not waiting:
                return
            if self.given.reorder:
                self.random.shuffle(waiting)
            for start in range(0, len(waiting), self.given.batch):
                lines = waiting[start : start + self.given.batch]
                if self.given.duplicate:
                    lines = lines + lines[: len(lines) // 2]
                for _ in range(2 if self.given.duplicate else 1):
                    self.take(lines, service.call("POST", "/v1/sync/records", lines)["results"])
        raise AssertionError("some lines are never understood")

    def take(self, lines, results):
        """What became of the lines: one that refers to what was not there yet comes again."""
        assert [result["line"] for result in results] == list(range(1, len(lines) + 1)), results
        for line, result in zip(lines, results):
            assert result["kind"] == line["kind"] and result["external_id"] == line["external_id"]
            if result["outcome"] == "refused":
                assert result["problem"]["code"] == "unknown-reference", result
                continue
            assert result["outcome"] in WORDS, result
            self.state["told"][self.name(line)] = result["id"]
            if result["outcome"] == "conflict":
                self.state["conflicts"][line["external_id"]] = result["conflict_id"]
        self.keep()

    @staticmethod
    def name(line):
        return f"{line['external_id']}@{line['revision']}"

    def follow(self, service):
        """Reads the feed to its end and answers to every record in it."""
        while True:
            cursor = self.state["cursor"]
            query = {"limit": 100, "wait": 1, **({"cursor": cursor} if cursor else {})}
            page = service.call("GET", "/v1/sync/changes?" + urllib.parse.urlencode(query))
            answers = [answer for event in page["data"] for answer in self.answers(event)]
            for start in range(0, len(answers), self.given.batch):
                some = answers[start : start + self.given.batch]
                for _ in range(2 if self.given.duplicate else 1):
                    results = service.call("POST", "/v1/sync/acknowledgements", some)["results"]
                    for answer, result in zip(some, results):
                        if result["outcome"] == "refused":
                            # Gone since it was read.
                            assert result["problem"]["code"] == "unknown-reference", result
                        elif result["outcome"] != "stale":
                            self.state["answered"][f"{answer['kind']} {answer['id']}"] = answer["state"]
            self.state["cursor"] = page["next_cursor"]
            self.keep()
            if not page["data"] and not page["more"]:
                return

    def answers(self, event):
        """An answer to each record of an event that is one of a person or a unit."""
        for kind, record in event["data"]["resources"].items():
            if isinstance(record, list) or record.get("deleted"):
                continue
            self.state["read"] += 1
            answer = {"kind": kind, "id": record["id"], "state": "accepted"}
            if kind in ("learning_record", "certificate"):
                answer["event"] = event["id"]
            else:
                answer["version"] = record["version"]
            if self.given.refuse and self.state["read"] % self.given.refuse == 0:
                answer.update(state="refused", reason="省平台校验未通过")
            yield answer


def main():
    arguments = argparse.ArgumentParser(description="A provincial platform to test against")
    for name in ("base", "client", "secret"):
        arguments.add_argument(name)
    arguments.add_argument("--state", required=True)
    for name, default in {"seed": 1, "units": 3, "people": 40, "courses": 2, "batch": 100, "refuse": 0, "die-after": 0}.items():
        arguments.add_argument("--" + name, type=int, default=default)
    for name in ("slow", "duplicate", "reorder"):
        arguments.add_argument("--" + name, action="store_true")
    given = arguments.parse_args()
    province, service = Province(given), Service(given)
    try:
        province.push(service)
        province.follow(service)
    except Death:
        # Like a killed process: nothing is closed, nothing is written down.
        os._exit(9)
    latest = {}
    for line in province.records:
        latest[line["external_id"]] = {**line, "id": province.state["told"][province.name(line)]}
    held = {"records": latest, "answered": province.state["answered"], "conflicts": province.state["conflicts"]}
    json.dump(held, sys.stdout)


if __name__ == "__main__":
    main()
