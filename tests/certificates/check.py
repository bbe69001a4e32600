"""Certificates as outsiders get them: pages that poppler, zbar and qpdf read, and the verification page in a browser.

Usage: check.py BASE FOLDER PAGES.MJS CHROMIUM. Everything that was looked at stays in FOLDER.
"""

import json
import pathlib
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid

base, folder, pages, chromium = sys.argv[1:]
folder = pathlib.Path(folder)

EMPLOYER = "郑州航空港经济综合实验区（郑州新郑综合保税区）国际生物医药与高端装备制造技术研究开发（集团）股份有限公司附属医院"
# Rare characters, both in one name, the middle dot, letters of another script.
PEOPLE = [
    ("𠮷田", "41010219850305301"),
    ("欧阳𠮷䶮", "41010219850305302"),
    ("阿卜杜热合曼·买买提吐尔逊·伊敏江", "41010219850305303"),
    ("Maximiliane-Alexandra Konstantinowa von Hohenberg", "41010219850305304"),
    ("Łukasz Dvořák-Şahin", "41010219850305305"),
]


class Refused(Exception):
    pass


def call(method, path, token=None, body=None, headers=None, content_type="application/json"):
    """The body of an answer, JSON where it is."""
    data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data=data, method=method, headers=headers or {})
    if data is not None:
        request.add_header("Content-Type", content_type)
    if token:
        request.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(request) as answer:
            content, kind = answer.read(), answer.headers.get_content_type()
    except urllib.error.HTTPError as error:
        raise Refused(f"{method} {path}: {error.code} {error.read().decode()[:600]}") from error
    return json.loads(content) if kind == "application/json" and content else content


def login(username, password="sandbox"):
    return call("POST", "/v1/auth/login", body={"username": username, "password": password})["access_token"]


def checked(number):
    """A resident id number with its check digit."""
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return number + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(number, weights)) % 11]


def evidence(token, declaration):
    border = uuid.uuid4().hex
    file = f"%PDF-1.4\n% {declaration}\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
    body = (
        f'--{border}\r\nContent-Disposition: form-data; name="kind"\r\n\r\nproof_of_attendance\r\n'
        f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
        f"Content-Type: application/pdf\r\n\r\n{file}\r\n--{border}--\r\n"
    ).encode()
    call("POST", f"/v1/declarations/{declaration}/attachments", token, body, content_type=f"multipart/form-data; boundary={border}")


def approved(token, body):
    """A declaration taken through both reviews: its id."""
    draft = call("POST", "/v1/declarations", token, body)["id"]
    if "learning_record_id" not in body:
        evidence(token, draft)
    call("POST", f"/v1/declarations/{draft}/submission", token, b"", {"If-Match": "*"})
    for reviewer in (employer, authority):
        call("POST", f"/v1/declarations/{draft}/reviews", reviewer, {"decision": "approve", "comment": "属实"})
    return draft


def conference(day, hours):
    return {"year": 2023, "subject": "professional", "way": "conference", "title": f"学术年会 {day}",
            "learning_start": f"2023-{day}-08", "learning_end": f"2023-{day}-09", "hours": hours}


def certified(person):
    results = call("POST", "/v1/annual-records:verify", authority, {"year": 2023, "professional_ids": [person]})["results"]
    assert results[0]["outcome"] == "certified", results
    return call("GET", f"/v1/certificates/{results[0]['certificate_number']}", auditor)


def run(*words, **more):
    done = subprocess.run(words, capture_output=True, **more)
    assert done.returncode == 0, f"{' '.join(map(str, words))}: {done.returncode}\n{done.stdout.decode()}\n{done.stderr.decode()}"
    return done.stdout.decode()


def without_white(text):
    return re.sub(r"\s", "", text)


def draw(certificate, name):
    """Downloads the page of a certificate, has others read it, and keeps it with its picture."""
    path = folder / f"{name}.pdf"
    begun = time.monotonic()
    path.write_bytes(call("GET", f"/v1/certificates/{certificate['number']}.pdf", auditor))
    took = (time.monotonic() - begun) * 1000
    address = f"{base}/v1/verify/{certificate['verification_code']}"
    hours = certificate["hours"]
    said = without_white(run("pdftotext", "-raw", "-enc", "UTF-8", path, "-"))
    for fact in [certificate["name"], certificate["masked_id_number"], certificate["employer"], certificate["issuing_body"],
                 certificate["number"], certificate["verification_code"], address, f"{hours['total']:g}", f"{hours['public']:g}",
                 f"{hours['professional']:g}", "专业技术人员继续教育证书", "2023年度", "2023年10月16日", "当年完成"]:
        assert without_white(fact) in said, f"{name}: {fact} is missing in {said}"
    state = {"superseded": "本证书已由新版本替换", "revoked": "本证书已撤销，不再有效"}.get(certificate["state"])
    assert state in said if state else "本证书已" not in said, said
    run("qpdf", "--check", path)
    fonts = run("pdffonts", path).splitlines()[2:]
    assert fonts and all(re.search(r" yes yes yes +\d+ +\d+$", font) for font in fonts), "embedded, subset, with Unicode: " + str(fonts)
    run("pdftoppm", "-r", "150", "-png", "-singlefile", path, folder / f"{name}")
    for kind in ("gray", "mono"):
        picture = folder / f"{name}-{kind}"
        run("pdftoppm", "-r", "150", f"-{kind}", "-singlefile", path, picture)
        suffix = ".pgm" if kind == "gray" else ".pbm"
        decoded = run("zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", picture.with_name(picture.name + suffix)).strip()
        assert decoded == address, f"{name}: the code says {decoded} in {kind}"
    again = call("GET", f"/v1/certificates/{certificate['number']}.pdf", auditor)
    assert again == path.read_bytes(), f"{name}: other bytes at the second time"
    print(f"{name}: {path.stat().st_size} bytes, {len(fonts)} font(s), every field as text, QR code read in grey and black, {took:.0f} ms")


employer, authority, auditor, officer = map(login, ("hospital.admin", "health.reviewer", "auditor", "city.officer"))
admin = login("city.admin")
unit = call("GET", "/v1/me", employer)["grants"][0]["organization"]["id"]
credentials = urllib.request.Request(base + "/v1/oauth/token", data=b"grant_type=client_credentials", method="POST")
credentials.add_header("Authorization", "Basic aG56anp4OnNhbmRib3g=")  # hnzjzx:sandbox, the demo world's platform
platform = json.load(urllib.request.urlopen(credentials))["access_token"]

# One road to every state: 98 hours are certified, corrected to 90 (superseded), and fall below the floor (revoked).
doctor = login("professional")
person = call("GET", "/v1/me", doctor)["professional"]["id"]
extra = approved(doctor, conference("05", 8))
declared = []
for subject in ("public", "professional"):
    records = call("GET", f"/v1/learning-records?year=2023&subject={subject}", doctor)["data"]
    declared.append(approved(doctor, {"year": 2023, "learning_record_id": records[0]["id"]}))
first = certified(person)
draw(first, "valid")
states = {"valid": None}


def revoke(declaration):
    call("POST", f"/v1/declarations/{declaration}/revocation", officer, {"reason": "名册核查不符"}, {"If-Match": "*"})


revoke(extra)
second = call("GET", "/v1/me/years/2023", doctor)["certificate"]
revoke(declared[0])
for number, state in ((first["number"], "superseded"), (second["number"], "revoked")):
    certificate = call("GET", f"/v1/certificates/{number}", auditor)
    assert certificate["state"] == state, certificate
    draw(certificate, state)
    states[state] = certificate["verification_code"]

# Names of every kind, at a unit with a long one.
call("PATCH", f"/v1/organizations/{unit}", admin, {"name": EMPLOYER}, {"If-Match": "*"})
for index, (name, number) in enumerate(PEOPLE):
    body = {"name": name, "id_type": "resident_id", "id_number": checked(number), "post": "technical",
            "employer_id": unit, "started_on": "2020-01-01"}
    someone = call("POST", "/v1/professionals", employer, body)["id"]
    account = {"username": f"someone.{index}", "display_name": name[:20], "password": "a long enough password", "professional_id": someone}
    call("POST", "/v1/accounts", admin, account)
    own = login(account["username"], account["password"])
    body = {"professional_id": someone, "platform": "hnzjzx", "course_code": "outside", "title": "公需课程", "hours": 30,
            "started_on": "2023-06-01", "completed_on": "2023-06-30"}
    record = call("POST", "/v1/learning-records", platform, body)["id"]
    approved(own, {"year": 2023, "learning_record_id": record})
    for month in ("02", "03", "04", "06", "07"):
        approved(own, conference(month, 12))
    certificate = certified(someone)
    assert certificate["name"] == name and certificate["employer"] == EMPLOYER, certificate
    draw(certificate, f"name-{index + 1}")
    states["valid"] = states["valid"] or certificate["verification_code"]

metrics = call("GET", "/metrics").decode()
drawn = dict(re.findall(r"^xueshi_certificate_page_duration_seconds_(sum|count) ([0-9.e-]+)$", metrics, re.M))
if drawn:
    mean = float(drawn["sum"]) / float(drawn["count"]) * 1000
    print(f"{drawn['count']} pages were drawn, {mean:.1f} ms each (the promise is 50 ms, of a release build)")

states["unknown"] = "0" * 20
addresses = {state: f"{base}/v1/verify/{code}" for state, code in states.items()}
addresses["entry"] = f"{base}/v1/verify"
subprocess.run(["node", pages, chromium, str(folder), json.dumps(addresses)], check=True)
