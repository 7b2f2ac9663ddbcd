"""Server-sent events as a client reads them (WHATWG HTML, section 9.2.6), from bytes cut anywhere."""

LIMIT = 64 * 1024 * 1024
"""Bytes that one event may take before the stream counts as none."""
BOM = b"\xef\xbb\xbf"


class Decoder:
    """Feed it what comes in; it answers the data of each event that is complete.

    Lines may end in LF, CRLF or CR; comments, ids and event names are passed over. Raises ValueError for
    data that is not UTF-8 and for an event that does not end.
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._searched = 0
        self._data: list[bytes] = []
        self._size = 0
        self._begun = False
        self._after_cr = False

    def feed(self, piece: bytes) -> list[str]:
        """The data of the events that this piece completes."""
        self._rest += piece
        if not self._begun and not BOM.startswith(self._rest[: len(BOM)]):
            self._begun = True
        elif not self._begun and len(self._rest) >= len(BOM):
            self._begun = True
            del self._rest[: len(BOM)]
        return self._drain() if self._begun else []

    def close(self) -> list[str]:
        """What an upstream that forgot the last blank line still meant to send."""
        return self.feed(b"\n\n")

    def _drain(self) -> list[str]:
        events = []
        while (line := self._line()) is not None:
            if line:
                self._field(line)
            elif self._data:
                events.append(b"\n".join(self._data).decode())
                self._data, self._size = [], 0
        if len(self._rest) + self._size > LIMIT:
            raise ValueError("an event does not end")
        return events

    def _line(self) -> bytes | None:
        """The next whole line; an LF that follows a CR belongs to it, also across pieces."""
        if self._after_cr and self._rest:
            self._after_cr = False
            if self._rest.startswith(b"\n"):
                del self._rest[:1]
        feed = self._rest.find(b"\n", self._searched)
        stop = feed if feed >= 0 else len(self._rest)
        back = self._rest.find(b"\r", self._searched, stop)
        end = back if back >= 0 else stop
        if end == len(self._rest):
            self._searched = end
            return None
        line = bytes(self._rest[:end])
        del self._rest[: end + 1]
        self._searched, self._after_cr = 0, back >= 0
        return line

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
            self._size += len(value)
