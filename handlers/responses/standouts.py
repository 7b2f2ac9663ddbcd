"""The passages of a text that say what the rest does not: rare words, names, figures.

A summary loses single facts first. So the model that writes one is shown these passages apart, and the
echo provider, which cannot summarise, has something to repeat that is worth it.
"""

import math
import re
from collections import Counter

LONGEST = 300
"""Characters of one passage."""
PASSAGE = re.compile(f"[^\n]{{1,{LONGEST}}}?(?:[.!?](?=\\s|$)|[\u3002\uff01\uff1f]|\n|$)|[^\n]{{{LONGEST}}}")
"""A sentence, or a line, or as much as is looked at in one: whatever ends first."""
WORD = re.compile(r"\w+")
DIGITS = re.compile(r"\d+")
CUES = re.compile(
    r"\b(?:my|our|i am|i'm|i live|i work|i prefer|we decided|remember|forget|important|must|never|always"
    r"|called|named|password|secret|deadline|favou?rite|budget|code ?word|codename|allergic)\b",
    re.IGNORECASE,
)
"""How English says what it wants to be remembered; other languages do without."""
FIGURE, NAME, CUE = 1.0, 0.5, 1.0
"""What a passage gains by each word with digits and each name that the rest lacks, and by each cue."""
MOST_GAINED = 2
"""Of each of the three."""
RAREST = 4
"""Words of a passage that count by how rare they are."""
CHEAP = 30
"""Characters that every passage is taken to have besides its own: the shortest would win otherwise."""
MOST = 20_000
"""Passages of a text that are looked at: the first half of them and the last."""


def standouts(text: str, characters: int) -> list[str]:
    """The passages that stand out most, within `characters` in all, in the order of the text."""
    passages = _passages(text)
    spread = Counter(word for passage in passages for word in _words(passage))
    worth = [_worth(passage, spread, len(passages)) for passage in passages]
    chosen: list[int] = []
    for place in sorted(range(len(passages)), key=lambda place: (-worth[place], place)):
        if len(passages[place]) <= characters:
            characters -= len(passages[place]) + 1
            chosen.append(place)
    return [passages[place] for place in sorted(chosen)]


def _passages(text: str) -> list[str]:
    """Each once, without blanks around it."""
    found = (match.group().strip() for match in PASSAGE.finditer(text))
    passages = list(dict.fromkeys(passage for passage in found if WORD.search(passage)))
    return passages if len(passages) <= MOST else passages[: MOST // 2] + passages[-MOST // 2 :]


def _words(passage: str) -> set[str]:
    """Words whatever their case and figures: `Line 17` and `line 18` say the same."""
    return {DIGITS.sub("0", word) for word in WORD.findall(passage.lower())}


def _worth(passage: str, spread: Counter[str], passages: int) -> float:
    """What it says, for the room it takes."""
    rarity = sorted((math.log(passages / spread[word]) for word in _words(passage)), reverse=True)[:RAREST]
    lone = [word for word in WORD.findall(passage)[1:] if spread[DIGITS.sub("0", word.lower())] == 1]
    figures = sum(FIGURE for word in lone if DIGITS.search(word))
    names = sum(NAME for word in lone if word[0].isupper())
    cues = CUE * len(CUES.findall(passage))
    gained = sum(min(gain, MOST_GAINED) for gain in (figures, names, cues))
    return (sum(rarity) / max(len(rarity), RAREST - 1) + gained) / math.sqrt(len(passage) + CHEAP)
