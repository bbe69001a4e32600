"""Workbooks as another program reads and writes them: templates, a file with numbers that were ids, the annotated report."""

import io
import json
import sys
import time
import urllib.request
import uuid

import openpyxl

base = sys.argv[1]
token = None


def call(method, path, body=None, content_type="application/json"):
    request = urllib.request.Request(base + path, data=body, method=method)
    if body is not None:
        request.add_header("Content-Type", content_type)
    if token:
        request.add_header("Authorization", "Bearer " + token)
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def form(fields, content):
    border = uuid.uuid4().hex
    parts = b"".join(
        f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()
    )
    head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="people.xlsx"\r\n\r\n'.encode()
    return parts + head + content + f"\r\n--{border}--\r\n".encode(), f"multipart/form-data; boundary={border}"


login = json.dumps({"username": "hospital.admin", "password": "sandbox"}).encode()
token = json.loads(call("POST", "/v1/auth/login", login))["access_token"]
unit = json.loads(call("GET", "/v1/me"))["grants"][0]["organization"]["id"]

for kind in ("people", "units", "plans", "rosters", "declarations"):
    book = openpyxl.load_workbook(io.BytesIO(call("GET", f"/v1/import-templates/{kind}")))
    sheet, notes = book["数据"], book["填写说明"]
    heads = [cell.value for cell in sheet[1]]
    assert all(heads) and notes.max_row == len(heads) + 1, kind
    ids = [at for at, head in enumerate(heads, 1) if "号码" in head or "代码" in head]
    for at in ids:
        # Neighbours of one form share an entry, under the letter of the first.
        forms = [of.number_format for of in sheet.column_dimensions.values() if of.min <= at <= of.max]
        assert forms == ["@"], (kind, at, forms)
    print(f"{kind}: {len(heads)} columns, {len(ids)} of numbers as text")

book = openpyxl.load_workbook(io.BytesIO(call("GET", "/v1/import-templates/people")))
sheet = book["数据"]
place = {cell.value.rstrip("*"): cell.column for cell in sheet[1]}
people = [("甲", "410102198506151238"), ("乙", 410102198506151238), ("丙", "410102198506151239"), ("丁", "4.10102E+17")]
for row, (name, number) in enumerate(people, 2):
    sheet.cell(row, place["姓名"], name)
    sheet.cell(row, place["证件号码"], number)
    sheet.cell(row, place["入职日期"], "2020-07-01")
buffer = io.BytesIO()
book.save(buffer)
asked = json.loads(call("POST", "/v1/imports", *form({"kind": "people", "unit_id": unit}, buffer.getvalue())))
for _ in range(200):
    done = json.loads(call("GET", f"/v1/imports/{asked['id']}"))
    if done["state"] not in ("queued", "running"):
        break
    time.sleep(0.05)
assert (done["created"], done["refused"]) == (1, 3), done
errors = json.loads(call("GET", f"/v1/imports/{asked['id']}/errors"))["data"]
codes = [(error["row"], error["code"]) for error in errors]
assert codes == [(3, "id-turned-into-number"), (4, "id-number-check-digit"), (5, "id-turned-into-number")], codes

report = openpyxl.load_workbook(io.BytesIO(call("GET", f"/v1/imports/{asked['id']}/report.xlsx")))["数据"]
last = report.max_column
assert report.cell(1, last).value == "错误说明"
for row, bad in ((2, False), (3, True), (4, True), (5, True)):
    cell = report.cell(row, place["证件号码"])
    assert (cell.fill.fgColor.rgb == "FFFFC7CE") == bad, (row, cell.fill.fgColor.rgb)
    assert bool(report.cell(row, last).value) == bad, row
    assert report.cell(row, place["姓名"]).value == people[row - 2][0]
print("the report names each bad cell")
