"""What the word models say of turns that they did not learn from, for fuse.py.

    python models/training/words/unseen.py seen.jsonl > unseen.jsonl

`seen.jsonl` is what the program says of each turn of the written calls, with models that learnt those very turns:
a filter fitted to it trusts them far too much. Here the heads for a caller's turn are trained again without the file
that a turn is in (five folds), on the features and the net of the files in models/weights, and take the place of
theirs. English flatters a little all the same: the net's teacher has seen the turns.
"""

import json
import re
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from scipy.sparse import vstack
from sklearn.model_selection import GroupKFold

import data
import net
from features import Table, bare, key_of, words_of
from train import CALL, CALLS, HEADS, HERE, fit, with_outputs

MODELS = HERE.parents[1]
# As in models/src/reader.rs: what the model counts in a call, and the words from which it is asked.
SHARE, ENOUGH_WORDS = 0.8, 3


class StoredTable(Table):
    """The features of a file, known by their keys only."""

    def __init__(self, keys, idf):
        self.place, self.idf = {key: i for i, key in enumerate(keys)}, idf
        self.column = self

    def __contains__(self, feature):
        return key_of(feature) in self.place

    def __getitem__(self, feature):
        return self.place[key_of(feature)]

    def __len__(self):
        return len(self.place)


class StoredNet(net.Reader):
    """The net of a file; `take` gives the next values in it."""

    def __init__(self, words, width, take):
        step = take("<f4", width)
        records = take(np.dtype([("key", "<u4"), ("vector", "i1", width)]), words)
        self.column = {key: i + 1 for i, key in enumerate(records["key"].tolist())}
        self.net = net.Net((records["vector"] * step).astype(np.float32))
        tensor = lambda values: torch.tensor(np.ascontiguousarray(values))
        for run, filters in zip(net.WIDTHS, self.net.filters):
            weight = take("<f4", run * width * net.FILTERS).reshape(run, width, net.FILTERS)
            filters.weight.data, filters.bias.data = tensor(weight.transpose(2, 1, 0)), tensor(take("<f4", net.FILTERS))
        inputs = self.net.head.in_features
        self.net.head.weight.data = tensor(take("<f4", inputs * net.OUTPUTS).reshape(inputs, net.OUTPUTS).T)
        self.net.head.bias.data = tensor(take("<f4", net.OUTPUTS))

    def ids(self, text):
        keys = map(key_of, words_of(text))
        return [self.column[key] for key in keys if key in self.column][: net.LONGEST] or [0]


class Stored:
    """A word model as `train.write` wrote it."""

    def __init__(self, path):
        content, at = path.read_bytes(), 16

        def take(kind, count):
            nonlocal at
            values = np.frombuffer(content, kind, count, at)
            at += values.nbytes
            return values

        (features,) = struct.unpack_from("<I", content, 12)
        self.bias, step = take("<f4", HEADS), take("<f4", HEADS)
        records = take(np.dtype([("key", "<u4"), ("idf", "u1"), ("weights", "i1", HEADS)]), features)
        self.weights = (records["weights"] * step).astype(np.float32)
        self.table = StoredTable(records["key"].tolist(), records["idf"].astype(np.float32) / 16)
        words, width, *_ = take("<u4", 5).tolist()
        self.reader = StoredNet(words, width, take) if words else None
        self.mixing = take("<f4", HEADS * net.OUTPUTS).reshape(HEADS, net.OUTPUTS) if words else None

    def inputs(self, texts):
        return with_outputs(self.table.matrix(texts), self.reader and self.reader.outputs(texts))

    def in_a_call(self, texts):
        scores = self.table.matrix(texts) @ self.weights + self.bias
        return (scores if self.reader is None else scores + self.reader.outputs(texts) @ self.mixing.T)[:, CALL:]


def unseen(model, texts, moods, files, hand):
    """Scores of each turn by heads that know nothing of its file."""
    found = np.zeros((len(texts), len(data.MOODS)))
    forms = [model.inputs([form(text) for text in texts]) for form in (str, bare)]
    also = [model.inputs([form(text) for text in hand[0]]) for form in (str, bare)]
    for kept, held in GroupKFold(5).split(texts, moods, files):
        matrix = vstack([part for form, more in zip(forms, also) for part in (form[kept], more)]).tocsr()
        answers = np.tile(np.concatenate([moods[kept], hand[1]]), 2)
        weights, bias = fit(matrix, answers, np.full(len(answers), 0.5))
        found[held] = forms[0][held] @ weights.T + bias
    return found


def cue(scores, valences):
    """What a turn's scores add to its moods and to its valence."""
    scores = scores - scores.mean(1, keepdims=True)
    p = np.exp(scores - scores.max(1, keepdims=True))
    return SHARE * scores, SHARE * (p / p.sum(1, keepdims=True)) @ valences


def main():
    torch.set_num_threads(1)
    calls = [json.loads(line) for line in open(sys.argv[1])]
    places = (MODELS / "src/mood/weights.rs").read_text().split("PLACES")[1]
    valences = np.array([float(value) for value in re.findall(r"\[(-?[\d.]+), ", places)])
    for lang, test in data.TEST_CALLS.items():
        model = Stored(MODELS / f"weights/words-{lang}.bin")
        texts, moods, files = data.turns(CALLS, lang)
        turns = [turn for call in sorted(calls, key=lambda call: call["id"]) for turn in call["turns"]
                 if call["id"].startswith(lang) and int(call["id"].split("-")[1]) not in test]
        old = cue(model.in_a_call(texts), valences)
        new = cue(unseen(model, texts, moods, files, data.written(HERE / f"{lang}.tsv", "train")), valences)
        for turn, mood, new_mood, valence, new_valence in zip(turns, old[0], new[0], old[1], new[1], strict=True):
            if turn["words"] >= ENOUGH_WORDS:
                turn["moods"] = (np.array(turn["moods"]) + new_mood - mood).tolist()
                turn["valence"] += new_valence - valence
                turn["valence_strength"] += abs(new_valence) - abs(valence)
    for call in calls:
        print(json.dumps(call))


if __name__ == "__main__":
    main()
