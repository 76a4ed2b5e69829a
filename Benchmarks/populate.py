#!/usr/bin/env python3
"""Fills a Snug database with users in rooms and with history, and prints them as JSON.

Over HTTP each user costs a password hash, which takes a quarter of an hour for thousands of them. These users cannot sign
in, but their tokens are valid. The database must have been created by the server, which must not be running.
"""
import argparse
import base64
import hashlib
import json
import os
import sqlite3
import time

DAY = 24 * 3600 * 1000
SENTENCE = "The kettle is on, and somebody has taken the good chair by the window again; come and sit down."


def identifier(milliseconds):
    """A UUID of version 7 (RFC 9562 section 5.7)."""
    raw = bytearray(milliseconds.to_bytes(6, "big") + os.urandom(10))
    raw[6] = 0x70 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return bytes(raw)


def text(raw):
    digits = raw.hex()
    return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])


def add_user(db, number, now):
    raw, token = identifier(now), base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode()
    name = f"bench-{number}"
    db.execute(
        "INSERT INTO users (id, username, display_name, password_hash, created_at) VALUES (?, ?, ?, '-', ?)",
        (raw, name, name, now),
    )
    db.execute(
        "INSERT INTO sessions (id, user_id, token_hash, created_at, last_used_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (identifier(now), raw, hashlib.sha256(token.encode()).digest(), now, now, now + 30 * DAY),
    )
    return raw, {"id": text(raw), "name": name, "token": token}


def add_room(db, name, members, now):
    raw = identifier(now)
    db.execute(
        "INSERT INTO rooms (id, kind, name, member_count, created_at)"
        " VALUES (?, 'private', ?, ?, ?)",
        (raw, name, len(members), now),
    )
    for number, (member, _) in enumerate(members):
        db.execute(
            "INSERT INTO members (room_id, user_id, role, joined_at) VALUES (?, ?, ?, ?)",
            (raw, member, "member" if number else "owner", now),
        )
    return raw, {"id": text(raw), "members": [user for _, user in members]}


def add_history(db, room, members, count, now):
    """One message per second until now, by the members in turn."""
    start = now - count * 1000
    db.executemany(
        "INSERT INTO messages (id, room_id, seq, sender_id, sender_name, body, created_at)"
        " VALUES (?, ?, ?, ?, 'Somebody', ?, ?)",
        (
            (identifier(at), room, seq, members[seq % len(members)][0], f"{seq:08} {SENTENCE}", at)
            for seq, at in ((seq, start + seq * 1000) for seq in range(1, count + 1))
        ),
    )
    db.execute("UPDATE rooms SET last_seq = ? WHERE id = ?", (count, room))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("--rooms", type=int, required=True)
    parser.add_argument("--members", type=int, required=True)
    parser.add_argument("--messages", type=int, required=True, help="history of one more room")
    wanted = parser.parse_args()
    now = int(time.time() * 1000)
    db = sqlite3.connect(wanted.database, isolation_level=None)
    db.execute("BEGIN")
    rooms = []
    for number in range(wanted.rooms + 1):
        users = [add_user(db, number * wanted.members + index, now) for index in range(wanted.members)]
        rooms.append(add_room(db, f"Room {number}", users, now))
        if number == wanted.rooms:
            add_history(db, rooms[-1][0], users, wanted.messages, now)
    db.execute("COMMIT")
    db.close()
    *others, history_room = [room for _, room in rooms]
    print(json.dumps({"rooms": others, "history_room": history_room}))


main()
