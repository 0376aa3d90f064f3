#!/usr/bin/env bash
# Surprise: `PRAGMA journal_mode = WAL` does not wait for a writer. While
#   another connection is in a write transaction it fails at once with
#   "database is locked", whatever busy_timeout says; a plain write in its
#   place waits. So two processes that open a new database together and both
#   switch it to WAL, timeout set first, can still see one of them fail.
# Good guess that was wrong: busy_timeout holds for every statement.
# Package: sqlite3 (seen with 3.40.1, by Python 3.11's sqlite3 module)
# Date: 2026-11-28
# Source: github.com/russellromney/honker pull request 102 tells the same; run
#   here
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cat >"$T/t.py" <<'PY'
import sqlite3, sys, threading, time
print("sqlite", sqlite3.sqlite_version)
WAIT, HELD = 5, 1.5

def try_while_writing(name, sql):
    path = f"{sys.argv[1]}/{name}.db"
    writer = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    writer.execute("CREATE TABLE t (x)")
    other = sqlite3.connect(path, isolation_level=None, timeout=WAIT)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO t VALUES (1)")
    threading.Timer(HELD, lambda: writer.execute("COMMIT")).start()
    start = time.monotonic()
    try:
        other.execute(sql).fetchall()
        result = "done"
    except sqlite3.OperationalError as e:
        result = str(e)
    took = time.monotonic() - start
    print(f"{sql}: {result} after {took:.1f} s (timeout {WAIT} s, writer busy for {HELD} s)")
    time.sleep(HELD)
    return result, took

write, write_took = try_while_writing("write", "INSERT INTO t VALUES (2)")
switch, switch_took = try_while_writing("switch", "PRAGMA journal_mode = WAL")
ok = write == "done" and write_took > 1 and switch == "database is locked" and switch_took < 1
sys.exit(0 if ok else 1)
PY
if python3 "$T/t.py" "$T"; then
    echo "as described: the switch to WAL does not wait"
else
    echo "CHANGED: not as described"
    exit 1
fi
