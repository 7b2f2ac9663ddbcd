import base64
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.errors import BadRequestError
from handlers.sealing import FILE, VERSION, Sealer
from handlers.settings import Settings

ONE, TWO = "1" * 32, "2" * 64


def sealer(tmp_path=None, key=ONE):
    return Sealer(Settings(encryption_key=key, data_dir=tmp_path or "nowhere", _env_file=None))


def opened(sealer, text, project="p", purpose="compaction"):
    return sealer.open(project, text, purpose=purpose, place="input[3].encrypted_content")


def sealed(sealer, data=b"data", project="p", purpose="compaction"):
    return sealer.seal(project, data, purpose=purpose)


def refused(sealer, text, **of):
    with pytest.raises(BadRequestError) as caught:
        opened(sealer, text, **of)
    error = caught.value
    assert (error.status, error.code, error.param) == (
        400,
        "invalid_encrypted_content",
        "input[3].encrypted_content",
    )
    assert "input[3].encrypted_content" in error.message
    return error.message


@given(st.binary(max_size=300), st.text(max_size=20).filter(lambda text: text.isprintable()))
def test_what_is_sealed_can_be_opened(data, project):
    assert opened(sealer(), sealed(sealer(), data, project), project) == data


def test_what_is_sealed_cannot_be_read_and_is_never_the_same():
    texts = {sealed(sealer(), b"the secret summary") for _ in range(50)}
    assert len(texts) == 50
    for text in texts:
        assert b"secret" not in base64.urlsafe_b64decode(text.removeprefix(VERSION))


def test_every_changed_character_is_noticed():
    text = sealed(sealer(), b"some data here")
    for place in range(len(VERSION), len(text)):
        other = "A" if text[place] != "A" else "B"
        refused(sealer(), text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize("cut", [0, 1, 3, 4, 10, -30, -4, -1])
def test_what_is_not_whole_is_refused(cut):
    refused(sealer(), sealed(sealer())[:cut])


@pytest.mark.parametrize(
    "text",
    ["", "gAAAAABopaque", "ls1.", "ls1.????", "ls1.é", "ls2." + "A" * 80, "ls1.\ud800", "ls1." + "A" * 80],
)
def test_what_somebody_else_made_is_refused(text):
    refused(sealer(), text)


def test_other_projects_purposes_and_servers_cannot_open_it():
    text = sealed(sealer())
    assert "another server or for another project" in refused(sealer(), text, project="q")
    refused(sealer(), text, purpose="reasoning")
    refused(sealer(key=TWO), text)


def test_of_several_keys_the_first_seals_and_all_open():
    before = sealed(sealer())
    rotated = sealer(key=f"{TWO}, {ONE}")
    assert opened(rotated, before) == b"data"
    assert opened(sealer(key=TWO), sealed(rotated)) == b"data"
    refused(sealer(), sealed(rotated))


@pytest.mark.parametrize("key", ["short", f"{ONE},short"])
def test_a_short_key_is_refused_without_being_told(key):
    with pytest.raises(ValueError, match="5 characters; it needs 32") as caught:
        sealer(key=key)
    assert "short," not in str(caught.value)


@pytest.mark.parametrize("key", [None, "", " , "])
def test_a_key_is_made_in_the_data_folder_and_kept(tmp_path, key):
    folder = tmp_path / "new" / "data"
    text = sealed(sealer(folder, key))
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [FILE]
    command = [sys.executable, "-c", OTHER, folder, text]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("b'data'\n", "")


OTHER = """
import sys
from handlers.sealing import Sealer
from handlers.settings import Settings
sealer = Sealer(Settings(data_dir=sys.argv[1], encryption_key=None, _env_file=None))
print(sealer.open("p", sys.argv[2], purpose="compaction", place="x"))
"""
RACE = """
import sys, time
from pathlib import Path
from handlers.sealing import Sealer
from handlers.settings import Settings
print("ready", flush=True)
while not Path(sys.argv[2]).exists():
    time.sleep(0.001)
sealer = Sealer(Settings(data_dir=sys.argv[1], encryption_key=None, _env_file=None))
print(sealer.seal("p", b"data", purpose="compaction"))
"""


def test_processes_that_start_at_once_have_one_key(tmp_path):
    folder, start = tmp_path / "data", tmp_path / "start"
    command = [sys.executable, "-c", RACE, folder, start]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 4
    start.touch()
    texts = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert [opened(sealer(folder, None), text) for text in texts] == [b"data"] * 4
    assert [path.name for path in folder.iterdir()] == [FILE]


def test_threads_that_start_at_once_have_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: sealed(sealer(tmp_path, None)), range(16)))
    assert {opened(sealer(tmp_path, None), text) for text in made} == {b"data"}


def test_a_broken_key_file_is_refused_and_kept(tmp_path):
    (tmp_path / FILE).write_text("oops\n")
    with pytest.raises(ValueError, match=FILE):
        sealer(tmp_path, None)
    assert (tmp_path / FILE).read_text() == "oops\n"


def test_keys_do_not_show():
    assert ONE not in repr(sealer()._keys)
