import random
import re
from pathlib import Path

import pytest

from handlers.responses.standouts import LONGEST, standouts

FACTS = [
    "The code word is ZEBRA-42.",
    "My dog is called Bertrand.",
    "Please remember that the launch date is 14 March 2031.",
    "We meet at half past seven by the old mill.",
    "The patient is allergic to penicillin.",
]
FILLER = [f"Sentence number {number} says nothing that the others do not say." for number in range(300)]


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("place", [0, 150, 300])
def test_what_differs_from_the_rest_stands_out(fact, place):
    told = [*FILLER[:place], fact, *FILLER[place:]]
    assert fact in standouts(" ".join(told), 300)
    assert fact in standouts("\n".join(told), 300)


def test_facts_survive_most_technical_prose():
    """In twelve thousand characters of our own documents, of which a sixth may stay."""
    text = "\n".join(path.read_text() for path in sorted((Path(__file__).parents[3] / "docs").glob("*.md")))
    sentences = [sentence for sentence in re.split(r"(?<=[.!?])\s+|\n", text) if len(sentence) > 20]
    chance = random.Random(3)
    found = []
    for fact in FACTS * 6:
        start = chance.randrange(len(sentences))
        told: list[str] = []
        while sum(map(len, told)) < 12_000:
            told.append(sentences[(start + len(told)) % len(sentences)])
        told.insert(chance.randrange(len(told)), fact)
        found.append(fact in standouts("\n".join(told), 1900))
    assert sum(found) >= 0.8 * len(found)


def test_passages_keep_their_order_and_the_room():
    text = "Zebras run. " * 3 + "Alpha 17 won. Common words here. Common words here too. Omega 23 lost."
    passages = standouts(text, 40)
    assert sum(map(len, passages)) <= 40
    places = [text.index(passage) for passage in passages]
    assert places == sorted(places)


def test_nothing_is_said_twice():
    assert standouts("Same here. Same here. Same here.", 100) == ["Same here."]


@pytest.mark.parametrize("text", ["", "\n\n", "...", "   "])
def test_there_may_be_nothing(text):
    assert standouts(text, 100) == []


def test_a_text_without_sentences_is_parted():
    passages = standouts("word " * 400, 10_000)
    assert all(len(passage) <= LONGEST for passage in passages)


def test_other_scripts_have_sentences_too():
    assert "我的狗叫贝特朗42。" in standouts("今天天气很好。我的狗叫贝特朗42。我们去河边。", 100)


def test_a_long_text_takes_no_time():
    assert standouts("no end in sight " * 100_000, 300) is not None
