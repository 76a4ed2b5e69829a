#!/usr/bin/env python3
"""Fills a Snug database with people in rooms and with history, and prints them as JSON.

Over HTTP each person costs a password hash, which takes thousands of people a quarter of an hour. These cannot sign in,
but their tokens are valid. The server must have made the database and must not be running.
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


def add_person(db, number, now):
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
    return raw, {"id": text(raw), "token": token}


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
    return raw, {"id": text(raw), "members": [person for _, person in members]}


def add_history(db, room, members, count, now):
    """A message a second until now, each by the next member."""
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
    parser.add_argument("--messages", type=int, required=True, help="history of the library, a room of its own")
    wanted = parser.parse_args()
    now = int(time.time() * 1000)
    db = sqlite3.connect(wanted.database, isolation_level=None)
    db.execute("BEGIN")
    rooms = []
    for number in range(wanted.rooms + 1):
        people = [add_person(db, number * wanted.members + place, now) for place in range(wanted.members)]
        rooms.append(add_room(db, f"Room {number}", people, now))
        if number == wanted.rooms:
            add_history(db, rooms[-1][0], people, wanted.messages, now)
    db.execute("COMMIT")
    db.close()
    *halls, library = [room for _, room in rooms]
    print(json.dumps({"halls": halls, "library": library}))


main()
