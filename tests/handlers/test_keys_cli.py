"""`lockstep keys`: what it prints, what it refuses, and that running servers hear of it."""

import time

import httpx
import pytest

from tests.handlers.test_cli import lockstep


def test_keys_made_and_revoked_by_another_process_count_within_seconds(start_server, tmp_path):
    running = start_server(data_dir=tmp_path / "data")
    made = lockstep(tmp_path, "keys", "create", "--project", "other", "--name", "laptop")
    secret = made.stdout.strip()
    headers = {"authorization": f"Bearer {secret}"}
    assert httpx.get(f"{running.base_url}/models", headers=headers).status_code == 200
    listed = lockstep(tmp_path, "keys", "list").stdout
    line = next(line for line in listed.splitlines() if "other" in line)
    assert "laptop" in line
    assert secret not in listed
    assert "LOCKSTEP_API_KEY" not in lockstep(tmp_path, "keys", "list", "--project", "other").stdout
    revoked = lockstep(tmp_path, "keys", "revoke", line.split()[0])
    assert "is revoked" in revoked.stdout
    until = time.monotonic() + 5
    while (status := httpx.get(f"{running.base_url}/models", headers=headers).status_code) == 200:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert status == 401
    unknown = lockstep(tmp_path, "keys", "revoke", "key_nothing")
    assert unknown.returncode == 1
    assert "Traceback" not in unknown.stderr


def test_a_project_needs_a_name(tmp_path):
    refused = lockstep(tmp_path, "keys", "create", "--project", " ")
    assert refused.returncode == 1
    assert "--project: a project needs a name." in refused.stderr


def made(folder, *options):
    """A key's secret and id."""
    done = lockstep(folder, "keys", "create", *options)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr.split()[1]


def listed(folder):
    """The lines of `keys list` by id."""
    lines = lockstep(folder, "keys", "list").stdout.splitlines()[1:]
    return {line.split()[0]: line for line in lines if line.strip()}


def test_scopes_end_and_limits_are_set_changed_and_listed(tmp_path):
    options = ("--scopes", "read", "--expires", "2099-01-31", "--requests-per-minute", "60")
    secret, key_id = made(tmp_path, "--name", "[bold]", *options)
    line = listed(tmp_path)[key_id]
    assert all(word in line for word in ("[bold]", " read ", "2099-01-31 00:00", "60 requests"))
    changes = ("--scopes", "write,read", "--expires", "never", "--requests-per-minute", "0")
    changed = lockstep(tmp_path, "keys", "update", key_id, *changes, "--tokens-per-minute", "9000")
    assert changed.returncode == 0, changed.stderr
    line = listed(tmp_path)[key_id]
    assert all(word in line for word in ("[bold]", " read write ", "9000 tokens"))
    assert not any(word in line for word in ("2099", "60 requests", secret))


def test_rotation_shows_a_new_secret_and_ends_the_old_one_after_the_overlap(start_server, tmp_path):
    running = start_server(data_dir=tmp_path / "data")
    old, old_id = made(tmp_path, "--scopes", "read", "--name", "robot")

    def status(secret):
        return httpx.get(
            f"{running.base_url}/models", headers={"authorization": f"Bearer {secret}"}
        ).status_code

    rotated = lockstep(tmp_path, "keys", "rotate", old_id, "--overlap", "1h")
    new, new_id = rotated.stdout.strip(), rotated.stderr.split()[1]
    assert (status(old), status(new)) == (200, 200)
    assert f"in place of {old_id}" in rotated.stderr
    assert all("robot" in listed(tmp_path)[key_id] for key_id in (old_id, new_id))
    at_once = lockstep(tmp_path, "keys", "rotate", new_id, "--overlap", "0s")
    assert at_once.returncode == 0, at_once.stderr
    until = time.monotonic() + 5
    while status(new) == 200:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert (status(new), status(old), status(at_once.stdout.strip())) == (401, 200, 200)


def test_last_use_is_there_when_the_server_has_ended(start_server, tmp_path):
    running = start_server(data_dir=tmp_path / "data")
    secret, key_id = made(tmp_path)
    _, idle = made(tmp_path)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    httpx.get(f"{running.base_url}/models", headers={"authorization": f"Bearer {secret}"})
    assert running.stop() == 0
    lines = listed(tmp_path)
    assert (lines[key_id].count(today), lines[idle].count(today)) == (2, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("create", "--scopes", "root"), "--scopes: there is no scope 'root'; known are read, write, admin."),
        (("create", "--scopes", ""), "--scopes: a key needs one at least"),
        (("create", "--expires", "soon"), "--expires: 'soon' is neither"),
        (("create", "--expires", "1999-12-31"), "--expires: '1999-12-31' is not in the future"),
        (("rotate", "key_no"), "there is no key 'key_no'"),
        (("rotate", "key_no", "--overlap", "long"), "--overlap: 'long' is no span of time"),
        (("update", "key_no"), "nothing is to be changed"),
        (("update", "key_no", "--name", "x"), "API key with id 'key_no' not found."),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said(tmp_path, arguments, message):
    refused = lockstep(tmp_path, "keys", *arguments)
    assert refused.returncode == 1
    assert message in refused.stderr
    assert "Traceback" not in refused.stderr


def test_ended_keys_are_not_rotated(tmp_path):
    _, key_id = made(tmp_path)
    lockstep(tmp_path, "keys", "revoke", key_id)
    refused = lockstep(tmp_path, "keys", "rotate", key_id)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "has been revoked" in refused.stderr
