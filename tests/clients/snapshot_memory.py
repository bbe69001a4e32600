#!/usr/bin/env python3
"""Reads whole snapshots, quickly and slowly, and measures the memory of the service. Standard library only.

    snapshot_memory.py target/release/xueshi --people 20000 --completions 5

Starts the given program as a sandbox of its own in a temporary directory (SQLite), fills it with people and their completions through
/v1/sync/records, and reads the snapshot: once as quickly as it comes, once compressed, --readers of them at once as quickly as they come, and
then --readers of whom each takes --slow-seconds for it. Prints the most memory that the service ever had (VmHWM) before and after each as
JSON, and ends with exit code 1 when it grew by more than --most-mib in all, or by more than --most-slow-mib because readers were slow, or
when a snapshot did not come to its end.
"""

import argparse
import gzip
import json
import os
import shutil
import socket
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from province import id_number  # noqa: E402
from push_completions import EMPLOYER, Service, batches, line  # noqa: E402

BUFFER = 64 * 1024


def records(given):
    for number in range(given.people):
        who = {"id_type": "resident_id", "id_number": id_number(number)}
        yield line("person", f"P{number}", {
            **who, "name": f"Person {number}", "post": "technical", "employer_code": EMPLOYER, "started_on": "2020-03-01"})
    for course in range(given.completions):
        for number in range(given.people):
            yield line("completion", f"C{number}-{course}", {
                "id_type": "resident_id", "id_number": id_number(number), "platform": "hnzjzx", "course_code": f"kc-{course}",
                "title": f"Course {course}", "hours": 0.5, "started_on": "2023-03-06", "completed_on": "2023-03-10"})


class Chunks:
    """The body of a snapshot over a connection of its own that holds little, taken no faster than it is asked to be."""

    def __init__(self, service, encoding, rate):
        self.connection = socket.socket()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self.connection.connect(("127.0.0.1", service.port))
        head = ["GET /v1/sync/snapshot HTTP/1.1", "Host: 127.0.0.1", "Connection: close", "Accept-Encoding: " + encoding]
        head += ["Authorization: Bearer " + service.token, "", ""]
        self.connection.sendall("\r\n".join(head).encode())
        self.file, self.rate, self.left, self.taken, self.over = self.connection.makefile("rb"), rate, 0, 0, False
        self.began = time.monotonic()
        status = self.file.readline()
        assert b" 200 " in status, status
        headers = iter(self.file.readline, b"\r\n")
        names = dict(header.decode().rstrip().lower().split(": ", 1) for header in headers)
        assert names.get("content-encoding", "identity") == encoding, names
        assert names["transfer-encoding"] == "chunked", names

    def read(self, most):
        """The next bytes of the body; none behind the last."""
        if self.over:
            return b""
        if self.left == 0:
            size = self.file.readline()
            assert size.endswith(b"\r\n"), "the snapshot broke off"
            self.left, self.over = int(size, 16), int(size, 16) == 0
            if self.over:
                self.file.close()
                self.connection.close()
                return b""
        some = self.file.read(min(most, self.left))
        assert some, "the snapshot broke off"
        self.left -= len(some)
        if self.left == 0:
            self.file.readline()
        self.taken += len(some)
        if self.rate:
            time.sleep(max(0, self.taken / self.rate - (time.monotonic() - self.began)))
        return some


def snapshot(service, encoding="identity", rate=None):
    """Reads a snapshot to its end, holding no more than its last lines; its bytes and its records."""
    chunks = Chunks(service, encoding, rate)
    parts = iter(lambda: chunks.read(BUFFER), b"")
    if encoding == "gzip":
        parts = iter(lambda source=gzip.GzipFile(fileobj=chunks): source.read(BUFFER), b"")
    size, count, last = 0, 0, b""
    for part in parts:
        size, count = size + len(part), count + part.count(b"\n")
        last = (last + part)[-2048:]
    end = json.loads(last.splitlines()[-1])
    assert end["kind"] == "end" and sum(end["counts"].values()) == count - 2, end
    return size, count - 2


def many(service, given, rate):
    """Several snapshots at once, each taken at a rate, or as it comes."""
    faults = []

    def one():
        try:
            snapshot(service, rate=rate)
        except Exception as error:  # noqa: BLE001
            faults.append(repr(error))

    readers = [threading.Thread(target=one) for _ in range(given.readers)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert not faults, faults


def measure(given, service):
    began = time.monotonic()

    def said(what):
        print(f"{time.monotonic() - began:6.1f} s {what}, peak {service.memory('VmHWM'):.1f} MiB", file=sys.stderr, flush=True)

    outcomes = {result["outcome"] for batch in batches(records(given), given.batch) for result in service.push(batch)}
    assert outcomes == {"created"}, outcomes
    # What filling it took is not what reading it takes: the peak begins anew, where the kernel lets us.
    try:
        with open(f"/proc/{service.process.pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")
    except OSError as error:
        print(f"the peak has filling in it: {error}", file=sys.stderr)
    before = service.memory("VmHWM")
    said("filled")
    # A token that is fresh: it lasts for longer than the slow readers take.
    service.since = -float("inf")
    service.push([next(records(given))])
    size, count = snapshot(service)
    quickly = service.memory("VmHWM")
    said("read quickly")
    assert snapshot(service, "gzip")[1] == count
    compressed = service.memory("VmHWM")
    said("read compressed")
    many(service, given, None)
    at_once = service.memory("VmHWM")
    said("read at once")
    many(service, given, size / given.slow_seconds)
    slowly = service.memory("VmHWM")
    said("read slowly")
    peaks = {"before": before, "quickly": quickly, "compressed": compressed, "at_once": at_once, "slowly": slowly,
             "grown": slowly - before, "grown_by_the_slow": slowly - at_once}
    return {"lines": count, "mib": round(size / 2**20, 1), "readers": given.readers,
            "peak_mib": {name: round(peak, 1) for name, peak in peaks.items()}}


def main():
    arguments = argparse.ArgumentParser(description="Read whole snapshots and measure memory")
    arguments.add_argument("program")
    for name, default in {"people": 20_000, "completions": 5, "batch": 1_000, "readers": 4, "slow-seconds": 40, "most-mib": 64, "most-slow-mib": 24}.items():
        arguments.add_argument("--" + name, type=int, default=default)
    given = arguments.parse_args()
    folder = tempfile.mkdtemp(prefix="xueshi-snapshot-")
    service = None
    try:
        service = Service(os.path.abspath(given.program), folder)
        measured = measure(given, service)
    finally:
        if service:
            service.process.terminate()
            service.process.wait()
        shutil.rmtree(folder)
    json.dump(measured, sys.stdout, indent=1)
    print()
    grown = measured["peak_mib"]
    sys.exit(0 if grown["grown"] <= given.most_mib and grown["grown_by_the_slow"] <= given.most_slow_mib else 1)


if __name__ == "__main__":
    main()
