#!/usr/bin/env python3
"""Sends a long roster with bad rows in, twice, and measures. Standard library only.

    long_roster.py target/release/xueshi --rows 50000

Starts the given program as a sandbox of its own in a temporary directory (on SQLite, or on --database-url), registers the people, and
sends an XLSX of a class whose every hundredth row is bad in one of five ways. Ends with exit code 1 when a bad cell is not named, when
a good row is not in, when the same file again changes anything, or when the first time took longer than --most-seconds, from the first
byte that is sent to the end of the job. Prints what it measured as JSON.
"""

import argparse
import io
import json
import os
import shutil
import sys
import tempfile
import time
import zipfile
from xml.sax.saxutils import escape

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from push_completions import EMPLOYER, Service, batches, line  # noqa: E402

HEADS = ["序号", "姓名", "证件号码", "学时", "是否合格"]
BOUNDARY = "one-part-after-the-other"
PACKAGE = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="名册" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    'Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>",
}


def id_number(index):
    """A resident id number. None ends in 000, as one of a thousand does: it is taken for one that a spreadsheet has cut off."""
    body = f"410102{1950 + index // 33_264 % 50}{index // 2_772 % 12 + 1:02d}{index // 99 % 28 + 1:02d}{index % 99 + 1:03d}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights)) % 11]


def cell(value):
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value!r}</v></c>"


def workbook(rows):
    body = "".join("<row>" + "".join(map(cell, row)) + "</row>" for row in rows)
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{body}</sheetData></worksheet>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in {**PACKAGE, "xl/worksheets/sheet1.xml": sheet}.items():
            package.writestr(name, text)
    return file.getvalue()


def roster(rows):
    """The rows of the file, and the cells that are wrong with what is wrong with them."""
    lines, wrong = [HEADS], []
    for index in range(rows):
        row = [index, f"Person {index}", id_number(index), 24, "合格"]
        if index % 100 == 50:
            place, value, code = [
                (2, 4.10102198506151e17, "id-turned-into-number"),
                (3, 24.1, "hours-over-limit"),
                (4, "也许", "not-yes-or-no"),
                (2, id_number(rows + index), "unknown-reference"),
                (1, "别人", "name-differs"),
            ][index // 100 % 5]
            row[place] = value
            wrong.append(("ABCDE"[place] + str(index + 2), code))
        lines.append(row)
    return lines, wrong


class Person:
    """Someone who is logged in."""

    def __init__(self, service, name):
        body = json.dumps({"username": name, "password": "sandbox"})
        self.service = service
        answer = self.of(service.request("POST", "/v1/auth/login", body, **{"Content-Type": "application/json"}), 200)
        self.token = answer["access_token"]

    @staticmethod
    def of(answer, wanted):
        status, text = answer
        assert status == wanted, (status, text[:2000])
        return json.loads(text)

    def get(self, path):
        return self.of(self.service.request("GET", path, Authorization="Bearer " + self.token), 200)

    def send(self, method, path, body, wanted, kind="application/json", **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": "Bearer " + self.token, "Content-Type": kind, **headers}
        return self.of(self.service.request(method, path, body, **headers), wanted)


def ended_class(service):
    """A class of the base that has ended, and the base's administrator of that day."""
    base, officer = Person(service, "base.admin"), Person(service, "city.officer")
    unit = base.get("/v1/me")["grants"][0]["organization"]["id"]
    item = {"subject": "professional", "theme": "数据安全", "hours": 24, "places": 60, "audience": "全市专业技术人员",
            "starts_on": "2023-10-17", "ends_on": "2023-11-30"}
    plan = {"organization_id": unit, "year": 2023, "title": "补充计划", "items": [item]}
    plan = base.send("POST", "/v1/training-plans", plan, 201)
    path = f"/v1/training-plans/{plan['id']}"
    plan = base.send("POST", path + "/submission", {}, 200, **{"If-Match": '"1"'})
    decision, tag = {"decision": "approve", "comment": "已核实"}, f'"{plan["version"]}"'
    plan = officer.send("POST", path + "/decision", decision, 200, **{"If-Match": tag})
    new = {"plan_item_id": plan["items"][0]["id"], "title": "数据安全一期", "subject": "professional", "way": "training_class",
           "starts_on": "2023-10-18", "ends_on": "2023-10-20", "hours": 24, "place": "基地报告厅"}
    held = base.send("POST", "/v1/classes", new, 201)
    base.send("PUT", "/v1/sandbox/clock", {"now": "2023-10-23T09:00:00+08:00"}, 200)
    return Person(service, "base.admin"), held["id"]


def bring_in(base, held, file):
    """Sends the file in and waits for its end: the import, and seconds."""
    parts = "".join(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                    for name, value in {"kind": "rosters", "class_id": held}.items())
    parts += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="roster.xlsx"\r\n\r\n'
    body = parts.encode() + file + f"\r\n--{BOUNDARY}--\r\n".encode()
    began = time.monotonic()
    done = base.send("POST", "/v1/imports", body, 202, kind="multipart/form-data; boundary=" + BOUNDARY)
    while done["state"] in ("queued", "running"):
        time.sleep(0.1)
        done = base.get("/v1/imports/" + done["id"])
    return done, time.monotonic() - began


def wrong_cells(base, done):
    path, found = f"/v1/imports/{done['id']}/errors?limit=200", []
    while path:
        page = base.get(path)
        found += [(f"{error['column']}{error['row']}", error["code"]) for error in page["data"]]
        path = page.get("next_cursor") and f"/v1/imports/{done['id']}/errors?limit=200&cursor={page['next_cursor']}"
    return found


def measure(given, service):
    people = (line("person", f"P{number}", {
        "name": f"Person {number}", "id_type": "resident_id", "id_number": id_number(number), "post": "technical",
        "employer_code": EMPLOYER, "started_on": "2020-03-01"}) for number in range(given.rows))
    for batch in batches(people, 1_000):
        assert {result["outcome"] for result in service.push(batch)} == {"created"}
    base, held = ended_class(service)
    lines, wrong = roster(given.rows)
    file = workbook(lines)
    first, took = bring_in(base, held, file)
    counts = [first[name] for name in ("created", "changed", "unchanged", "refused")]
    good = given.rows - len(wrong)
    assert counts == [good, 0, 0, len(wrong)], first
    assert wrong_cells(base, first) == wrong, "a bad cell is not named"
    again, took_again = bring_in(base, held, file)
    counts = [again[name] for name in ("created", "changed", "unchanged", "refused")]
    assert counts == [0, 0, good, len(wrong)], again
    return {"rows": given.rows, "bad": len(wrong), "bytes": len(file), "seconds": round(took, 1),
            "seconds_again": round(took_again, 1), "peak_mib": round(service.memory("VmHWM"), 1)}


def main():
    arguments = argparse.ArgumentParser(description="Send a long roster in and measure")
    arguments.add_argument("program")
    arguments.add_argument("--rows", type=int, default=50_000)
    arguments.add_argument("--most-seconds", type=float, default=60)
    arguments.add_argument("--database-url")
    given = arguments.parse_args()
    folder = tempfile.mkdtemp(prefix="xueshi-roster-")
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
    sys.exit(0 if measured["seconds"] <= given.most_seconds else 1)


if __name__ == "__main__":
    main()
