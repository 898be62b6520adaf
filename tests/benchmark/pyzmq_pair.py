"""The pair of plain_pair.c in pyzmq: same sockets, high-water marks, warm-up, window and processes.

pyzmq_pair.py SIZE SECONDS [SENDER_CPUS RECEIVER_CPUS]: prints the receiver's rate in Mbit/s. send
and recv copy, as they do unless told otherwise."""
import os
import signal
import sys
import time

import zmq

WARMUP_S = 0.5
CLOCK_EVERY = 64
TIMED_BYTES = 16384


def set_hwm(socket, size):
    socket.set_hwm(max(4, min(1000, (64 << 20) // size)))


def send_for_ever(endpoint, size):
    socket = zmq.Context().socket(zmq.PUSH)
    set_hwm(socket, size)
    socket.connect(endpoint)
    payload, send = b"\x5a" * size, socket.send
    while True:
        send(payload)


def receive_until(receive, until, every):
    """How many came until the clock, looked at after every `every` messages, said `until`; and when
    that was."""
    count, turns = 0, range(every)
    while True:
        for _ in turns:
            receive()
        count += every
        now = time.monotonic()
        if now >= until:
            return count, now


def run_on(place):
    """`place` 0: the sender's CPUs, 1: the receiver's."""
    if len(sys.argv) > 3:
        os.sched_setaffinity(0, [int(cpu) for cpu in sys.argv[3 + place].split(",")])


def main():
    size, seconds = int(sys.argv[1]), float(sys.argv[2])
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        run_on(0)
        send_for_ever(os.read(reader, 100).decode(), size)
    run_on(1)
    socket = zmq.Context().socket(zmq.PULL)
    set_hwm(socket, size)
    socket.bind("tcp://127.0.0.1:*")
    os.write(writer, socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0"))
    try:
        every = CLOCK_EVERY if size < TIMED_BYTES else 1
        _, begin = receive_until(socket.recv, time.monotonic() + WARMUP_S, every)
        count, end = receive_until(socket.recv, begin + seconds, every)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    print(f"{count * size * 8e-6 / (end - begin):.6g}")
    socket.close(0)


main()
