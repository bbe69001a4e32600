"""Has real deliveries of a sandbox verified by the libraries of PyPI and npm. Usage: check.py BASE PYTHON NODE RECEIVER_MJS

Each receiver must verify every event of a declaration's whole road, before and after its secret was rotated (with the old secret while
both sign), and refuse what was changed on the way.
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

BASE, PYTHON, NODE, RECEIVER_MJS = sys.argv[1:5]
HERE = pathlib.Path(__file__).parent


def call(method, path, token=None, body=None, headers=None):
    headers = dict(headers or {})
    data = None
    if isinstance(body, str):
        data = body.encode()
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    elif body is not None:
        data = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(BASE + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")


def login(username):
    return call("POST", "/v1/auth/login", body={"username": username, "password": "sandbox"})["access_token"]


def approve_all(person, employer, authority):
    """Every completion of a person, declared and approved at both stages; how many."""
    records = call("GET", "/v1/learning-records?year=2023", person)["data"]
    records = [record for record in records if not record["declared"]]
    for record in records:
        draft = call("POST", "/v1/declarations", person, {"year": 2023, "learning_record_id": record["id"]})
        path = f"/v1/declarations/{draft['id']}"
        call("POST", f"{path}/submission", person, headers={"If-Match": f'"{draft["version"]}"'})
        for reviewer in (employer, authority):
            call("POST", f"{path}/reviews", reviewer, {"decision": "approve"})
    return len(records)


class Receiver:
    def __init__(self, name, port, command, token):
        self.name, self.port, self.token = name, port, token
        new = {"url": f"http://127.0.0.1:{port}/", "signatures": ["v1", "v1a"]}
        self.hook = call("POST", "/v1/webhooks", token, new)
        self.log = tempfile.TemporaryFile("w+")
        environment = {**os.environ, "SECRET": self.hook["secret"]}
        self.process = subprocess.Popen([*command, str(port)], env=environment, stdout=self.log)
        for _ in range(200):
            try:
                self.post({}, b"{}")
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.05)
        else:
            sys.exit(f"{name} does not listen")

    def post(self, headers, body):
        urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{self.port}/", body, headers))

    def lines(self):
        self.log.seek(0)
        return [line.split() for line in self.log.read().splitlines()]

    def verified(self):
        return [line[1] for line in self.lines() if line[0] == "verified"]

    def refused(self):
        return sum(line[0] == "refused" for line in self.lines())

    def wait(self, events):
        """Until exactly these events were verified, in this order."""
        for _ in range(400):
            if self.verified() == events:
                return
            time.sleep(0.05)
        sys.exit(f"{self.name}: verified {len(self.verified())} of {len(events)}, refused {self.refused()}")


def main():
    grant = base64.b64encode(b"province:sandbox").decode()
    grant = {"Authorization": f"Basic {grant}"}
    token = call("POST", "/v1/oauth/token", body="grant_type=client_credentials", headers=grant)["access_token"]
    receivers = [
        Receiver("PyPI standardwebhooks", 18771, [PYTHON, HERE / "receiver.py"], token),
        Receiver("npm standardwebhooks", 18772, [NODE, RECEIVER_MJS], token),
    ]
    try:
        # One hears of the making of the other.
        cursor = call("GET", f"/v1/webhooks/{receivers[-1].hook['id']}", token)["cursor"]
        people = login("professional"), login("hospital.admin"), login("health.reviewer")
        declared = approve_all(*people)
        for receiver in receivers:
            path = f"/v1/webhooks/{receiver.hook['id']}/secret-rotation"
            call("POST", path, token, {"grace_seconds": 600})
        me = call("GET", "/v1/me/years/2023", people[0])
        verify = {"year": 2023, "professional_ids": [me["professional_id"]]}
        assert call("POST", "/v1/annual-records:verify", people[2], verify)["results"][0]["outcome"] == "certified"
        time.sleep(1)
        told = call("GET", f"/v1/sync/changes?limit=200&cursor={cursor}", token)["data"]
        for receiver in receivers:
            own = f"webhooks/{receiver.hook['id']}"
            others = [event["id"] for event in told if event.get("subject") != own]
            known = receiver.verified()
            receiver.wait([*(id for id in known if id not in others), *others])
            # The one refusal is that of the call that waited for it to listen.
            refused = receiver.refused()
            headers = {"webhook-id": "msg", "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,AAAA"}
            try:
                receiver.post(headers, b'{"id": "1"}')
                sys.exit(f"{receiver.name} verified what was made up")
            except urllib.error.HTTPError as error:
                assert error.code == 400 and refused == 1, (error.code, refused)
            log = call("GET", f"/v1/webhooks/{receiver.hook['id']}/deliveries?limit=200", token)["data"]
            assert {row["state"] for row in log} == {"delivered"} and {row["attempts"] for row in log} == {1}, log
            print(f"{receiver.name}: {len(receiver.verified())} deliveries verified, a made-up one refused")
        assert declared == 2 and len(told) > 10, (declared, len(told))
    finally:
        for receiver in receivers:
            receiver.process.terminate()


main()
