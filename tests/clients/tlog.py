"""Reading a transparency log from outside: C2SP signed notes, checkpoints and tiles, RFC 6962 hashes, RFC 9162 proofs and RFC 8032
signatures. Standard library only, and written from those texts alone: nothing here is shared with the service.
"""

import base64
import binascii
import hashlib
import http.client
import json
import urllib.parse

TILE = 256


class Wrong(Exception):
    """Something does not fit; the message says what."""


# Hashes and proofs ------------------------------------------------------------------------------------------------------------


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes):
    """The root over these leaf hashes (RFC 9162, 2.1.1)."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    level = list(hashes)
    while len(level) > 1:
        # An odd one goes up as it is: that gives the same tree as splitting at the largest power of two.
        level = [node_hash(*level[i:i + 2]) if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
    return level[0]


def root_from_inclusion(leaf, index, size, path):
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise Wrong(f"there is no leaf {index} in a tree of {size}")
    fn, sn, root = index, size - 1, leaf
    for value in path:
        if sn == 0:
            raise Wrong("the inclusion proof is too long")
        if fn & 1 or fn == sn:
            root = node_hash(value, root)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            root = node_hash(root, value)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Wrong("the inclusion proof is too short")
    return root


def check_inclusion(leaf, index, size, path, root):
    if root_from_inclusion(leaf, index, size, path) != root:
        raise Wrong(f"leaf {index} is not proved to be in the tree of {size}")


def check_consistency(first, second, path, first_root, second_root):
    """Whether the tree of `second` leaves continues that of `first` (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= second:
        raise Wrong(f"a tree of {second} does not continue one of {first}")
    if first == second:
        if path or first_root != second_root:
            raise Wrong(f"two different trees of {first}")
        return
    path = list(path)
    if not path:
        raise Wrong("the consistency proof is empty")
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for value in path[1:]:
        if sn == 0:
            raise Wrong("the consistency proof is too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(value, fr), node_hash(value, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, value)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Wrong("the consistency proof is too short")
    if fr != first_root or sr != second_root:
        raise Wrong(f"the tree of {second} is not proved to continue that of {first}")


# Signatures (RFC 8032, 5.1.7) -------------------------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    x = (a[1] - a[0]) * (b[1] - b[0]) % P
    y = (a[1] + a[0]) * (b[1] + b[0]) % P
    z, t = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = y - x, t - z, t + z, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def point_of(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_verifies(key, message, signature):
    if len(key) != 32 or len(signature) != 64:
        return False
    a, r = point_of(key), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = times(s, BASE), add(r, times(h, a))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


# Notes and checkpoints --------------------------------------------------------------------------------------------------------


def unbase64(text, what):
    """The only way to write the same bytes is taken: else a changed text could go unnoticed."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Wrong(f"{what} is not base64: {error}") from error
    if base64.b64encode(data).decode() != text:
        raise Wrong(f"{what} is not base64 as it is written")
    return data


class Key:
    """A verifier key, `name+hash+base64(algorithm ‖ key)`."""

    def __init__(self, text):
        parts = text.strip().split("+", 2)
        if len(parts) != 3:
            raise Wrong(f"no verifier key: {text!r}")
        self.name, (self.hash, key) = parts[0], (parts[1].lower(), unbase64(parts[2], "the verifier key"))
        if key[:1] != b"\x01" or len(key) != 33:
            raise Wrong("the verifier key is not one of Ed25519")
        if key_hash(self.name, key).hex() != self.hash:
            raise Wrong("the verifier key does not have its hash")
        self.public = key[1:]


def key_hash(name, key):
    return hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]


class Checkpoint:
    """A signed note about a tree: origin, size, root. Its signature is looked at by `check`."""

    def __init__(self, note):
        self.note = note
        text, found, signatures = note.rpartition("\n\n")
        if not found or not signatures.endswith("\n"):
            raise Wrong("the checkpoint is no signed note")
        self.text = text + "\n"
        lines = self.text.split("\n")
        if len(lines) < 4 or not lines[1].isascii() or not lines[1].isdigit() or str(int(lines[1])) != lines[1]:
            raise Wrong(f"no checkpoint: {self.text!r}")
        self.origin, self.size = lines[0], int(lines[1])
        self.root = unbase64(lines[2], "the root")
        if len(self.root) != 32:
            raise Wrong("the root is no SHA-256")
        self.signatures = []
        for line in signatures[:-1].split("\n"):
            words = line.split(" ")
            if len(words) != 3 or words[0] != "\u2014":
                raise Wrong(f"no signature line: {line!r}")
            data = unbase64(words[2], "a signature")
            self.signatures.append((words[1], data[:4], data[4:]))

    def check(self, key, verifies=ed25519_verifies):
        """Whether the log signed it; others (witnesses) may have signed too."""
        if self.origin != key.name:
            raise Wrong(f"the checkpoint is of {self.origin!r}, the key of {key.name!r}")
        own = [data for name, of, data in self.signatures if name == key.name and of.hex() == key.hash]
        if not own:
            raise Wrong("the log did not sign the checkpoint")
        for data in own:
            if not verifies(key.public, self.text.encode(), data):
                raise Wrong("the signature of the checkpoint does not verify")


# Over HTTP --------------------------------------------------------------------------------------------------------------------


def tile_number(number):
    """`1234067` as `x001/x234/067`."""
    text = f"{number % 1000:03d}"
    while number >= 1000:
        number //= 1000
        text = f"x{number % 1000:03d}/{text}"
    return text


def entries_of(bundle):
    """The entries of a bundle, each behind its length."""
    entries, at = [], 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at:at + 2], "big")
        if end > len(bundle):
            raise Wrong("an entry bundle ends in the middle of an entry")
        entries.append(bundle[at + 2:end])
        at = end
    return entries


class Log:
    """The log's public addresses, over one connection."""

    def __init__(self, base):
        self.base = base.rstrip("/")
        address = urllib.parse.urlsplit(self.base)
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        self.connection, self.prefix = kind(address.netloc, timeout=60), address.path

    def ask(self, path, **query):
        """Status and body."""
        text = urllib.parse.urlencode(query)
        address = f"{self.prefix}/v1/audit/{path}" + (f"?{text}" if text else "")
        for last in (False, True):
            try:
                self.connection.request("GET", address)
                answer = self.connection.getresponse()
                return answer.status, answer.read()
            except (http.client.HTTPException, OSError):
                # A kept connection may have been closed meanwhile.
                self.connection.close()
                if last:
                    raise
        return None

    def get(self, path, **query):
        status, body = self.ask(path, **query)
        if status != 200:
            raise Wrong(f"GET /v1/audit/{path} {query or ''} answers {status}: {body[:300]!r}")
        return body

    def about(self):
        return json.loads(self.get("log"))

    def checkpoint(self):
        return Checkpoint(self.get("checkpoint").decode())

    def tile(self, level, number, width=TILE):
        """Hashes of a tile; level `entries` has the entries themselves."""
        part = "" if width == TILE else f".p/{width}"
        body = self.get(f"tile/{level}/{tile_number(number)}{part}")
        if level == "entries":
            found = entries_of(body)
        else:
            found = [body[at:at + 32] for at in range(0, len(body), 32)]
        if len(found) != width or (level != "entries" and len(body) != 32 * width):
            raise Wrong(f"tile {level}/{number} has {len(found)} of {width}")
        return found

    def entries(self, size):
        """All entries of a tree of this size."""
        found = []
        for number in range(-(-size // TILE)):
            found += self.tile("entries", number, min(TILE, size - number * TILE))
        return found

    def inclusion(self, index, size):
        answer = json.loads(self.get("proofs", leaf_index=index, tree_size=size))
        if (answer["leaf_index"], answer["tree_size"]) != (index, size):
            raise Wrong(f"a proof about another leaf: {answer}")
        return hashes_of(answer)

    def consistency(self, first, second):
        answer = json.loads(self.get("proofs", first=first, second=second))
        if (answer["first"], answer["second"]) != (first, second):
            raise Wrong(f"a proof about other trees: {answer}")
        return hashes_of(answer)


def hashes_of(answer):
    hashes = [unbase64(text, "a hash of a proof") for text in answer["hashes"]]
    if any(len(value) != 32 for value in hashes):
        raise Wrong("a hash of a proof is no SHA-256")
    return hashes
