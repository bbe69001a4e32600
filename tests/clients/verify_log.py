#!/usr/bin/env python3
"""Verifies the transparency log of a running sandbox from outside: with PyPI `pymerkle` and `cryptography`, and with verifiers of its
own (tlog.py). While many people write, it collects checkpoints; then it fetches every entry and every tile and recomputes all roots, asks
for the proofs of every pair of checkpoints and of random leaves, and makes sure that whatever is changed by one bit is refused.

    verify_log.py http://127.0.0.1:8080 [--writers 64] [--checkpoints 50] [--leaves 20] [--seed 1]
    verify_log.py --self-test

    --self-test  a log of its own of 1,000 entries, honest and then not: tests this program

Prints one line for each step. Exit code 0 when everything fits, 1 when something does not.
"""

import argparse
import itertools
import json
import random
import sys
import threading
import time
import urllib.request
import uuid
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pymerkle import ConsistencyProof, InclusionProof, InmemoryTree, InvalidProof

from log_writers import Writers, login
from tlog import (TILE, Checkpoint, Key, Log, Wrong, check_consistency, check_inclusion, ed25519_verifies, leaf_hash, root_of,
                  tile_number)

# An entry is sealed within a second from the beginning of its change, which is before its commit.
PROMPT = 1.0
POLL = 0.05


def say(text):
    print(text, flush=True)


def verifies(key, message, signature):
    """Ed25519 by `cryptography`; the verifier of tlog.py must agree."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        good = True
    except InvalidSignature:
        good = False
    if ed25519_verifies(key, message, signature) != good:
        raise AssertionError("two verifiers of Ed25519 disagree")
    return good


def refused(what, check, *arguments):
    """A negative control: this must not be taken."""
    try:
        check(*arguments)
    except (Wrong, InvalidProof):
        return
    raise Wrong(f"{what} is not noticed")


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


class Recomputed:
    """The tree over the entries that were fetched, by pymerkle, and proofs of the service in pymerkle's form."""

    def __init__(self, entries):
        self.tree = InmemoryTree.init_from_entries(entries, algorithm="sha256")
        self.leaves = [leaf_hash(entry) for entry in entries]

    def root(self, size):
        return self.tree.get_root(size)

    def inclusion(self, index, size, hashes, root, leaf=None):
        """The service's hashes in the place of pymerkle's own."""
        own, leaf = self.tree.prove_inclusion(index + 1, size), leaf or self.leaves[index]
        proof = InclusionProof("sha256", True, size, index + 1, own.rule, [leaf, *hashes])
        proof.verify(leaf, root, index=index + 1, size=size, algorithm="sha256")

    def consistency(self, first, second, hashes, first_root, second_root):
        """pymerkle splits the part that is new down to a single leaf where RFC 9162 gives it as one hash. Each hash of the service takes
        its place in pymerkle's proof, or the parts of it do, and then it must be what those parts come to."""
        own, given = self.tree.prove_consistency(first, second), {}
        wanted = rfc_ranges(first, 0, second, True)
        if len(wanted) != len(hashes):
            raise Wrong(f"a consistency proof from {first} to {second} has {len(wanted)} hashes, not {len(hashes)}")
        for place, value in zip(wanted, hashes):
            given[place] = value
        path = []
        for place, value in zip(pymerkle_ranges(first, 0, second), own.path):
            path.append(given.pop(place, value))
        for (start, end), value in given.items():
            if root_of(self.leaves[start:end]) != value:
                raise Wrong(f"a consistency proof from {first} to {second} has a wrong hash over {start}..{end}")
        proof = ConsistencyProof("sha256", True, second, first, own.rule, own.subset, path)
        proof.verify(first_root, second_root, prior_size=first, later_size=second, algorithm="sha256")


def split_of(size):
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def rfc_ranges(first, start, size, whole):
    """The leaves behind each hash of a consistency proof (RFC 9162, 2.1.4.1)."""
    if first == size:
        return [] if whole else [(start, start + size)]
    split = split_of(size)
    if first <= split:
        return rfc_ranges(first, start, split, whole) + [(start + split, start + size)]
    return rfc_ranges(first - split, start + split, size - split, False) + [(start, start + split)]


def pymerkle_ranges(first, start, size):
    """The same of pymerkle's proofs."""
    if first == size or (first == 0 and size == 1):
        return [(start, start + size)]
    split = split_of(size)
    if first < split:
        return pymerkle_ranges(first, start, split) + [(start + split, start + size)]
    return pymerkle_ranges(first - split, start + split, size - split) + [(start, start + split)]


class Collected:
    """Checkpoints of different sizes; and which sizes the service says it sealed when, since under load this program sees them late itself."""

    def __init__(self, log, key):
        self.log, self.key, self.checkpoints, self.sealed = log, key, [], []

    def poll(self):
        """Asks once; whether it was a new one."""
        newest = self.log.checkpoint()
        last = self.checkpoints[-1] if self.checkpoints else None
        if last and newest.note == last.note:
            return False
        newest.check(self.key, verifies)
        if last and newest.size <= last.size:
            if newest.size == last.size and newest.root == last.root:
                return False
            raise Wrong(f"after a tree of {last.size} another one of {newest.size} is published")
        if newest.size == 0:
            return False
        self.checkpoints.append(newest)
        told = self.log.about()
        self.sealed.append((told["tree_size"], datetime.fromisoformat(told["sealed_at"]).timestamp()))
        return True

    def until(self, count, seconds):
        end = time.monotonic() + seconds
        while len(self.checkpoints) < count:
            if time.monotonic() > end:
                raise Wrong(f"only {len(self.checkpoints)} different checkpoints in {seconds} s")
            self.poll()
            time.sleep(POLL)

    def beside(self, work):
        """Polls while something is done that writes much: how long its entries took is to be seen. Of its checkpoints two are kept."""
        failed = []

        def guarded():
            try:
                work()
            except Exception as error:  # whatever it is, it is told below
                failed.append(error)

        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        while thread.is_alive():
            self.poll()
            time.sleep(POLL)
        if failed:
            raise failed[0]
        self.poll()
        del self.checkpoints[1:-1]

    def quiet(self):
        """Polls until nothing new came for two seconds."""
        last = time.monotonic()
        while time.monotonic() < last + 2:
            if self.poll():
                last = time.monotonic()
            time.sleep(POLL)


def check_tiles(log, entries, size):
    """Every tile, whole or not, at every level. Gives their number."""
    level, hashes, tiles = 0, [leaf_hash(entry) for entry in entries[:size]], 0
    while hashes:
        for at in range(0, len(hashes), TILE):
            own = hashes[at:at + TILE]
            if log.tile(level, at // TILE, len(own)) != own:
                raise Wrong(f"tile {level}/{at // TILE} is not what the entries come to")
            tiles += 1
        hashes = [root_of(hashes[at:at + TILE]) for at in range(0, len(hashes) - TILE + 1, TILE)]
        level += 1
    for level, number in ((0, size // TILE + 1), (level, 0), ("entries", size // TILE + 1)):
        status, _ = log.ask(f"tile/{level}/{tile_number(number)}")
        if status != 404:
            raise Wrong(f"a tile that cannot exist yet, {level}/{tile_number(number)}, answers {status}")
    return tiles


def check_everything(log, key, collected, leaves, choose):
    """Entries, roots, tiles and proofs of the collected checkpoints. Gives the entries."""
    checkpoints, newest = collected.checkpoints, collected.checkpoints[-1]
    entries = log.entries(newest.size)
    tree = Recomputed(entries)
    for checkpoint in checkpoints:
        if tree.root(checkpoint.size) != checkpoint.root or root_of(tree.leaves[:checkpoint.size]) != checkpoint.root:
            raise Wrong(f"the entries do not come to the root of the checkpoint of {checkpoint.size}")
    say(f"roots: {len(checkpoints)} checkpoints recomputed from {len(entries)} entries")
    say(f"tiles: {check_tiles(log, entries, newest.size)} equal what the entries give")

    pairs = list(itertools.combinations(checkpoints, 2))
    for first, second in pairs:
        hashes = log.consistency(first.size, second.size)
        check_consistency(first.size, second.size, hashes, first.root, second.root)
        tree.consistency(first.size, second.size, hashes, first.root, second.root)
    say(f"consistency: {len(pairs)} pairs of checkpoints, by RFC 9162 and by pymerkle")
    included = 0
    for checkpoint in checkpoints:
        for index in {0, checkpoint.size - 1, *(choose.randrange(checkpoint.size) for _ in range(leaves))}:
            hashes = log.inclusion(index, checkpoint.size)
            check_inclusion(tree.leaves[index], index, checkpoint.size, hashes, checkpoint.root)
            tree.inclusion(index, checkpoint.size, hashes, checkpoint.root)
            included += 1
    say(f"inclusion: {included} leaves, by RFC 9162 and by pymerkle")
    say(f"controls: {check_controls(log, key, checkpoints, entries, tree, choose)} changes of one bit, all of them noticed")
    return entries


def check_controls(log, key, checkpoints, entries, tree, choose):
    """What was changed by one bit must be refused. Gives the number of changes."""
    newest, count = checkpoints[-1], 0
    for _ in range(20):
        bit = choose.randrange(1 << 20)
        # The note: its text, and the signature itself.
        signed = next(line for line in newest.note.split("\n") if line.startswith(f"\u2014 {key.name} "))
        for text in (newest.text, signed):
            at = choose.randrange(len(text))
            changed = newest.note.replace(text, text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:])
            refused("a changed checkpoint", lambda note: Checkpoint(note).check(key, verifies), changed)
            count += 1
        # An entry: the root, and its proof.
        index = choose.randrange(newest.size)
        other = leaf_hash(flipped(entries[index], bit))
        if root_of([*tree.leaves[:index], other, *tree.leaves[index + 1:newest.size]]) == newest.root:
            raise Wrong("a changed entry gives the same root")
        hashes = log.inclusion(index, newest.size)
        refused("a changed entry", check_inclusion, other, index, newest.size, hashes, newest.root)
        refused("a changed entry", tree.inclusion, index, newest.size, hashes, newest.root, other)
        count += 3
        # A proof that leaf stands there, and one that the tree grew.
        if hashes:
            at = choose.randrange(len(hashes))
            hashes[at] = flipped(hashes[at], bit)
            refused("a changed proof", check_inclusion, tree.leaves[index], index, newest.size, hashes, newest.root)
            refused("a changed proof", tree.inclusion, index, newest.size, hashes, newest.root)
            count += 2
        first = choose.choice(checkpoints[:-1])
        hashes = log.consistency(first.size, newest.size)
        at = choose.randrange(len(hashes))
        hashes[at] = flipped(hashes[at], bit)
        for check in (check_consistency, tree.consistency):
            refused("a changed proof", check, first.size, newest.size, hashes, first.root, newest.root)
            count += 1
    return count


def made_at(entry):
    """The instant in the id of an event's entry, by the clock of the service; nothing for an entry of another kind."""
    try:
        name = uuid.UUID(json.loads(entry)["id"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return (name.int >> 80) / 1000 if name.version == 7 else None


def check_promptness(entries, collected):
    """From the moment that an entry's id was made (a UUIDv7), when its change began, until the sealing of the first tree known to cover
    it; both by the clock of the service."""
    waits, at = [], collected.sealed[0][0]
    for size, sealed in collected.sealed[1:]:
        for entry in entries[at:size]:
            made = made_at(entry)
            if made is not None:
                waits.append(sealed - made)
        at = max(at, size)
    waits.sort()
    if not waits:
        raise Wrong("no entry came while checkpoints were collected")
    within = sum(wait <= 1 for wait in waits) / len(waits)
    say(f"sealed: {len(waits)} entries under load, median {waits[len(waits) // 2]:.2f} s, longest {waits[-1]:.2f} s, "
        f"{within:.1%} within a second, from when the change began")
    if waits[-1] > PROMPT:
        raise Wrong(f"an entry was sealed after {waits[-1]:.2f} s only")


def check_single(base, collected):
    """One write after the other, with nothing else going on: the time from its answer to a checkpoint that is larger."""
    waits = []
    for _ in range(10):
        collected.quiet()
        size = collected.checkpoints[-1].size
        login(base, "city.admin")
        began = time.monotonic()
        while collected.checkpoints[-1].size == size:
            if time.monotonic() > began + PROMPT:
                raise Wrong(f"a login of an administrator is not in the log after {PROMPT:.0f} s")
            collected.poll()
            time.sleep(0.01)
        waits.append(time.monotonic() - began)
    say(f"sealed: 10 single writes, longest {max(waits):.2f} s after the answer")


def verify(given):
    base, choose = given.base.rstrip("/"), random.Random(given.seed)
    log = Log(base)
    about = log.about()
    key = Key(about["verifier_key"])
    if about["origin"] != key.name:
        raise Wrong(f"the origin is {about['origin']!r}, the key that of {key.name!r}")
    say(f"log: {about['origin']}, {about['tree_size']} entries, key {about['verifier_key']}")
    collected = Collected(log, key)
    collected.poll()
    writers = Writers(base, given.writers, given.records, given.pause, random.randrange(1_000_000))
    collected.beside(writers.prepare)
    writers.start()
    began = time.monotonic()
    try:
        collected.until(given.checkpoints, given.seconds)
    finally:
        acts = writers.stop()
    say(f"checkpoints: {len(collected.checkpoints)} of {collected.checkpoints[0].size} to {collected.checkpoints[-1].size} entries, "
        f"signed; {given.writers} writers did {acts} acts in {time.monotonic() - began:.0f} s")
    collected.quiet()
    entries = check_everything(log, key, collected, given.leaves, choose)
    check_promptness(entries, collected)
    check_single(base, collected)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("base", nargs="?")
    arguments.add_argument("--self-test", action="store_true")
    for name, default in {"writers": 64, "checkpoints": 50, "leaves": 20, "records": 100, "seconds": 300, "seed": 1}.items():
        arguments.add_argument("--" + name, type=int, default=default, help=f"[{default}]")
    arguments.add_argument("--pause", type=float, default=0.1, help="mean time between two acts of a writer, in seconds [0.1]")
    given = arguments.parse_args()
    if not given.self_test and not given.base:
        arguments.error("the address of a sandbox is missing")
    try:
        if given.self_test:
            import log_sample
            log_sample.test(sys.modules[__name__])
        else:
            verify(given)
    except (Wrong, InvalidProof, AssertionError) as error:
        say(f"FAILED: {error}")
        sys.exit(1)
    say("everything fits")


if __name__ == "__main__":
    main()
