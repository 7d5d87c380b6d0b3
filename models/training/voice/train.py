"""Trains models/src/voice/weights.rs: two linear models on prosody.

    attune-server eval voice MANIFEST.csv --out clean.jsonl
    attune-server eval voice MANIFEST.csv --channel telephone --out telephone.jsonl
    python3 train.py MANIFEST.csv clean.jsonl telephone.jsonl

The manifest has the columns file,label,speaker. Prints what the models reach on speakers they were
not trained on, then trains on all of them and writes the weights. Needs numpy.
"""

import csv
import json
import pathlib
import sys

import numpy as np

CLASSES = ["anger", "happiness", "sadness", "neutral"]
HIGH = {"anger", "happiness", "fear", "surprise", "high"}
LOW = {"sadness", "neutral", "boredom", "calm", "low"}
# Chosen once by the leave-one-speaker-out figures; they move little between 1 and 10.
RIDGE = 3.0
TARGET = pathlib.Path(__file__).parents[2] / "src/voice/weights.rs"


def load(manifest, features):
    """Features, labels and speakers of all files through all channels."""
    with open(manifest, newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    x, labels, speakers, channels = [], [], [], []
    for channel in features:
        for line in open(channel):
            item = json.loads(line)
            row = rows[item["file"]]
            x.append([np.nan if value is None else value for value in item["features"]])
            labels.append(row["label"])
            speakers.append(row["speaker"])
            channels.append(channel)
    return np.array(x, float), np.array(labels), np.array(speakers), np.array(channels)


def standardise(x, mean, spread):
    z = np.clip((x - mean) / spread, -4, 4)
    return np.where(np.isfinite(z), z, 0.0)


def softmax(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def fit(z, classes, count):
    """Multinomial logistic regression, classes balanced, ridge on the weights but not the bias."""
    one_hot = np.eye(count)[classes]
    weight = (len(classes) / (count * one_hot.sum(axis=0)))[classes][:, None]
    inputs = np.hstack([z, np.ones((len(z), 1))])
    w = np.zeros((inputs.shape[1], count))
    decay = np.full_like(w, RIDGE)
    decay[-1] = 0
    step = 4.0 / (np.linalg.norm(inputs * np.sqrt(weight), 2) ** 2 + RIDGE)
    for _ in range(4000):
        gradient = inputs.T @ (weight * (softmax(inputs @ w) - one_hot)) + decay * w
        w -= step * gradient
    return w[:-1].T, w[-1]


def train(x, labels):
    """Mean, spread, arousal (weights, bias), classes (weights, biases)."""
    mean, spread = np.nanmean(x, axis=0), np.nanstd(x, axis=0)
    z = standardise(x, mean, spread)
    arousal = np.array([1 if l in HIGH else 0 if l in LOW else -1 for l in labels])
    w, b = fit(z[arousal >= 0], arousal[arousal >= 0], 2)
    four = np.array([CLASSES.index(l) if l in CLASSES else -1 for l in labels])
    return mean, spread, (w[1] - w[0], b[1] - b[0]), fit(z[four >= 0], four[four >= 0], 4)


def auc(scores, truth):
    high, low = scores[truth], scores[~truth]
    wins = (high[:, None] > low[None, :]).sum() + 0.5 * (high[:, None] == low[None, :]).sum()
    return wins / (len(high) * len(low))


def leave_speakers_out(x, labels, speakers, channels):
    excited, best = np.zeros(len(x)), np.zeros(len(x), int)
    for speaker in np.unique(speakers):
        held = speakers == speaker
        mean, spread, (w, b), (cw, cb) = train(x[~held], labels[~held])
        z = standardise(x[held], mean, spread)
        excited[held] = z @ w + b
        best[held] = (z @ cw.T + cb).argmax(axis=1)
    for channel in dict.fromkeys(channels):
        here = channels == channel
        scored = here & np.isin(labels, list(HIGH | LOW))
        figure = auc(excited[scored], np.isin(labels[scored], list(HIGH)))
        recalls = [(best[here & (labels == c)] == i).mean() for i, c in enumerate(CLASSES)]
        shown = " ".join(f"{c} {r:.2f}" for c, r in zip(CLASSES, recalls))
        print(f"{channel}: arousal AUC {figure:.3f}, UAR of four {np.mean(recalls):.3f} ({shown})")


def rust(values):
    return "[" + ", ".join(f"{value:.6}" if "." in f"{value:.6}" else f"{value:.1f}"
                           for value in values) + "]"


def write(mean, spread, arousal, classes):
    rows = ",\n    ".join(rust(row) for row in classes[0])
    TARGET.write_text(f"""//! Made by models/training/voice/train.py; do not edit.

use super::FEATURES;

pub(super) const MEAN: [f32; FEATURES] = {rust(mean)};
pub(super) const SPREAD: [f32; FEATURES] = {rust(spread)};
pub(super) const AROUSAL: [f32; FEATURES] = {rust(arousal[0])};
pub(super) const AROUSAL_BIAS: f32 = {arousal[1]:.6};
pub(super) const CLASSES: [[f32; FEATURES]; 4] = [
    {rows},
];
pub(super) const CLASS_BIAS: [f32; 4] = {rust(classes[1])};
""")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    x, labels, speakers, channels = load(sys.argv[1], sys.argv[2:])
    leave_speakers_out(x, labels, speakers, channels)
    write(*train(x, labels))
