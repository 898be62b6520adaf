"""Programs that are no part of the job and try its port: libzmq sockets, scans, garbage,
connections held open.

As a program: stranger.py ADDRESS PORT SIZE SECONDS; exits with 1 when a message of the job came to
it."""
import contextlib
import ctypes
import socket
import sys
import threading
import time

PUB, SUB, PULL, PUSH = 1, 2, 7, 8
SUBSCRIBE, LINGER, PLAIN_USERNAME, PLAIN_PASSWORD = 6, 17, 45, 46
CURVE_PUBLICKEY, CURVE_SECRETKEY, CURVE_SERVERKEY = 48, 49, 50
DONTWAIT = 1
GREETING = b"\xff" + bytes(7) + b"\x01\x7f\x03\x01" + b"PLAIN".ljust(20, b"\0") + bytes(32)

zmq = ctypes.CDLL("libzmq.so.5")
for name in ("zmq_ctx_new", "zmq_socket"):
    getattr(zmq, name).restype = ctypes.c_void_p
zmq.zmq_socket.argtypes = [ctypes.c_void_p, ctypes.c_int]
zmq.zmq_connect.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
zmq.zmq_setsockopt.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t]
zmq.zmq_send.argtypes = zmq.zmq_recv.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]
zmq.zmq_close.argtypes = zmq.zmq_ctx_term.argtypes = [ctypes.c_void_p]


def set_text(handle, option, text):
    assert zmq.zmq_setsockopt(handle, option, text, len(text)) == 0, option


def key_pair():
    public, secret = ctypes.create_string_buffer(41), ctypes.create_string_buffer(41)
    zmq.zmq_curve_keypair(public, secret)
    return public.value, secret.value


def connect_ipc(name):
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(name)
    except OSError:
        connection.close()
        raise
    return connection


class Strangers:
    """All kinds at once, from start() to stop(). They come again and again. Without a port the
    address is an abstract name of ipc, "@name"."""

    def __init__(self, address, port, size):
        self.endpoint, self.place = f"tcp://{address}:{port}".encode(), (address, port)
        if port is None:
            self.endpoint, self.place = f"ipc://{address}".encode(), "\0" + address[1:]
        self.message = b"x" * size
        self.stolen = self.tries = 0
        self.halt = threading.Event()
        self.threads = [threading.Thread(target=work) for work in (self.speak_zmq, self.scan, self.talk_rubbish, self.hold)]

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def stop(self):
        self.halt.set()
        for thread in self.threads:
            thread.join()

    def open_zmq(self, context, kind, proof):
        handle = zmq.zmq_socket(context, kind)
        zmq.zmq_setsockopt(handle, LINGER, bytes(4), 4)
        if kind == SUB:
            set_text(handle, SUBSCRIBE, b"")
        if proof == "password":
            set_text(handle, PLAIN_USERNAME, b"zmqsweep")
            set_text(handle, PLAIN_PASSWORD, b"0" * 64)
        elif proof == "keys":
            public, secret = key_pair()
            set_text(handle, CURVE_SERVERKEY, key_pair()[0])
            set_text(handle, CURVE_PUBLICKEY, public)
            set_text(handle, CURVE_SECRETKEY, secret)
        assert zmq.zmq_connect(handle, self.endpoint) == 0
        return handle

    def speak_zmq(self):
        """Without proof of who they are, with a wrong password, with keys of their own."""
        context = zmq.zmq_ctx_new()
        handles = [(kind, self.open_zmq(context, kind, proof)) for kind in (PUSH, PUB, PULL, SUB)
                   for proof in (None, "password", "keys")]
        space = ctypes.create_string_buffer(len(self.message))
        while not self.halt.wait(0.01):
            for kind, handle in handles:
                if kind in (PUSH, PUB):
                    zmq.zmq_send(handle, self.message, len(self.message), DONTWAIT)
                else:
                    self.stolen += zmq.zmq_recv(handle, space, len(space), DONTWAIT) >= 0
        for _, handle in handles:
            zmq.zmq_close(handle)
        zmq.zmq_ctx_term(context)

    def connect(self, greeting=b""):
        """A connection, or None when nobody listens just now."""
        with contextlib.suppress(OSError):
            connection = connect_ipc(self.place) if isinstance(self.place, str) else socket.create_connection(self.place, timeout=1)
            self.tries += 1
            try:
                connection.sendall(greeting)
            except OSError:
                connection.close()
                raise
            return connection
        return None

    def scan(self):
        while not self.halt.wait(0.02):
            connection = self.connect()
            if connection:
                connection.close()

    def talk_rubbish(self):
        rubbish = [b"GET / HTTP/1.0\r\n\r\n", b"\xff" * 300, bytes(range(256)) * 4, GREETING + b"\xff" * 200,
                   GREETING + b"\x06" + (2 ** 62).to_bytes(8, "big") + b"x" * 500]
        turn = 0
        while not self.halt.wait(0.02):
            connection = self.connect(rubbish[turn % len(rubbish)])
            turn += 1
            if connection:
                connection.close()

    def hold(self):
        """Half a handshake, then silence."""
        held = []
        while not self.halt.wait(0.05):
            if len(held) < 40:
                held.append(self.connect(GREETING[:(0, 1, 20, 64)[len(held) % 4]]))
                held = [connection for connection in held if connection]
        for connection in held:
            connection.close()


if __name__ == "__main__":
    crowd = Strangers(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])).start()
    time.sleep(float(sys.argv[4]))
    crowd.stop()
    sys.exit(crowd.stolen > 0)
