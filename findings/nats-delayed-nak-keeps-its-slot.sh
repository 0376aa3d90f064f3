#!/usr/bin/env bash
# Surprise: a JetStream message that was given back with a delay ("try again
#   in 3 s") goes on counting against the consumer's max_ack_pending. With the
#   limit reached by such messages the consumer stands still: new messages are
#   not delivered, though nobody is working on anything.
# Good guess that was wrong: a delayed nak frees the slot until the delay is
#   over.
# Package: nats-server (seen with 2.9.10, Debian), nats-py 2.16.0 (PyPI)
# Date: 2026-11-28
# Source: github.com/nats-io/nats.go issue 968; a comment of 2024 in
#   github.com/nats-io/nats-server issue 6093
set -eu
command -v nats-server >/dev/null || { echo "nats-server is needed"; exit 2; }
T=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; wait; rm -rf "$T"' EXIT
cd "$T"
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check nats-py==2.16.0 || { echo "could not install"; exit 2; }
nats-server --version
echo "nats-py $(v/bin/python -c 'import importlib.metadata as m; print(m.version("nats-py"))')"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
nats-server -js -sd "$T/js" -a 127.0.0.1 -p "$port" 2>/dev/null &
server=$!

cat >t.py <<'PY'
import asyncio, sys, time
import nats
from nats.js.api import ConsumerConfig, StreamConfig

async def second_delivery(js, delay):
    name = f"S{delay or 0}"
    await js.add_stream(StreamConfig(name=name, subjects=[f"{name}.>"]))
    for i in (1, 2):
        await js.publish(f"{name}.a", b"%d" % i)
    worker = await js.pull_subscribe(f"{name}.>", "d", config=ConsumerConfig(max_ack_pending=1, ack_wait=30))
    first = (await worker.fetch(1, timeout=2))[0]
    await (first.nak(delay=delay) if delay else first.ack())
    start = time.monotonic()
    message = (await worker.fetch(1, timeout=8))[0]
    return message.data.decode(), time.monotonic() - start

async def main():
    nc = await nats.connect(f"nats://127.0.0.1:{sys.argv[1]}", max_reconnect_attempts=20, reconnect_time_wait=0.2, allow_reconnect=True)
    acked = await second_delivery(nc.jetstream(), None)
    naked = await second_delivery(nc.jetstream(), 3)
    print("max_ack_pending 1, messages 1 and 2, message 1 is")
    print("  acked:                  next comes message %s after %.1f s" % acked)
    print("  given back, delay 3 s:  next comes message %s after %.1f s" % naked)
    await nc.close()
    return acked[0] == "2" and acked[1] < 1 and naked[0] == "1" and naked[1] > 2

sys.exit(0 if asyncio.run(main()) else 1)
PY
sleep 1
if v/bin/python t.py "$port"; then
    echo "as described: message 2 had to wait for the delay of message 1"
else
    echo "CHANGED: not as described"
    exit 1
fi
