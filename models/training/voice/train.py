"""Trains models/weights/voice.bin and prints the figures of its card.

    python models/training/voice/train.py MANIFEST.csv [--cache FILE.npz] [--figures-only] [--tool PROGRAM]

The manifest has the columns file, speaker and emotion (or label); each clip 16 kHz. How: README.md.
"""
import argparse
import pathlib
import re
import struct

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score, roc_auc_score

import features
from material import CONDITIONS

CLASSES = ["anger", "happiness", "sadness", "neutral"]
HIGH = ["anger", "happiness", "fear"]
LOW = ["neutral", "sadness", "boredom"]
# Speakers of EmoDB that are women; whoever has other data names his own.
WOMEN = ["08", "09", "13", "14", "16"]
TRAINED_ON, HELD_BACK = 12, 4  # random lines per clip: for training, and for tests
# What changes with arousal by physiology, whoever speaks: pitch and its movement, effort (bright, steep, regular),
# pace of change. Chosen for how it carried over to the other sex and to emotions not trained on; rhythm did not.
AROUSAL = re.compile(
    r"pitch\.(p10|p50|p90|mean|spread|change10|change50|rise|fall)|alpha\.(mean|p90|peaks|spread)"
    r"|hammarberg\.(mean|peaks)|slope_low\.(mean|p90|peaks)|centroid\.(mean|p90|peaks)|flux|mfcc\d+\.change|hnr"
    r"|level\.(range|change\d+|rise|fall|voiced_spread)|jitter|shimmer")
TARGET = pathlib.Path(__file__).resolve().parents[2] / "weights/voice.bin"
torch.set_num_threads(1)


class Scale:
    """To spreads from the centre, as the product does it; what is missing is average."""

    def __init__(self, x):
        low, self.centre, high = np.nanpercentile(x, [10, 50, 90], axis=0)
        self.spread = (high - low) / 2.563 + 1e-6

    def __call__(self, x):
        return np.nan_to_num(np.clip((x - self.centre) / self.spread, -4, 4)).astype(np.float32)


def arousal_network(z, high, names):
    """Logistic regression with a strong ridge: one layer."""
    use = np.array([bool(AROUSAL.match(name)) for name in names])
    model = LogisticRegression(C=1e-4, class_weight="balanced", max_iter=500).fit(z[:, use], high)
    weights = np.zeros((1, z.shape[1]), np.float32)
    weights[0, use] = model.coef_[0]
    return [[(weights, model.intercept_)]]


def perceptron(z, y, seed, hidden=48, epochs=20, batch=256):
    """One hidden layer, trained with noise, dropout and soft labels."""
    torch.manual_seed(seed)
    net = torch.nn.Sequential(
        torch.nn.Dropout(0.15), torch.nn.Linear(z.shape[1], hidden), torch.nn.ReLU(), torch.nn.Dropout(0.4),
        torch.nn.Linear(hidden, len(CLASSES)))
    steps = epochs * (len(y) // batch)
    optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    balance = torch.tensor(len(y) / (len(CLASSES) * np.bincount(y)), dtype=torch.float32)
    z, y = torch.tensor(z), torch.tensor(y)
    for _ in range(epochs):
        order = torch.randperm(len(y))
        for part in order[:len(y) // batch * batch].split(batch):
            answer = net(z[part] + 0.3 * torch.randn(batch, z.shape[1]))
            loss = torch.nn.functional.cross_entropy(answer, y[part], weight=balance, label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return [(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in (net[1], net[4])]


def class_networks(z, y, count=4):
    return [perceptron(z, y, seed) for seed in range(count)]


def answer(networks, z):
    """The mean of the networks' answers."""
    total = 0
    for network in networks:
        values = z
        for index, (weights, bias) in enumerate(network):
            values = (np.maximum(values, 0) if index else values) @ weights.T + bias
        total = total + values
    return total / len(networks)


class Model:
    def __init__(self, data, train):
        labels = data["labels"]
        pile = lambda keep: np.concatenate([data["telephone"][keep]] + [v[keep] for v in data["varied"][:TRAINED_ON]])
        repeat = lambda values: np.tile(values, TRAINED_ON + 1)
        self.scale = Scale(pile(train))
        extreme = train & np.isin(labels, HIGH + LOW)
        self.arousal = arousal_network(self.scale(pile(extreme)), repeat(np.isin(labels[extreme], HIGH)), data["names"])
        four = train & np.isin(labels, CLASSES)
        index = repeat(np.array([CLASSES.index(label) for label in labels[four]]))
        self.classes = class_networks(self.scale(pile(four)), index)

    def __call__(self, x):
        z = self.scale(x)
        return np.hstack([answer(self.arousal, z), answer(self.classes, z)])


def left_out(data, groups):
    """What models say about groups of speakers that they were not trained on, by condition."""
    tests = {c: data[c] for c in CONDITIONS}
    tests |= {f"random line {n}": x for n, x in enumerate(data["varied"][TRAINED_ON:])}
    said = {name: np.zeros((len(x), 1 + len(CLASSES))) for name, x in tests.items()}
    for held in groups:
        model = Model(data, ~held)
        for name, x in tests.items():
            said[name][held] = model(x[held])
    return said


def figures(said, labels):
    extreme, four = np.isin(labels, HIGH + LOW), np.isin(labels, CLASSES)
    area = roc_auc_score(np.isin(labels[extreme], HIGH), said[extreme, 0])
    best = np.array(CLASSES)[said[:, 1:].argmax(axis=1)]
    recalls = recall_score(labels[four], best[four], labels=CLASSES, average=None)
    return [area, recalls.mean(), *recalls]


def table(title, said, labels):
    print(f"\n{title}\n\n| line | arousal AUC | UAR of four | {' | '.join(CLASSES)} |\n|{'---|' * 7}")
    rows = {name: figures(x, labels) for name, x in said.items()}
    random = [row for name, row in rows.items() if name.startswith("random")]
    rows = {name: row for name, row in rows.items() if not name.startswith("random")}
    rows["random"] = np.mean(random, axis=0)
    for name, row in rows.items():
        print(f"| {name} | {' | '.join(f'{value:.3f}' for value in row)} |")


def calibrate(said, labels):
    """Factors that make probabilities of the answers, from what was said of strangers over random lines."""
    random = [x for name, x in said.items() if name.startswith("random")]
    extreme, four = np.isin(labels, HIGH + LOW), np.isin(labels, CLASSES)
    scores = np.concatenate([x[extreme, 0] for x in random])[:, None]
    high = np.tile(np.isin(labels[extreme], HIGH), len(random))
    arousal = LogisticRegression(C=1e6, class_weight="balanced", fit_intercept=False).fit(scores, high).coef_[0, 0]
    logits = np.concatenate([x[four, 1:] for x in random])
    truth = np.tile([CLASSES.index(label) for label in labels[four]], len(random))

    def loss(factor):
        z = logits * factor
        return np.mean(np.logaddexp.reduce(z, axis=1) - z[np.arange(len(z)), truth])

    factors = np.geomspace(0.1, 10, 200)
    return arousal, factors[np.argmin([loss(factor) for factor in factors])]


def write(model, names, factors):
    """The file that models/src/voice/model.rs reads."""
    count = lambda n: struct.pack("<I", n)
    numbers = lambda values: np.asarray(values, "<f4").tobytes()
    out = [b"ATVOICE1", count(len(names))]
    for name, centre, spread in zip(names, model.scale.centre, model.scale.spread):
        out += [bytes([len(name)]), name.encode(), numbers([centre, spread])]
    for networks, factor in zip((model.arousal, model.classes), factors):
        out += [numbers([factor]), count(len(networks))]
        for network in networks:
            out.append(count(len(network)))
            for weights, bias in network:
                out += [count(weights.shape[0]), count(weights.shape[1]), numbers(weights), numbers(bias)]
    TARGET.write_bytes(b"".join(out))
    print(f"\n{TARGET.name}: {TARGET.stat().st_size} bytes, arousal times {factors[0]:.1f}, classes times {factors[1]:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest")
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path("voice-features.npz"))
    parser.add_argument("--tool")
    parser.add_argument("--figures-only", action="store_true")
    arguments = parser.parse_args()
    tool = features.program(arguments.tool)
    data = features.prepare(arguments.manifest, tool, TRAINED_ON + HELD_BACK, arguments.cache)
    labels, speakers = data["labels"], data["speakers"]
    said = left_out(data, [speakers == speaker for speaker in np.unique(speakers)])
    table("Leaving one speaker out", said, labels)
    women = np.isin(speakers, WOMEN)
    if women.any():
        # The nearest thing to strangers of another kind that one corpus has: probabilities are made from these.
        said = left_out(data, [women, ~women])
        table("Trained on one sex, tested on the other", said, labels)
    factors = calibrate(said, labels)
    if not arguments.figures_only:
        write(Model(data, np.ones(len(labels), bool)), [str(name) for name in data["names"]], factors)
