"""Trains the small linear word models: models/weights/words-<lang>.bin and their cards.

    python models/training/words/train.py --data DIR --out models/weights [--lang en|de]

DIR holds goemotions/, convabuse/, xed/ and germeval2018/ as published (see README.md). Only training
splits are trained on; the figures in the cards are of development splits, or of a fifth of the
training split kept apart where a set has no development split. Runs on one core in a few minutes.
"""

import argparse
import csv
import math
import re
import struct
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score

MOODS = ["neutral", "satisfied", "angry", "disappointed", "worried", "confused", "grateful", "apologetic"]
HEADS = MOODS + ["abuse"]
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
MARKS = str.maketrans("", "", "'’‘`´")
MAX_FEATURES = {"en": 64_000, "de": 40_000}


def words_of(text):
    """Lower case, no apostrophes; `?` and `!` are words. The same as models/src/cue/linear.rs."""
    return re.findall(r"[^\W_]+|[?!]", text.lower().translate(MARKS))


def features_of(text):
    words = words_of(text)
    found = {"w " + w for w in words} | {f"b {a} {b}" for a, b in zip(words, words[1:])}
    for word in words:
        padded = f"<{word}>"
        found.update("c " + padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1))
    return sorted(found)


def key_of(feature):
    """FNV-1a, 32 bits, over UTF-8."""
    value = 0x811C9DC5
    for byte in feature.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def bare(text):
    """As a recogniser would write it."""
    return re.sub(r"[^\w\s']", " ", text)


def goemotions(path, labels):
    group = {name: mood for mood, names in GROUPS.items() for name in names.split()}
    texts, moods = [], []
    for line in path.read_text().splitlines():
        text, ids, _ = line.split("\t")
        found = {group.get(labels[int(i)]) for i in ids.split(",")}
        if len(found) == 1 and None not in found:
            texts.append(text)
            moods.append(MOODS.index(found.pop()))
    return texts, np.array(moods)


def convabuse(path):
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
    rows = [line.split("\t") for line in path.read_text().splitlines() if line.count("\t") >= 2]
    texts = [re.sub(r"@\w+|\|LBR\||https?:\S+", " ", row[0]) for row in rows]
    return texts, np.array([int(row[1] == "OFFENSE") for row in rows])


class Table:
    """Features with document frequency >= 3 and their inverse document frequency."""

    def __init__(self, texts):
        count = {}
        for text in texts:
            for feature in features_of(text):
                count[feature] = count.get(feature, 0) + 1
        kept = sorted(f for f, n in count.items() if n >= 3)
        self.column = {feature: i for i, feature in enumerate(kept)}
        self.idf = np.array([quantised_idf(len(texts), count[f]) for f in kept], dtype=np.float32)

    def matrix(self, texts):
        rows, columns, values = [], [], []
        for row, text in enumerate(texts):
            found = [self.column[f] for f in features_of(text) if f in self.column]
            weights = self.idf[found] if found else np.zeros(0, dtype=np.float32)
            norm = math.sqrt(float((weights**2).sum())) or 1.0
            rows += [row] * len(found)
            columns += found
            values += list(weights / norm)
        return csr_matrix((values, (rows, columns)), shape=(len(texts), len(self.column)), dtype=np.float32)

    def keep(self, columns):
        names = sorted(self.column, key=self.column.get)
        self.column = {names[old]: new for new, old in enumerate(columns)}
        self.idf = self.idf[columns]


def quantised_idf(total, count):
    """In steps of 1/16, as the file holds it."""
    return min(255, round(16 * (1 + math.log((1 + total) / (1 + count))))) / 16


def fit(matrix, labels, classes, balanced=True):
    model = LogisticRegression(C=3.0, max_iter=400, class_weight="balanced" if balanced else None, tol=1e-3)
    model.fit(matrix, labels)
    weights = np.zeros((len(classes), matrix.shape[1]), dtype=np.float32)
    bias = np.full(len(classes), np.nan, dtype=np.float32)
    if len(model.classes_) == 2:
        return model.coef_.astype(np.float32), model.intercept_.astype(np.float32)
    for row, label in enumerate(model.classes_):
        weights[label], bias[label] = model.coef_[row], model.intercept_[row]
    return weights, bias


def augmented(texts, labels):
    """Each text as written and as a recogniser writes it."""
    return list(texts) + [bare(t) for t in texts], np.concatenate([labels, labels])


def train(mood_set, abuse_set, most):
    mood_texts, moods = augmented(*mood_set)
    abuse_texts, abuse = augmented(*abuse_set)
    table = Table(mood_set[0] + abuse_set[0])
    for final in (False, True):
        weights, bias = fit(table.matrix(mood_texts), moods, MOODS)
        abuse_weights, abuse_bias = fit(table.matrix(abuse_texts), abuse, ["abuse"])
        weights = np.vstack([weights, abuse_weights])
        if not final and len(table.column) > most:
            force = np.maximum(weights[:-1].max(0) - weights[:-1].min(0), 0.5 * np.abs(abuse_weights[0]))
            table.keep(np.sort(np.argsort(-force * table.idf, kind="stable")[:most]))
    step = np.abs(weights).max(axis=1, keepdims=True) / 127
    step[step == 0] = 1
    return table, np.round(weights / step).astype(np.int8), step[:, 0], np.concatenate([bias, abuse_bias])


def write(path, table, weights, step, bias):
    """`ATWORDS1`, heads, features, then bias (NaN: head not trained) and step per head, then per
    feature sorted by key: key u32, idf u8 in sixteenths, one i8 weight a head. Little endian."""
    keyed = sorted((key_of(feature), column) for feature, column in table.column.items())
    keyed = [pair for i, pair in enumerate(keyed) if i == 0 or keyed[i - 1][0] != pair[0]]
    out = bytearray(b"ATWORDS1" + struct.pack("<II", len(HEADS), len(keyed)))
    out += struct.pack(f"<{len(HEADS)}f", *bias) + struct.pack(f"<{len(HEADS)}f", *step)
    for key, column in keyed:
        out += struct.pack("<IB", key, round(16 * float(table.idf[column])))
        out += weights[:, column].tobytes()
    path.write_bytes(out)
    return len(out)


def scores(table, weights, step, bias, texts):
    return table.matrix(texts) @ (weights * step[:, None]).T + bias


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--data", type=Path, required=True)
    args.add_argument("--out", type=Path, required=True)
    args.add_argument("--lang", choices=["en", "de"], action="append")
    args = args.parse_args()
    for lang in args.lang or ["en", "de"]:
        if lang == "en":
            labels = (args.data / "goemotions/labels.txt").read_text().split()
            mood_set = goemotions(args.data / "goemotions/train.tsv", labels)
            mood_dev = goemotions(args.data / "goemotions/dev.tsv", labels)
            abuse_set = convabuse(args.data / "convabuse/train.csv")
            abuse_dev = convabuse(args.data / "convabuse/valid.csv")
        else:
            mood_set, mood_dev = fifth(*xed(args.data / "xed/de.tsv"))
            abuse_set, abuse_dev = fifth(*germeval(args.data / "germeval2018/train.txt"))
        print(lang, "moods", len(mood_set[0]), len(mood_dev[0]), "abuse", len(abuse_set[0]), len(abuse_dev[0]))
        model = train(mood_set, abuse_set, MAX_FEATURES[lang])
        size = write(args.out / f"words-{lang}.bin", *model)
        for name, form in (("as written", str), ("as recognised", bare)):
            mood = np.nan_to_num(scores(*model, [form(t) for t in mood_dev[0]])[:, :-1], nan=-1e9).argmax(1)
            abuse = scores(*model, [form(t) for t in abuse_dev[0]])[:, -1]
            per_class = f1_score(mood_dev[1], mood, average=None).round(3)
            print(f"{lang} {name}: {size} bytes, mood macro-F1 {f1_score(mood_dev[1], mood, average='macro'):.3f} {per_class},",
                  f"abuse F1 {f1_score(abuse_dev[1], abuse > 0):.3f} AUC {roc_auc_score(abuse_dev[1], abuse):.3f}")


def fifth(texts, labels):
    """Every fifth item is kept apart."""
    apart = np.arange(len(texts)) % 5 == 4
    pick = lambda mask: ([t for t, m in zip(texts, mask) if m], labels[mask])
    return pick(~apart), pick(apart)


if __name__ == "__main__":
    main()
