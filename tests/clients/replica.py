#!/usr/bin/env python3
"""A copy of what the service holds, kept by a client of its own: the snapshot, then the change feed.

Standard library only. Prints the copy as JSON: kind -> id -> record.

    replica.py http://127.0.0.1:8080 province secret --state STATE

    --state FILE    keep the copy and the cursor there, and go on from it the next time
    --break-after N end the snapshot after N lines and take it up again from there, as after a lost connection
    --pause SECONDS wait so long before it is taken up again
"""

import argparse
import base64
import gzip
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request


class Service:
    def __init__(self, base, client, secret):
        self.base, self.client, self.secret = base, client, secret
        self.login()

    def login(self):
        form = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
        basic = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
        request = urllib.request.Request(
            self.base + "/v1/oauth/token", form, {"Authorization": "Basic " + basic}
        )
        with urllib.request.urlopen(request) as answer:
            self.token = json.load(answer)["access_token"]

    def open(self, path, **query):
        query = {name: value for name, value in query.items() if value is not None}
        address = f"{self.base}{path}?{urllib.parse.urlencode(query)}"
        for last in (False, True):
            headers = {"Authorization": "Bearer " + self.token, "Accept-Encoding": "gzip"}
            try:
                answer = urllib.request.urlopen(urllib.request.Request(address, headers=headers))
                break
            except urllib.error.HTTPError as error:
                if error.code != 401 or last:
                    raise
                # The token has ended.
                self.login()
        if answer.headers.get("Content-Encoding") == "gzip":
            return gzip.GzipFile(fileobj=answer)
        return answer


SINGULAR = {"policies": "policy", "classes": "class"}


def put(copy, kind, record):
    """Puts a record in, or takes it out where it is a tombstone."""
    if record.get("deleted"):
        copy.get(kind, {}).pop(record["id"], None)
    else:
        copy.setdefault(kind, {})[record["id"]] = record


def lines(answer):
    """The whole lines of an answer, which may break off in the middle of one: when the token ends, for instance."""
    try:
        for line in answer:
            if line.endswith(b"\n"):
                yield json.loads(line)
    except (OSError, EOFError, http.client.HTTPException) as error:
        print(f"the snapshot broke off: {error!r}", file=sys.stderr)


def snapshot(service, copy, break_after, pause):
    """Takes the whole snapshot; the cursor that its first line gave stays, however often it was taken up again."""
    cursor, part, after, count = None, None, None, 0
    while True:
        with service.open("/v1/sync/snapshot", part=part, after=after) as answer:
            for line in lines(answer):
                if line["kind"] == "snapshot":
                    cursor = cursor or line["cursor"]
                elif line["kind"] == "end":
                    return cursor
                else:
                    part, after = line["kind"], line["id"]
                    put(copy, line["kind"], line["resource"])
                    count += 1
                    if break_after and count % break_after == 0:
                        break
        time.sleep(pause)


def changes(service, copy, cursor):
    """Applies what is told until nothing is left; where to go on."""
    while True:
        with service.open("/v1/sync/changes", cursor=cursor, limit=200, wait=1) as answer:
            page = json.load(answer)
        for event in page["data"]:
            for name, value in event["data"]["resources"].items():
                if isinstance(value, list):
                    kind = SINGULAR.get(name, name[:-1])
                    for record in value:
                        put(copy, kind, record)
                else:
                    put(copy, name, value)
        cursor = page["next_cursor"]
        if not page["data"] and not page["more"]:
            return cursor


def main():
    arguments = argparse.ArgumentParser(description="Keep a copy of what the service holds")
    arguments.add_argument("base")
    arguments.add_argument("client")
    arguments.add_argument("secret")
    arguments.add_argument("--state", required=True)
    arguments.add_argument("--break-after", type=int, default=0)
    arguments.add_argument("--pause", type=float, default=0)
    given = arguments.parse_args()
    service = Service(given.base, given.client, given.secret)
    copy, cursor = {}, None
    if os.path.exists(given.state):
        with open(given.state, encoding="utf-8") as file:
            state = json.load(file)
        copy, cursor = state["copy"], state["cursor"]
    if cursor is None:
        cursor = snapshot(service, copy, given.break_after, given.pause)
    cursor = changes(service, copy, cursor)
    with open(given.state, "w", encoding="utf-8") as file:
        json.dump({"copy": copy, "cursor": cursor}, file)
    json.dump(copy, sys.stdout)


if __name__ == "__main__":
    main()
