"""A client that keeps connections open and does little itself: it shares two cores with servers."""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType

CONNECTIONS = 8
WAIT_SECONDS = 30.0


def get(path: str, port: int, *headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *headers, "", ""]
    return "\r\n".join(lines).encode()


def post(path: str, port: int, body: bytes) -> bytes:
    head = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Content-Type: application/json"]
    return "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == name.lower().encode():
                return value.strip().decode()
        return ""


def whole(data: bytes) -> Answer | None:
    """The answer that these bytes are, or None while some are missing."""
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return None
    status = int(head[9:12])
    if status in (204, 304):
        return Answer(status, head, b"")
    lower = head.lower()
    start = lower.find(b"\r\ncontent-length:")
    if start >= 0:
        length = int(lower[start + 17 :].split(b"\r\n", 1)[0])
        return Answer(status, head, body) if len(body) >= length else None
    if b"\r\ntransfer-encoding: chunked" in lower:
        return Answer(status, head, body) if body.endswith(b"0\r\n\r\n") else None
    raise ValueError(f"an answer without an end: {head[:200]!r}")


@dataclass
class Slice:
    """What happened in a stretch of time."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        return self.statuses.total() / self.seconds


class Client:
    """Some connections to one port, each with one request under way."""

    def __init__(self, port: int, connections: int = CONNECTIONS) -> None:
        self.sockets = [
            socket.create_connection(("127.0.0.1", port), WAIT_SECONDS) for _ in range(connections)
        ]
        for each in self.sockets:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each in self.sockets:
            each.close()

    def ask(self, request: bytes) -> Answer:
        """One request and its answer, on the first connection."""
        return _one(self.sockets[0], request)

    def run(self, requests: Iterator[bytes], seconds: float) -> Slice:
        """Ask as fast as the server answers; what is answered after the end is not counted."""
        done, selector = Slice(), selectors.DefaultSelector()
        under_way: dict[int, bytes] = {}
        begun = time.perf_counter()
        deadline = begun + seconds
        for each in self.sockets:
            selector.register(each, selectors.EVENT_READ, each)
            under_way[each.fileno()] = b""
            each.sendall(next(requests))
        open_ones = len(self.sockets)
        while open_ones:
            ready = selector.select(WAIT_SECONDS)
            if not ready:
                raise TimeoutError(f"no answer within {WAIT_SECONDS:.0f} s")
            for key, _ in ready:
                number, connection = key.fd, key.data
                data = under_way[number] + connection.recv(1 << 16)
                answer = whole(data)
                if answer is None:
                    under_way[number] = data
                    continue
                under_way[number] = b""
                if time.perf_counter() < deadline:
                    done.statuses[answer.status] += 1
                    connection.sendall(next(requests))
                else:
                    selector.unregister(connection)
                    open_ones -= 1
        selector.close()
        done.seconds = seconds
        return done

    def times(self, requests: Sequence[bytes]) -> list[float]:
        """Seconds of each request, one after the other. Raises RuntimeError unless all succeed."""
        found = []
        for request in requests:
            before = time.perf_counter()
            answer = self.ask(request)
            found.append(time.perf_counter() - before)
            if answer.status != 200:
                raise RuntimeError(f"{answer.status} for {request[:200]!r}")
        return found


def _one(connection: socket.socket, request: bytes) -> Answer:
    connection.sendall(request)
    data = b""
    while True:
        got = connection.recv(1 << 16)
        if not got:
            raise ConnectionError(f"the server closed the connection on {request[:200]!r}")
        data += got
        if answer := whole(data):
            return answer
