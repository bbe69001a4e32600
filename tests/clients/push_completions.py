#!/usr/bin/env python3
"""Pushes many completions in batches and measures: results, rate of each tenth, memory of the service. Standard library only.

    push_completions.py target/release/xueshi --completions 1000000

Starts the given program as a sandbox of its own in a temporary directory (on SQLite, or on --database-url; no rate limits), registers
people, pushes the completions through /v1/sync/records and ends with exit code 1 when a line has no result, when the service needed
more memory than --most-mib, or when the last tenth was slower than --least-steady of the first: by the clock, or with --by-cpu by the
processor time that the service took, which says the same on a machine that others use too. Prints what it measured as JSON.
"""

import argparse
import http.client
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from province import id_number  # noqa: E402

EMPLOYER = "91410105MA0000066U"
TOKEN_LIFE = 600


class Service:
    """A service of one's own, and a connection to it."""

    def __init__(self, program, folder, database_url=None):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        words = ["serve", "--sandbox", "--log", "warn", "--bind", f"127.0.0.1:{self.port}"]
        words += ["--database-url", database_url or f"sqlite://{folder}/push.db", "--data-dir", folder]
        self.process = subprocess.Popen([program, *words], cwd=folder, env={}, stdin=subprocess.DEVNULL, stdout=sys.stderr)
        self.connection, self.token, self.since = None, None, 0
        for _ in range(600):
            try:
                if self.request("GET", "/readyz")[0] == 200:
                    return
            except OSError:
                self.connection = None
            time.sleep(0.1)
        raise AssertionError("the service does not start")

    def request(self, method, path, body=None, **headers):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def push(self, lines):
        if time.monotonic() - self.since > TOKEN_LIFE:
            form = urllib.parse.urlencode({"grant_type": "client_credentials"})
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": "Basic cHJvdmluY2U6c2FuZGJveA=="}
            status, text = self.request("POST", "/v1/oauth/token", form, **headers)
            assert status == 200, text
            self.token, self.since = json.loads(text)["access_token"], time.monotonic()
        headers = {"Content-Type": "application/x-ndjson", "Authorization": "Bearer " + self.token}
        body = "".join(json.dumps(line) + "\n" for line in lines)
        status, text = self.request("POST", "/v1/sync/records", body.encode(), **headers)
        assert status == 200, text
        results = json.loads(text)["results"]
        assert [result["line"] for result in results] == list(range(1, len(lines) + 1)), "a line has no result"
        return results

    def memory(self, name):
        """MiB, as the kernel counts them."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(name + ":")) / 1024

    def cpu(self):
        """Seconds of processor time: unlike the clock it says the same on a busy machine."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            return sum(map(int, file.read().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")


def line(kind, name, data):
    return {"kind": kind, "source": "province", "external_id": name, "revision": 1, "data": data}


def batches(lines, size):
    batch = []
    for one in lines:
        batch.append(one)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def completions(given):
    """Course by course, and the people of each in another order."""
    who, order = list(range(given.people)), random.Random(1)
    for course in range(-(-given.completions // given.people)):
        order.shuffle(who)
        for number in who[: given.completions - course * given.people]:
            yield line("completion", f"C{number}-{course}", {
                "id_type": "resident_id", "id_number": id_number(number), "platform": "hnzjzx", "course_code": f"kc-{course}",
                "title": f"Course {course}", "hours": 0.5, "started_on": "2023-03-06", "completed_on": "2023-03-10"})


def measure(given, service):
    people = (line("person", f"P{number}", {
        "name": f"Person {number}", "id_type": "resident_id", "id_number": id_number(number), "post": "technical",
        "employer_code": EMPLOYER, "started_on": "2020-03-01"}) for number in range(given.people))
    for batch in batches(people, given.batch):
        assert {result["outcome"] for result in service.push(batch)} == {"created"}
    began, tenths, done, outcomes = time.monotonic(), [], 0, {}
    mark, cpu = began, service.cpu()
    for batch in batches(completions(given), given.batch):
        for result in service.push(batch):
            outcomes[result["outcome"]] = outcomes.get(result["outcome"], 0) + 1
        done += len(batch)
        if done >= given.completions * (len(tenths) + 1) // 10:
            now = time.monotonic()
            part = done - sum(tenth["lines"] for tenth in tenths)
            used = service.cpu() - cpu
            tenths.append({"lines": part, "lines_per_second": round(part / (now - mark)),
                           "lines_per_cpu_second": round(part / used), "rss_mib": round(service.memory("VmRSS"), 1)})
            mark, cpu = now, cpu + used
            print(f"{done} of {given.completions}: {tenths[-1]}", file=sys.stderr, flush=True)
    rate = "lines_per_cpu_second" if given.by_cpu else "lines_per_second"
    first, last = tenths[0][rate], tenths[-1][rate]
    return {"completions": done, "people": given.people, "seconds": round(time.monotonic() - began, 1), "outcomes": outcomes,
            "peak_mib": round(service.memory("VmHWM"), 1), "last_to_first": round(last / first, 3), "tenths": tenths}


def main():
    arguments = argparse.ArgumentParser(description="Push many completions and measure")
    arguments.add_argument("program")
    arguments.add_argument("--database-url")
    for name, default in {"completions": 1_000_000, "people": 0, "batch": 1_000, "most-mib": 256}.items():
        arguments.add_argument("--" + name, type=int, default=default)
    arguments.add_argument("--by-cpu", action="store_true")
    arguments.add_argument("--least-steady", type=float, default=0.8)
    given = arguments.parse_args()
    given.people = given.people or max(100, given.completions // 100)
    folder = tempfile.mkdtemp(prefix="xueshi-push-")
    service = None
    try:
        service = Service(os.path.abspath(given.program), folder, given.database_url)
        measured = measure(given, service)
    finally:
        if service:
            service.process.terminate()
            service.process.wait()
        shutil.rmtree(folder)
    json.dump(measured, sys.stdout, indent=1)
    print()
    good = measured["outcomes"] == {"created": given.completions} and measured["peak_mib"] <= given.most_mib
    sys.exit(0 if good and measured["last_to_first"] >= given.least_steady else 1)


if __name__ == "__main__":
    main()
