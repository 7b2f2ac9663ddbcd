"""Several processes on one SQLite file: nobody starves, nothing is lost or out of order."""

import collections
import itertools
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from handlers.stores.sql.group_commit import PATIENCE
from tests.conftest import API_KEY

AUTH = {"authorization": f"Bearer {API_KEY}"}
CLIENTS, SECONDS = 12, 4


class Writer:
    """A client on a connection of its own: what it sent, when, and when it was acknowledged."""

    def __init__(self, base_url, number):
        self.http = httpx.Client(base_url=base_url, headers=AUTH, timeout=60)
        self.number = number
        self.codes = collections.Counter()
        self.longest = 0.0
        self.items = collections.defaultdict(dict)
        """By conversation: each text with the moments of its sending and of its acknowledgement."""
        self.made = []

    def append(self, conversation, count):
        text = f"{self.number}-{count}"
        item = {"type": "message", "role": "user", "content": text}
        sent = time.monotonic()
        answer = self._ask("POST", f"/conversations/{conversation}/items", {"items": [item]})
        if answer.status_code == 200:
            self.items[conversation][text] = sent, time.monotonic()

    def create(self):
        answer = self._ask("POST", "/conversations", {})
        if answer.status_code == 200:
            self.made.append(answer.json()["id"])

    def delete(self):
        if self.made:
            self._ask("DELETE", f"/conversations/{self.made.pop()}", None)

    def _ask(self, method, path, body):
        began = time.monotonic()
        answer = self.http.request(method, path, json=body)
        self.longest = max(self.longest, time.monotonic() - began)
        self.codes[answer.status_code] += 1
        return answer


def all_texts(http, conversation):
    texts, after = [], None
    while True:
        params = {"order": "asc", "limit": 100} | ({"after": after} if after else {})
        page = http.get(f"/conversations/{conversation}/items", params=params).raise_for_status().json()
        texts += [item["content"][0]["text"] for item in page["data"]]
        if not page["has_more"]:
            return texts
        after = page["last_id"]


@pytest.mark.parametrize("processes", ["three workers", "two servers"])
def test_concurrent_writes_are_all_there_once_and_in_the_order_of_acknowledgement(
    start_server, tmp_path, processes
):
    data = tmp_path / "data"
    if processes == "three workers":
        running = [start_server(data_dir=data, args=("--workers", "3"))]
    else:
        running = [start_server(data_dir=data) for _ in range(2)]
    with ExitStack() as stack:
        urls = itertools.cycle([each.base_url for each in running])
        writers = [Writer(next(urls), number) for number in range(CLIENTS)]
        for writer in writers:
            stack.enter_context(writer.http)
        reader = writers[0].http
        shared = [reader.post("/conversations", json={}).json()["id"] for _ in range(3)]
        ends = time.monotonic() + SECONDS
        begin = threading.Barrier(CLIENTS)

        def write(writer):
            begin.wait()
            for count in itertools.count():
                if time.monotonic() > ends:
                    return
                writer.append(shared[count % 3], count)
                (writer.create if count % 4 else writer.delete)()

        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(write, writers))
        codes = sum((writer.codes for writer in writers), collections.Counter())
        assert set(codes) == {200}, codes
        assert max(writer.longest for writer in writers) < PATIENCE
        for conversation in shared:
            told = {text: times for writer in writers for text, times in writer.items[conversation].items()}
            texts = all_texts(reader, conversation)
            assert sorted(texts) == sorted(told)
            assert_in_order(texts, told)
        for writer in writers:
            for made in writer.made[-20:]:
                assert reader.get(f"/conversations/{made}").status_code == 200


def assert_in_order(texts, told):
    """What was acknowledged before another was sent stands before it."""
    earliest = float("inf")
    for text in reversed(texts):
        sent, acknowledged = told[text]
        assert earliest >= sent, text
        earliest = min(earliest, acknowledged)


def test_a_writer_that_is_killed_leaves_the_others_writing(start_server, tmp_path):
    data = tmp_path / "data"
    one, two = start_server(data_dir=data), start_server(data_dir=data)
    going, made, failed = [True], [], []

    def write(url, into):
        with httpx.Client(base_url=url, headers=AUTH, timeout=30) as http:
            while going[0]:
                try:
                    answer = http.post("/conversations", json={})
                except httpx.HTTPError:
                    return
                (into if answer.status_code == 200 else failed).append(answer.json())

    with ThreadPoolExecutor(8) as pool:
        doomed = []
        for number in range(8):
            pool.submit(write, (one, two)[number % 2].base_url, (doomed, made)[number % 2])
        time.sleep(1)
        one.process.send_signal(signal.SIGKILL)
        one.process.wait(10)
        before = len(made)
        time.sleep(1)
        going[0] = False
    assert len(made) > before
    assert failed == []
    with httpx.Client(base_url=two.base_url, headers=AUTH, timeout=30) as http:
        for each in (doomed + made)[::7]:
            assert http.get(f"/conversations/{each['id']}").status_code == 200
