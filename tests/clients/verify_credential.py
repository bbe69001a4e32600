#!/usr/bin/env python3
"""Verifies a certificate's credential with nothing of ours: PyPI `PyJWT[crypto]`, the published keys, and the standards.

    verify_credential.py http://127.0.0.1:8080        against a sandbox: has a person certified, verifies, revokes, verifies again

What it checks, and what anyone would:

1. the signature, with the key that the token names among those published (SM2 with the command `openssl`, which PyJWT does not know);
2. that no byte can be changed;
3. the status list, signed alike: the certificate's bit (W3C Bitstring Status List v1.0);
4. the evidence: what the certificate states is in the event, the event in the leaf, the leaf in the tree of the checkpoint (RFC 6962).
"""

import base64
import datetime
import gzip
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import jwt

# What stands before the point of a public key of SM2 in DER (RFC 5480; GM/T 0006 has the curve's name).
SM2_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
SM2_SIGNER = "1234567812345678"


class Refused(Exception):
    """It does not verify."""


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# 1. The signature.


def verified(token, keys, issuer):
    """What a token says; `Refused` if it does not verify with the key that it names."""
    try:
        header = jwt.get_unverified_header(token)
        found = [key for key in keys["keys"] if key["kid"] == header.get("kid")]
        if not found or (header.get("typ"), header.get("cty")) != ("vc+jwt", "vc"):
            raise Refused("no credential of this issuer")
        if found[0]["kty"] == "EC":
            return verified_by_openssl(token, header, found[0], issuer)
        key = jwt.PyJWK(found[0])
        # A sandbox has a clock of its own: `stands` looks at `exp`.
        return jwt.decode(token, key, algorithms=["EdDSA"], issuer=issuer, options={"verify_aud": False, "verify_exp": False})
    except (jwt.PyJWTError, ValueError) as error:
        raise Refused(error) from error


def verified_by_openssl(token, header, key, issuer):
    signed, signature = token.rsplit(".", 1)
    signature = decoded(signature)
    if header.get("alg") != "SM2SM3" or len(signature) != 64:
        raise Refused("not SM2 with SM3")
    halves = b"".join(integer(half) for half in (signature[:32], signature[32:]))
    with tempfile.TemporaryDirectory() as folder:
        parts = {
            "key": SM2_PREFIX + b"\x04" + decoded(key["x"]) + decoded(key["y"]),
            "signature": b"\x30" + bytes([len(halves)]) + halves,
            "signed": signed.encode(),
        }
        paths = {name: pathlib.Path(folder, name) for name in parts}
        for name, content in parts.items():
            paths[name].write_bytes(content)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", paths["key"], "-rawin"]
        command += ["-digest", "sm3", "-pkeyopt", f"distid:{SM2_SIGNER}", "-in", paths["signed"], "-sigfile", paths["signature"]]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            raise Refused("openssl does not verify it")
    said = json.loads(decoded(signed.split(".")[1]))
    if said["iss"] != issuer:
        raise Refused("another issuer")
    return said


def integer(half):
    """An unsigned number in DER."""
    half = half.lstrip(b"\0") or b"\0"
    half = b"\0" + half if half[0] & 0x80 else half
    return b"\x02" + bytes([len(half)]) + half


# 2. Changed bytes.


def check_changes(token, keys, issuer, step):
    """No changed byte may verify. The last one is left out: Python's base64 does not look at bits of it that say nothing."""
    tried = 0
    for place in range(0, len(token) - 1, step):
        changed = token[:place] + ("B" if token[place] == "A" else "A") + token[place + 1 :]
        try:
            verified(changed, keys, issuer)
        except Refused:
            tried += 1
            continue
        sys.exit(f"byte {place} was changed, and it verifies")
    return tried


# 3. Whether it still stands.


def stands(credential, fetch, keys, issuer, now):
    entry = credential["credentialStatus"]
    assert entry["type"] == "BitstringStatusListEntry" and entry["statusPurpose"] == "revocation", entry
    said = verified(fetch(entry["statusListCredential"]), keys, issuer)
    subject = said["credentialSubject"]
    assert said["id"] == entry["statusListCredential"] and subject["statusPurpose"] == "revocation", said
    begin, end = (datetime.datetime.fromisoformat(said[name]) for name in ("validFrom", "validUntil"))
    assert begin <= now < end, f"the list is of another time: {begin} to {end}"
    assert said["exp"] == int(end.timestamp()), "a library that knows JWTs only would believe it for longer"
    assert subject["encodedList"][0] == "u", "Multibase: base64url without padding"
    bits = gzip.decompress(decoded(subject["encodedList"][1:]))
    assert len(bits) * 8 >= 131_072, len(bits)
    index = int(entry["statusListIndex"])
    return not bits[index // 8] & 0x80 >> index % 8


# 4. The evidence.


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaf, index, size, path):
    """The root to which a path leads (RFC 9162, 2.1.3.2)."""
    last, value = size - 1, hashlib.sha256(b"\x00" + leaf).digest()
    assert 0 <= index <= last
    for sibling in path:
        assert last > 0, "the path is too long"
        if index % 2 or index == last:
            value = node(sibling, value)
            while index and not index % 2:
                index, last = index // 2, last // 2
        else:
            value = node(value, sibling)
        index, last = index // 2, last // 2
    assert last == 0, "the path is too short"
    return value


def check_evidence(credential):
    """The checkpoint's size, if everything from the certificate to it fits."""
    (evidence,) = credential["evidence"]
    content = evidence["content"]
    assert json.loads(content) == credential["credentialSubject"], "the text is not the subject"
    event = evidence["event"]
    salted = base64.b64decode(evidence["content_salt"]) + content.encode()
    assert event["data"]["content_sha256"] == hashlib.sha256(salted).hexdigest(), "another certificate was issued"
    # RFC 8785: sorted members, no spaces; the event has no fractions.
    canonical = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    digest = hashlib.sha256(base64.b64decode(evidence["salt"]) + canonical).digest()
    leaf = json.loads(evidence["leaf"])
    assert base64.b64decode(leaf["digest"]) == digest and leaf["kind"] == "certificate.issued", leaf
    path = [base64.b64decode(one) for one in evidence["path"]]
    _, size, wanted = evidence["checkpoint"].split("\n")[:3]
    assert int(size) == evidence["tree_size"], "another checkpoint"
    found = root(evidence["leaf"].encode(), evidence["leaf_index"], evidence["tree_size"], path)
    assert base64.b64decode(wanted) == found, "the path does not lead to the checkpoint"
    return evidence["tree_size"]


# A certificate to look at: the demo world's doctor, certified.


class Sandbox:
    def __init__(self, base):
        self.base = base

    def call(self, method, path, token=None, body=None, headers=None, text=False):
        headers = dict(headers or {})
        data = None if body is None else json.dumps(body).encode()
        if data:
            headers["Content-Type"] = "application/json"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            content = answer.read().decode()
            return content if text else json.loads(content)

    def login(self, name):
        return self.call("POST", "/v1/auth/login", body={"username": name, "password": "sandbox"})["access_token"]

    def certify(self):
        """Certifies the year of the doctor; the certificate's number, and a declaration behind it."""
        doctor, employer, authority = (self.login(name) for name in ("professional", "hospital.admin", "health.reviewer"))
        for record in self.call("GET", "/v1/learning-records?year=2023", doctor)["data"]:
            draft = self.call("POST", "/v1/declarations", doctor, {"year": 2023, "learning_record_id": record["id"]})
            path = f"/v1/declarations/{draft['id']}"
            self.call("POST", f"{path}/submission", doctor, headers={"If-Match": f'"{draft["version"]}"'})
            for reviewer in (employer, authority):
                self.call("POST", f"{path}/reviews", reviewer, {"decision": "approve"})
        person = self.call("GET", "/v1/me", doctor)["professional"]["id"]
        verify = {"year": 2023, "professional_ids": [person]}
        result = self.call("POST", "/v1/annual-records:verify", authority, verify)["results"][0]
        assert result["outcome"] == "certified", result
        return result["certificate_number"], path

    def credential(self, number):
        """The credential, once the log has sealed the certificate."""
        doctor = self.login("professional")
        for _ in range(200):
            try:
                return self.call("GET", f"/v1/certificates/{number}/credential", doctor, text=True)
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    raise
                time.sleep(0.05)
        sys.exit(f"{number} is not sealed")


def main():
    base = sys.argv[1].rstrip("/")
    sandbox = Sandbox(base)
    number, declaration = sandbox.certify()
    token = sandbox.credential(number)
    # From here on with what is public.
    keys = sandbox.call("GET", "/.well-known/jwks.json")

    def fetch(address):
        assert address.startswith(base + "/"), address
        return sandbox.call("GET", address.removeprefix(base), text=True)

    def stands_now(credential):
        now = datetime.datetime.fromisoformat(sandbox.call("GET", "/v1/sandbox/clock")["now"])
        return stands(credential, fetch, keys, base, now)

    suite = jwt.get_unverified_header(token)["alg"]
    credential = verified(token, keys, base)
    assert credential["credentialSubject"]["number"] == number, credential
    tried = check_changes(token, keys, base, 1 if suite == "EdDSA" else 23)
    size = check_evidence(credential)
    assert stands_now(credential), "it has just been issued"
    officer = sandbox.login("city.officer")
    sandbox.call("POST", f"{declaration}/revocation", officer, {"reason": "核查不符"}, {"If-Match": "*"})
    assert not stands_now(credential), "it was revoked"
    verified(token, keys, base)
    print(f"{suite}: {number} verified, {tried} changed bytes refused, in a log of {size} entries, revoked in the status list")


if __name__ == "__main__":
    main()
