"""What was acknowledged survives `kill -9`."""

import signal
from concurrent.futures import ThreadPoolExecutor

import httpx


def write(client, number):
    """One of four kinds of write; answers the path under which it must be found."""
    if number % 4 == 0:
        made = client.post("/conversations", json={"metadata": {"number": str(number)}}).raise_for_status()
        return f"/conversations/{made.json()['id']}"
    if number % 4 == 1:
        body = {"model": "echo", "store": True, "messages": [{"role": "user", "content": str(number)}]}
        return (
            f"/chat/completions/{client.post('/chat/completions', json=body).raise_for_status().json()['id']}"
        )
    message = {"type": "message", "role": "user", "content": f"number {number}"}
    conversation = client.post("/conversations", json={}).raise_for_status().json()["id"]
    path = f"/conversations/{conversation}/items"
    added = client.post(path, json={"items": [message] * 3}).raise_for_status().json()
    return f"{path}/{added['data'][-1]['id']}"


def test_two_hundred_acknowledged_writes_are_all_there_after_kill_9(start_server, tmp_path):
    first = start_server(data_dir=tmp_path / "data", api_key="kill-test-key")
    headers = {"authorization": "Bearer kill-test-key"}
    with (
        httpx.Client(base_url=first.base_url, headers=headers, timeout=30) as client,
        ThreadPoolExecutor(16) as pool,
    ):
        paths = list(pool.map(lambda number: write(client, number), range(200)))
    first.process.send_signal(signal.SIGKILL)
    first.process.wait(10)
    second = start_server(data_dir=tmp_path / "data", api_key="kill-test-key")
    with httpx.Client(base_url=second.base_url, headers=headers, timeout=30) as client:
        found = [client.get(path).status_code for path in paths]
    assert found == [200] * 200
