"""The training sets, as published (see README.md), and what was written for this project."""

import csv
import json
import re

import numpy as np

MOODS = ["neutral", "satisfied", "angry", "disappointed", "worried", "confused", "grateful", "apologetic"]
GROUPS = {
    "satisfied": "joy amusement excitement love optimism admiration approval pride relief",
    "angry": "anger annoyance disgust disapproval",
    "disappointed": "sadness disappointment grief",
    "worried": "fear nervousness",
    "confused": "confusion curiosity",
    "grateful": "gratitude",
    "apologetic": "remorse embarrassment",
    "neutral": "neutral",
}
PLUTCHIK = {1: "angry", 3: "angry", 4: "worried", 5: "satisfied", 6: "disappointed", 8: "satisfied"}
# The project's own test: calls with these numbers.
TEST_CALLS = {"en": range(481, 601), "de": range(241, 301)}


def goemotions(folder, split):
    """Texts, labels (28), shares of the eight moods, and the mood of items in one group (else -1)."""
    labels = (folder / "labels.txt").read_text().split()
    group = {name: MOODS.index(mood) for mood, names in GROUPS.items() for name in names.split()}
    texts, all_labels, shares, moods = [], [], [], []
    for line in (folder / f"{split}.tsv").read_text().splitlines():
        text, ids, _ = line.split("\t")
        ids = [int(i) for i in ids.split(",")]
        found = [group.get(labels[i], -1) for i in ids]
        share = np.zeros(len(MOODS), dtype=np.float32)
        for mood in found:
            if mood >= 0:
                share[mood] += 1
        texts.append(text)
        all_labels.append(np.isin(np.arange(len(labels)), ids).astype(np.float32))
        shares.append(share / max(share.sum(), 1))
        moods.append(found[0] if len(set(found)) == 1 else -1)
    return texts, np.array(all_labels), np.array(shares), np.array(moods)


def convabuse(path):
    """User turns, and whether the mean of the annotators' severities is below 0."""
    texts, abuse = [], []
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            marks = [
                int(name.rsplit(".", 1)[1])
                for name, value in row.items()
                if "is_abuse" in name and value.strip() in ("1", "1.0")
            ]
            if marks:
                texts.append(row["user"])
                abuse.append(int(sum(marks) / len(marks) < 0))
    return texts, np.array(abuse)


def xed(path):
    """Subtitles whose emotions fall into one of four moods."""
    texts, moods = [], []
    for line in path.read_text().splitlines():
        text, _, ids = line.rpartition("\t")
        if not re.fullmatch(r"[\d, ]+", ids):
            continue
        found = {PLUTCHIK.get(int(i)) for i in ids.split(",")}
        if len(found) == 1 and None not in found:
            texts.append(text.lstrip("- "))
            moods.append(MOODS.index(found.pop()))
    return texts, np.array(moods)


def germeval(path):
    """Tweets without names and links, and whether they are offensive."""
    rows = [line.split("\t") for line in path.read_text().splitlines() if line.count("\t") >= 2]
    texts = [re.sub(r"@\w+|\|LBR\||https?:\S+", " ", row[0]) for row in rows]
    return texts, np.array([int(row[1] == "OFFENSE") for row in rows])


def turns(folder, lang, test=False):
    """Caller turns of the project's own calls: texts, moods, and the file each is in."""
    texts, moods, files = [], [], []
    for path in sorted(folder.glob(f"{lang}-*.jsonl")):
        for line in path.read_text().splitlines():
            call = json.loads(line)
            if (int(call["id"].split("-")[1]) in TEST_CALLS[lang]) != test:
                continue
            for turn in call["turns"]:
                if turn["side"] == "caller" and turn.get("mood"):
                    texts.append(turn["text"])
                    moods.append(MOODS.index(turn["mood"]))
                    files.append(path.name)
    return texts, np.array(moods), np.array(files)


def written(path, part):
    """Sentences written by hand: `train` or `held`."""
    rows = [line.split("\t") for line in path.read_text().splitlines() if not line.startswith("#")]
    rows = [row for row in rows if row[0] == part]
    return [row[2] for row in rows], np.array([MOODS.index(row[1]) for row in rows])
