#!/usr/bin/env bash
# Surprise: SQLite takes a statement with many named placeholders (:a, @a, and
#   $1, which is a name to it) apart and fills it in a time that grows with the
#   square of their number; with plain ? it grows with the number. An insert of
#   4,000 rows of six columns takes some seconds when its placeholders are
#   spelled $1 to $24000, and a few milliseconds when each is a ?. One spelling
#   for SQLite and Postgres ($1) is what many query builders write.
# Good guess that was wrong: names are looked up in a table; the spellings
#   differ by less than two times.
# Package: apsw 3.54.1.0 (PyPI, with SQLite 3.54.1)
# Date: 2026-11-29
# Source: found by running (sqlite.org/lang_expr.html#varparam says nothing of
#   cost; the names of a statement are one list that is searched from its start)
set -eu
command -v python3 >/dev/null || { echo "python3 is needed"; exit 2; }
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv" && "$T/venv/bin/pip" --quiet install apsw==3.54.1.0 || { echo "apsw cannot be installed"; exit 2; }
"$T/venv/bin/python" - <<'PYTHON'
import sys, time, apsw
print("SQLite", apsw.sqlite_lib_version(), "with apsw", apsw.apsw_version())
database = apsw.Connection(":memory:")
database.execute("CREATE TABLE t (a, b, c, d, e, f)")

def insert(rows, spelling):
    """Milliseconds for one insert of so many rows of six columns, the best of three."""
    numbers = iter(range(1, rows * 6 + 1))
    row = lambda: "(" + ",".join(spelling(next(numbers)) for _ in range(6)) + ")"
    sql = "INSERT INTO t VALUES " + ",".join(row() for _ in range(rows))
    values, best = list(range(1, rows * 6 + 1)), float("inf")
    if spelling(1) != "?":
        values = {str(n): n for n in values}
    for _ in range(3):
        began = time.perf_counter()
        # The cache of prepared statements is left out: each time is a first time.
        database.execute(sql, values, can_cache=False)
        best = min(best, (time.perf_counter() - began) * 1000)
    return best

spellings = {"?": lambda n: "?", "$1": lambda n: f"${n}"}
seen = {}
for name, spelling in spellings.items():
    for rows in (1000, 4000):
        seen[name, rows] = insert(rows, spelling)
        print(f"  {rows} rows, placeholders as {name:<3} {seen[name, rows]:9.1f} ms")
as_described = (
    seen["$1", 4000] > 10 * seen["?", 4000]
    and seen["$1", 4000] > 8 * seen["$1", 1000]
    and seen["?", 4000] < 8 * seen["?", 1000]
)
print("as described: named placeholders cost the square" if as_described else "CHANGED: not as described")
sys.exit(0 if as_described else 1)
PYTHON
