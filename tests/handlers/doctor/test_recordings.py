"""What `lockstep doctor` says of a folder of recordings."""

import pytest

from handlers import doctor
from handlers.doctor import recordings
from handlers.settings import Settings


async def found(**settings):
    chosen = Settings(_env_file=None, provider="replay", **settings)
    return [(finding.level, finding.text) async for finding in recordings.examine(chosen)]


@pytest.mark.parametrize(
    ("mode", "provider", "files", "level", "words"),
    [
        ("replay", "echo", 0, "wrong", "asks nobody"),
        ("replay", "echo", 2, "good", "2 in"),
        ("record", "echo", 0, "doubtful", "LOCKSTEP_REPLAY_PROVIDER=openai"),
        ("record-if-missing", "openai", 1, "good", "1 in"),
        ("live", "echo", 0, "good", "0 in"),
    ],
)
async def test_folder_is_looked_into(tmp_path, *, mode, provider, files, level, words):
    for number in range(files):
        (tmp_path / f"{number}.json").write_text("{}")
    ((found_level, text),) = await found(replay_mode=mode, replay_dir=tmp_path, replay_provider=provider)
    assert (found_level, words in text) == (level, True)


async def test_file_in_place_of_the_folder_is_wrong():
    ((level, text),) = await found(replay_dir=__file__)
    assert (level, "is no folder" in text) == ("wrong", True)


async def test_nothing_is_said_where_nothing_is_replayed(tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path, port=0)
    assert "recordings" not in {finding.about async for finding in doctor.examine(settings)}
