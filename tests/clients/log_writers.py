"""People of a sandbox who all declare at once: what the log is written under in verify_log.py. Standard library only."""

import base64
import http.client
import itertools
import json
import random
import threading
import time
import urllib.parse

from province import id_number

EMPLOYER = "91410105MA0000066U"
PASSWORD = "a long enough password"
LINES = 500


class Caller:
    """One connection, as somebody."""

    def __init__(self, base, token=None):
        self.host = urllib.parse.urlsplit(base).netloc
        self.token, self.connection, self.waits = token, http.client.HTTPConnection(self.host, timeout=120), 0

    def send(self, method, path, body=None, kind="application/json", **headers):
        """Status and JSON of an answer; what is refused for want of room is asked again."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        if body is not None:
            body = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            headers["Content-Type"] = kind
        for _ in range(60):
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            text = answer.read()
            if answer.status != 503:
                return answer.status, json.loads(text) if text else None
            self.waits += 1
            time.sleep(min(1.0, float(answer.headers.get("Retry-After") or 1)) * random.random())
        raise AssertionError(f"{method} {path} is refused again and again: {text[:300]!r}")

    def done(self, method, path, body=None, **more):
        status, answer = self.send(method, path, body, **more)
        if status >= 300:
            raise AssertionError(f"{method} {path} answers {status}: {answer}")
        return answer


def login(base, name, password="sandbox"):
    caller = Caller(base)
    caller.token = caller.done("POST", "/v1/auth/login", {"username": name, "password": password})["access_token"]
    return caller


def province_of(base):
    """The provincial platform, logged in with its secret."""
    caller, basic = Caller(base), base64.b64encode(b"province:sandbox").decode()
    headers = {"kind": "application/x-www-form-urlencoded", "Authorization": "Basic " + basic}
    caller.token = caller.done("POST", "/v1/oauth/token", "grant_type=client_credentials", **headers)["access_token"]
    return caller


class Writers:
    """So many people of the technology company, each on a thread of its own, who declare, and have approved or take back what they
    learnt until they are stopped. A person is known by its number: another run has others."""

    def __init__(self, base, count, records, pause, first):
        self.base, self.count, self.records, self.pause, self.first = base, count, records, pause, first
        self.stopping, self.failures, self.acts = threading.Event(), [], itertools.count()
        self.threads, self.people, self.tokens = [], [], {}

    def prepare(self):
        """Registers the people and delivers what they learnt, as the province."""
        province, numbers = province_of(self.base), range(self.first, self.first + self.count)
        results = self.push(province, [line("person", f"log-{number}", {
            "name": f"Writer {number}", "id_type": "resident_id", "id_number": id_number(number), "post": "technical",
            "employer_code": EMPLOYER, "started_on": "2020-03-01"}) for number in numbers])
        self.people = [result["id"] for result in results]
        self.push(province, [line("completion", f"log-{number}-{course}", {
            "id_type": "resident_id", "id_number": id_number(number), "platform": "hnzjzx", "course_code": f"log-{course}",
            "title": f"Course {course}", "hours": 0.1, "started_on": "2023-03-06", "completed_on": "2023-03-10"})
            for number in numbers for course in range(self.records)])
        self.tokens = {name: login(self.base, name).token for name in ("city.admin", "company.admin", "jinshui.reviewer")}

    @staticmethod
    def push(province, lines):
        results = []
        for at in range(0, len(lines), LINES):
            body = "".join(json.dumps(one) + "\n" for one in lines[at:at + LINES])
            answer = province.done("POST", "/v1/sync/records", body, kind="application/x-ndjson")
            results += answer["results"]
        refused = [result for result in results if result["outcome"] not in ("created", "unchanged")]
        if refused:
            raise AssertionError(f"the province's lines are refused: {refused[:3]}")
        return results

    def start(self):
        self.threads = [threading.Thread(target=self.guarded, args=(number,), daemon=True) for number in range(self.count)]
        for thread in self.threads:
            thread.start()

    def stop(self):
        """How many acts there were."""
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        if self.failures:
            raise AssertionError(f"{len(self.failures)} writers failed, the first: {self.failures[0]!r}")
        return next(self.acts)

    def guarded(self, number):
        try:
            self.work(number)
        except Exception as error:  # whatever it is, it is told at the end
            self.failures.append(error)

    def work(self, number):
        admin, employer, authority = (Caller(self.base, self.tokens[name]) for name in self.tokens)
        name = f"log-writer-{self.first + number}"
        admin.done("POST", "/v1/accounts", {"username": name, "display_name": "Writer", "password": PASSWORD,
                                            "professional_id": self.people[number]})
        person = login(self.base, name, PASSWORD)
        records, cursor = [], ""
        while cursor is not None:
            page = person.done("GET", f"/v1/learning-records?year=2023&limit=200{cursor}")
            records += [record["id"] for record in page["data"]]
            cursor = page["next_cursor"] and "&cursor=" + urllib.parse.quote(page["next_cursor"])
        for turn in itertools.count():
            # The last one is taken back each time, and declared again.
            record = records[min(turn, len(records) - 1)]
            draft = self.act(person, "/v1/declarations", {"year": 2023, "learning_record_id": record})
            if draft is None:
                return
            path = "/v1/declarations/" + draft["id"]
            sent = self.act(person, path + "/submission", None, If_Match=f'"{draft["version"]}"')
            if sent is None:
                return
            if turn < len(records) - 1:
                for reviewer in (employer, authority):
                    if self.act(reviewer, path + "/reviews", {"decision": "approve"}) is None:
                        return
            elif self.act(person, path + "/withdrawal", None, If_Match=f'"{sent["version"]}"') is None:
                return

    def act(self, caller, path, body, **headers):
        """One act after a pause; nothing when it is over."""
        if self.stopping.wait(random.random() * 2 * self.pause):
            return None
        answer = caller.done("POST", path, body, **headers)
        next(self.acts)
        return answer


def line(kind, name, data):
    return {"kind": kind, "source": "province", "external_id": name, "revision": 1, "data": data}
