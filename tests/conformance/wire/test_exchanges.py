"""What is shown of an exchange holds no key, and its script leads there again."""

import json
import subprocess

from conformance.wire.exchanges import Exchange, reproduction


def exchange(method, url, *, body=b"", answer=b"", key="first"):
    headers = {"authorization": "Bearer sk-secret", "content-type": "application/json", "accept": "*/*"}
    return Exchange(
        method,
        url,
        "/x",
        headers,
        body,
        key,
        None,
        status=200,
        answer_headers={"set-cookie": "s"},
        answer=answer,
    )


def test_no_report_holds_a_key():
    value = exchange("POST", "http://x/v1/responses", body=b"{}").value()
    assert "secret" not in json.dumps(value)
    assert value["request"]["headers"]["authorization"] == "•••"
    assert value["response"]["headers"]["set-cookie"] == "•••"


def test_curl_quotes_for_the_shell_and_names_the_key():
    command = exchange("POST", "http://x/v1/r?a=b&c=d", body=b'{"a": "it\'s"}', key="second").curl()
    assert '-H "authorization: Bearer $SECOND_KEY"' in command
    said = subprocess.run(
        ["sh", "-c", f"curl() {{ printf '%s|' \"$@\"; }}; SECOND_KEY=k; {command}"],
        capture_output=True, text=True, check=True, timeout=10,
    )  # fmt: skip
    assert said.stdout == (
        "-sS|-i|-X|POST|http://x/v1/r?a=b&c=d|-H|authorization: Bearer k|-H|content-type: application/json|"
        '--data-binary|{"a": "it\'s"}|'
    )


def test_a_script_repeats_what_led_there(server, monkeypatch):
    made = exchange(
        "POST",
        f"{server.base_url}/conversations",
        body=b'{"metadata": {"a": "it\'s"}}',
        answer=b'{"id": "conv_long_ago"}',
    )
    last = exchange("GET", f"{server.base_url}/conversations/conv_long_ago")
    script = reproduction([made, exchange("GET", f"{server.base_url}/models"), last])
    assert "conv_long_ago" not in script
    assert "/models" not in script
    monkeypatch.setenv("API_KEY", server.api_key)
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, timeout=30)
    assert said.stdout.startswith("HTTP/1.1 200")
    assert json.loads(said.stdout.split("\n\n")[-1])["metadata"] == {"a": "it's"}


def test_long_bodies_are_shortened():
    value = exchange("GET", "http://x", answer=b"x" * 100_000).value()
    assert value["response"]["body"].endswith("… (34,464 bytes more)")
