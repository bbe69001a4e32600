"""A log made up in this process, served in the formats of the real one: honest, or lying in one way. It tests verify_log.py itself, and
what the witness says of each lie. Its proofs come from neither of the verifiers' arithmetic, but from the recursive definitions of RFC
9162 (2.1.1, 2.1.3.1, 2.1.4.1), written down as they stand there.
"""

import base64
import hashlib
import json
import random
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import witness
from tlog import Key, Log, Wrong, key_hash, tile_number

NAME = "xueshi.example/log"
LIES = ("a tile", "an entry", "an inclusion proof", "a consistency proof", "the root", "the signature", "another history", "a shorter one")


def sha(data):
    return hashlib.sha256(data).digest()


def split(size):
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def mth(entries):
    if not entries:
        return sha(b"")
    if len(entries) == 1:
        return sha(b"\0" + entries[0])
    k = split(len(entries))
    return sha(b"\1" + mth(entries[:k]) + mth(entries[k:]))


def path(m, entries):
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return path(m, entries[:k]) + [mth(entries[k:])]
    return path(m - k, entries[k:]) + [mth(entries[:k])]


def subproof(m, entries, whole):
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = split(len(entries))
    if m <= k:
        return subproof(m, entries[:k], whole) + [mth(entries[k:])]
    return subproof(m - k, entries[k:], False) + [mth(entries[:k])]


def altered(data):
    return bytes([data[0] ^ 1]) + data[1:]


class Sample:
    """Answers as the service does; `size` is how far it is published, `lie` what is wrong with it."""

    def __init__(self, count):
        choose = random.Random(1)
        self.entries = [json.dumps({"id": f"{number:08x}", "kind": "declaration.submitted", "v": 1}).encode()
                        + bytes(choose.randrange(256) for _ in range(choose.randrange(40))) for number in range(count)]
        self.forged = [*self.entries]
        self.forged[count // 3] = altered(self.forged[count // 3])
        self.private, self.size, self.lie, self.known = Ed25519PrivateKey.from_private_bytes(bytes(range(32))), 1, None, {}

    def key(self):
        key = b"\1" + self.private.public_key().public_bytes_raw()
        return f"{NAME}+{key_hash(NAME, key).hex()}+{base64.b64encode(key).decode()}"

    def checkpoint(self):
        entries = (self.forged if self.lie == "another history" else self.entries)[:self.size]
        root = mth(entries)
        text = f"{NAME}\n{self.size}\n{base64.b64encode(altered(root) if self.lie == 'the root' else root).decode()}\n"
        signature = self.private.sign(text.encode())
        if self.lie == "the signature":
            signature = altered(signature)
        line = base64.b64encode(key_hash(NAME, b"\1" + self.private.public_key().public_bytes_raw()) + signature).decode()
        # A witness has signed as well.
        other = base64.b64encode(b"abcd" + bytes(72)).decode()
        return f"{text}\n\u2014 {NAME} {line}\n\u2014 witness.example {other}\n"

    def tile(self, words):
        level, *numbers = words
        width = 256
        if numbers[-2:-1] and numbers[-2].endswith(".p"):
            width, numbers = int(numbers[-1]), [*numbers[:-2], numbers[-2][:-2]]
        number = int("".join(part.removeprefix("x") for part in numbers))
        if tile_number(number) != "/".join(numbers):
            return None
        span = 1 if level == "entries" else 256 ** int(level)
        parts = [self.entries[at * span:(at + 1) * span] for at in range(number * 256, number * 256 + width)]
        if (number * 256 + width) * span > self.size or not 0 < width <= 256:
            return None
        if level == "entries":
            entries = [part[0] for part in parts]
            if self.lie == "an entry":
                entries[-1] = altered(entries[-1])
            return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
        hashes = b"".join(map(mth, parts))
        return altered(hashes) if self.lie == "a tile" else hashes

    def proof(self, query):
        entries = self.forged if self.lie == "another history" else self.entries
        numbers = {name: int(value) for name, value in query.items()}
        if "first" in numbers:
            hashes, lie = subproof(numbers["first"], entries[:numbers["second"]], True), "a consistency proof"
        else:
            hashes, lie = path(numbers["leaf_index"], entries[:numbers["tree_size"]]), "an inclusion proof"
        if self.lie == lie and hashes:
            hashes[-1] = altered(hashes[-1])
        return {**numbers, "hashes": [base64.b64encode(value).decode() for value in hashes]}

    def answer(self, address):
        asked = urllib.parse.urlsplit(address)
        words = asked.path.removeprefix("/v1/audit/").split("/")
        if words == ["log"]:
            root = base64.b64encode(mth(self.entries[:self.size])).decode()
            about = {"origin": NAME, "verifier_key": self.key(), "tree_size": self.size, "root_hash": root}
            return json.dumps({**about, "sealed_at": "2023-10-16T09:00:00+08:00"}).encode()
        if words == ["checkpoint"]:
            return self.checkpoint().encode()
        if words == ["proofs"]:
            return json.dumps(self.proof(dict(urllib.parse.parse_qsl(asked.query)))).encode()
        return self.tile(words[1:]) if words[0] == "tile" else None


def serve(sample):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one piece.
        wbufsize = -1

        def do_GET(self):
            key = (self.path, sample.size, sample.lie)
            if key not in sample.known:
                sample.known[key] = sample.answer(self.path)
            body = sample.known[key]
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def check_formats(verify):
    for number, text in {0: "000", 7: "007", 999: "999", 1000: "x001/000", 1234067: "x001/x234/067"}.items():
        assert tile_number(number) == text, (number, tile_number(number))
    # The key and note of the C2SP documents, and a vector of RFC 8032.
    Key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                              "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
    assert verify.verifies(public, b"\x72", signature) and not verify.verifies(public, b"\x73", signature)


def look(verify, base, sizes, sample):
    """The whole check over these sizes, as if they had been published one after the other."""
    log = Log(base)
    key = Key(log.about()["verifier_key"])
    collected = verify.Collected(log, key)
    for size in sizes:
        sample.size = size
        collected.poll()
    assert len(collected.checkpoints) == len(sizes)
    return verify.check_everything(log, key, collected, 5, random.Random(2))


def test(verify):
    check_formats(verify)
    sample = Sample(1000)
    base = serve(sample)
    choose = random.Random(3)
    sizes = sorted({1, 2, 3, 4, 5, 8, 255, 256, 257, 511, 512, 513, 768, 1000, *(choose.randrange(6, 1000) for _ in range(36))})
    entries = look(verify, base, sizes, sample)
    assert entries == sample.entries
    say, verify.say, seen = verify.say, lambda _: None, []
    sample.size = 600
    state = witness.look(Log(base), None, None)[1]
    sample.size = 1000
    assert witness.look(Log(base), state, sample.key())[0].startswith("grew from 600 to 1000")
    for lie in LIES:
        sample.lie, sample.size = lie, 1000
        try:
            if lie == "a shorter one":
                sample.size = 599
                witness.look(Log(base), state, None)
            elif lie == "another history":
                witness.look(Log(base), state, None)
            else:
                look(verify, base, [200, 700, 1000], sample)
        except (Wrong, verify.InvalidProof) as error:
            seen.append(lie)
            say(f"a lie about {lie} is noticed: {error}")
            continue
        raise Wrong(f"a lie about {lie} is not noticed")
    verify.say = say
    assert seen == list(LIES)
