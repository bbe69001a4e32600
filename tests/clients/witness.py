#!/usr/bin/env python3
"""A minimal witness of the transparency log: it remembers the last checkpoint that it saw, demands proof that the newest one continues
it, and refuses a tree that became smaller or another one, as after an older backup was restored. It posts nothing. Standard library
only.

    witness.py http://127.0.0.1:8080 --state STATE [--key "name+hash+key"]

    --state FILE  where the last good checkpoint is kept; the first run trusts what it finds
    --key KEY     the log's verifier key, as its operator published it; without it the key of the first run is trusted, and kept

Prints one line. Exit code 0: the log is the one that was seen before, or grew from it. 1: it is not, and the line says why; the state
stays as it was. 2: the log cannot be reached.
"""

import argparse
import http.client
import json
import os
import sys

from tlog import Checkpoint, Key, Log, Wrong, check_consistency, root_of


def remembered(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def remember(path, state):
    """In one step: a witness that is killed has seen the old checkpoint or the new one."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)


def look(log, state, given_key):
    """What is to be said, and what is to be remembered."""
    published = log.about()["verifier_key"]
    trusted = given_key or (state or {}).get("key") or published
    if published != trusted:
        raise Wrong(f"the log publishes another key: {published} instead of {trusted}")
    key, newest = Key(trusted), log.checkpoint()
    newest.check(key)
    keep = {"key": trusted, "checkpoint": newest.note}
    if state is None:
        return f"seen for the first time: {newest.size} entries, root {newest.root.hex()}", keep
    last = Checkpoint(state["checkpoint"])
    # Under the key of then: whoever gives a new one says that it follows the old one.
    last.check(Key(state["key"]))
    if newest.size < last.size:
        raise Wrong(f"the log shrank from {last.size} to {newest.size} entries: entries were removed, or an older backup restored")
    if newest.size == last.size:
        if newest.root != last.root:
            raise Wrong(f"two different trees of {last.size} entries: {last.root.hex()} before, {newest.root.hex()} now")
        return f"nothing new: {newest.size} entries", keep
    if last.size == 0:
        if last.root != root_of([]):
            raise Wrong("the empty tree had a wrong root")
    else:
        check_consistency(last.size, newest.size, log.consistency(last.size, newest.size), last.root, newest.root)
    return f"grew from {last.size} to {newest.size} entries, root {newest.root.hex()}", keep


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("base")
    arguments.add_argument("--state", required=True)
    arguments.add_argument("--key")
    given = arguments.parse_args()
    state = remembered(given.state)
    try:
        said, state = look(Log(given.base), state, given.key)
    except (Wrong, KeyError, ValueError) as error:
        print(f"REFUSED: {error if isinstance(error, Wrong) else f'what it answered cannot be read ({error!r})'}")
        sys.exit(1)
    except (OSError, http.client.HTTPException) as error:
        print(f"the log cannot be reached: {error}")
        sys.exit(2)
    remember(given.state, state)
    print(said)


if __name__ == "__main__":
    main()
