"""Workbooks as another program reads and writes them: templates, a file with numbers that were ids, the annotated report, exports."""

import io
import json
import sys
import time
import urllib.error
import urllib.parse
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


def login(username):
    body = json.dumps({"username": username, "password": "sandbox"}).encode()
    return json.loads(call("POST", "/v1/auth/login", body))["access_token"]


token = login("hospital.admin")
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


def pages(path, parameters):
    """All rows of a list, page by page."""
    rows, cursor = [], None
    while True:
        query = parameters | {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        page = json.loads(call("GET", path + "?" + urllib.parse.urlencode(query)))
        rows += page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            return rows


def lines(path, parameters):
    """The rows of figures, which are one answer and not a list of pages."""
    query = urllib.parse.urlencode(parameters | {"format": "ndjson"})
    return [json.loads(line) for line in call("GET", path + "?" + query).splitlines()]


def flat(name, value):
    """A member of a row as columns: `hours.public` for what is inside of something."""
    if isinstance(value, dict) and value:
        return [column for member, inner in value.items() for column in flat(f"{name}.{member}", inner)]
    return [(name, value)]


def exported(name, parameters):
    """The first sheet of an export: heads, and rows of cells."""
    wanted = json.dumps({"list": name, "parameters": parameters, "format": "xlsx"}).encode()
    export = json.loads(call("POST", "/v1/exports", wanted))
    for _ in range(1200):
        export = json.loads(call("GET", f"/v1/exports/{export['id']}"))
        if export["state"] not in ("queued", "running"):
            break
        time.sleep(0.05)
    assert export["state"] == "succeeded", export
    sheet = openpyxl.load_workbook(io.BytesIO(call("GET", export["file"]))).worksheets[0]
    # A list without rows has no columns either.
    heads, *rows = list(sheet.iter_rows()) or [()]
    return [head.value for head in heads if head.value is not None], [row for row in rows if any(cell.value is not None for cell in row)]


def holds(cell, value):
    """Whether a cell holds what the list answers."""
    if value is None or value == "":
        return cell.value is None
    if isinstance(value, bool):
        return cell.value == json.dumps(value)
    if isinstance(value, (int, float)):
        return cell.data_type == "n" and cell.value == value
    if isinstance(value, str):
        return cell.data_type == "s" and cell.value == value
    return cell.data_type == "s" and json.loads(cell.value) == value


YEAR = {"year": "2022"}
FIGURES = YEAR | {"by": "unit", "sealed": "true"}
LISTS = {
    "professionals": ("/v1/professionals", {}),
    "organizations": ("/v1/organizations", {}),
    "accounts": ("/v1/accounts", {}),
    "employment_requests": ("/v1/employment-requests", {}),
    "organization_registrations": ("/v1/organization-registrations", {}),
    "transfers": ("/v1/transfers", {}),
    "institutions": ("/v1/institutions", {}),
    "filings": ("/v1/filings", {}),
    "training_plans": ("/v1/training-plans", {}),
    "classes": ("/v1/classes", {}),
    "seminars": ("/v1/seminars", {}),
    "learning_records": ("/v1/learning-records", {}),
    "declarations": ("/v1/declarations", {}),
    "review_queue": ("/v1/review-queue", {}),
    "annual_records": ("/v1/annual-records", YEAR),
    "appraisals": ("/v1/appraisals", YEAR),
    "exemptions": ("/v1/exemptions", {}),
    "appeals": ("/v1/appeals", {}),
    "makeup_applications": ("/v1/makeup-applications", {}),
    "makeup_grants": ("/v1/makeup-grants", {}),
    "funding_reports": ("/v1/funding-reports", {}),
    "events": ("/v1/events", {}),
    "sync_conflicts": ("/v1/sync/conflicts", {}),
    "sync_acknowledgements": ("/v1/sync/acknowledgements", {}),
    "figure_rows": ("/v1/statistics/completion/rows", {"figure": "people", "year": "2023"}),
}
for family in ("completion", "timeliness", "filing", "funding"):
    LISTS[f"{family}_figures"] = (f"/v1/statistics/{family}", FIGURES)

readers = [login(name) for name in ("auditor", "city.officer", "city.admin")]
token = readers[0]
held = next((row for row in pages("/v1/classes", {}) if row["state"] == "held"), None) or pages("/v1/classes", {})[0]
# Two lists have in their address what an export takes as a parameter.
LISTS["roster"] = (f"/v1/classes/{held['id']}/roster", {"class_id": held["id"]})
LISTS["lapses"] = ("/v1/settlements/2022/lapses", YEAR)
IN_ADDRESS = ("roster", "lapses")
known = json.loads(call("GET", "/openapi.json"))["components"]["schemas"]["ExportList"]["enum"]
assert set(known) == set(LISTS), set(known) ^ set(LISTS)

for name in known:
    path, parameters = LISTS[name]
    read = lines if name.endswith("_figures") else pages
    for token in readers:
        try:
            expected = read(path, {} if name in IN_ADDRESS else parameters)
            break
        except urllib.error.HTTPError as error:
            if error.code != 403:
                raise
    else:
        raise AssertionError(f"nobody may read {name}")
    heads, rows = exported(name, parameters)
    assert len(set(heads)) == len(heads), (name, heads)
    if name == "events":
        # What the exports before have told since is not asked for.
        rows = rows[: len(expected)]
    assert len(rows) == len(expected), (name, len(rows), len(expected))
    for number, (row, members) in enumerate(zip(rows, expected), 2):
        columns = [column for member, value in members.items() for column in flat(member, value)]
        cells = dict(zip(heads, row))
        assert all(cell.data_type != "f" for cell in row), (name, number)
        for column, value in columns:
            assert holds(cells[column], value), (name, number, column, cells[column].value, value)
        others = set(heads) - {column for column, _ in columns}
        assert all(cells[column].value is None for column in others), (name, number, others)
    print(f"{name}: {len(rows)} rows, {len(heads)} columns")
