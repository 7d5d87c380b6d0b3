"""Trains the word models: models/weights/words-<lang>.bin.

    python models/training/words/train.py --data DIR --out models/weights [--lang en|de] [--teacher FILE]

DIR holds goemotions/, convabuse/, xed/ and germeval2018/ as published (see README.md). Only training parts
are trained on; a twentieth of GoEmotions' is kept apart to weigh the parts of the model. The figures printed at
the end are of development splits and of the sentences in {en,de}.tsv that are marked `held`.
"""

import argparse
import struct
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import GroupKFold, StratifiedKFold

import data
from features import Table, bare, damaged, key_of

HEADS, ABUSE, CALL = 17, 8, 9
MOST_FEATURES = {"en": 110_000, "de": 60_000}
HERE = Path(__file__).parent
CALLS = HERE.parent / "callers/written"
# The net's outputs beside features of length 1.
OUTPUT_SCALE = 0.15


def fit(matrix, labels, weights=None, strength=4.0, balance=0.5, rounds=150):
    """Weights and bias of each class; rare classes count more, by the root of their rarity."""
    weights = np.ones(len(labels)) if weights is None else weights
    classes = np.unique(labels)
    size = np.array([weights[labels == c].sum() for c in classes])
    factor = dict(zip(classes, (size.sum() / len(size) / size) ** balance))
    weights = weights * np.array([factor[label] for label in labels])
    model = LogisticRegression(C=strength, max_iter=rounds, tol=1e-5)
    model.fit(matrix, labels, sample_weight=weights)
    return model.coef_.astype(np.float32), model.intercept_.astype(np.float32)


def both_forms(table, texts):
    """Each text as written and as a recogniser writes it, half weight each."""
    return vstack([table.matrix(texts), table.matrix([bare(text) for text in texts])]).tocsr()


def with_outputs(matrix, outputs):
    return matrix if outputs is None else hstack([matrix, csr_matrix(OUTPUT_SCALE * outputs)]).tocsr()


class Model:
    """All heads: weights by feature, mixing by output of the net, bias."""

    def __init__(self, table, reader):
        outputs = 0 if reader is None else 36
        self.table, self.reader = table, reader
        self.weights = np.zeros((HEADS, len(table.column)), dtype=np.float32)
        self.mixing = np.zeros((HEADS, outputs), dtype=np.float32)
        self.bias = np.zeros(HEADS, dtype=np.float32)

    def outputs(self, texts):
        return None if self.reader is None else self.reader.outputs(texts)

    def scores(self, texts, matrix=None):
        matrix = self.table.matrix(texts) if matrix is None else matrix
        scores = matrix @ self.weights.T + self.bias
        return scores if self.reader is None else scores + self.outputs(texts) @ self.mixing.T

    def set(self, heads, coefficients, bias):
        columns = self.weights.shape[1]
        self.weights[heads] = coefficients[:, :columns]
        self.bias[heads] = bias
        if self.reader is not None and coefficients.shape[1] > columns:
            self.mixing[heads] = OUTPUT_SCALE * coefficients[:, columns:]


def train_heads(model, sets):
    """Alone, abuse and in a call; `sets` as `english` and `german` give them."""
    table = model.table
    texts, shares = sets["alone"]
    rows, moods = np.nonzero(shares)
    matrix = both_forms(table, texts)
    twice = np.concatenate([rows, rows + len(texts)])
    share = shares[rows, moods]
    model.set(slice(0, 8), *fit(matrix[twice], np.tile(moods, 2), np.tile(share, 2) / 2))
    for heads, (texts, labels) in ((slice(ABUSE, CALL), sets["abuse"]), (slice(CALL, HEADS), sets["call"])):
        forms = list(texts) + [bare(text) for text in texts]
        matrix = with_outputs(both_forms(table, texts), model.outputs(forms))
        model.set(heads, *fit(matrix, np.tile(labels, 2), np.full(2 * len(labels), 0.5)))


def shrink(model, most):
    """Drops the features that pull least at any head."""
    if len(model.table.column) <= most:
        return False
    spread = lambda weights: weights.max(0) - weights.min(0)
    force = np.maximum(spread(model.weights[:8]), spread(model.weights[CALL:]))
    force = np.maximum(force, 0.7 * np.abs(model.weights[ABUSE]))
    kept = np.sort(np.argsort(-force * model.table.idf, kind="stable")[:most])
    model.table.keep(kept)
    model.weights = model.weights[:, kept]
    return True


def weigh_parts(model, texts, moods):
    """How much the net counts beside the linear part, and the bias of each mood, for macro-F1."""
    linear = model.table.matrix(texts) @ model.weights[:8].T + model.bias[:8]
    best = (0.0, 1.0, 0.0)
    if model.reader is not None:
        net = model.outputs(texts)[:, :8]
        grid = [(a, b) for a in (0.3, 0.5, 0.7, 1.0) for b in (0.3, 0.5, 0.7, 1.0)]
        best = max((f1_score(moods, (a * linear + b * net).argmax(1), average="macro"), a, b) for a, b in grid)
        linear = best[1] * linear + best[2] * net
        model.weights[:8] *= best[1]
        model.bias[:8] *= best[1]
        model.mixing[:8, :8] = best[2] * np.eye(8)
    bias = np.zeros(8)
    for _ in range(2):
        for mood in range(8):
            unit = np.eye(8)[mood]
            tries = [
                (f1_score(moods, (linear + bias + move * unit).argmax(1), average="macro") - 0.01 * abs(move), move)
                for move in np.arange(-0.6, 0.61, 0.1)
            ]
            bias[mood] += max(tries)[1]
    # Half of it: the kept part is small.
    model.bias[:8] += (bias / 2).astype(np.float32)
    print("weights of the parts", best, "bias", bias.round(2))


def step_of(rows):
    step = np.abs(rows).max(axis=1) / 127
    step[step == 0] = 1
    return step.astype(np.float32)


def write(path, model):
    """`ATWORDS2`; numbers of heads and features; bias and step per head; per feature, sorted by key: key u32, idf
    u8 in sixteenths, one i8 weight a head; then the net (net.py), and what its outputs add to each head. Little
    endian. The model is left as the file has it."""
    step = step_of(model.weights)
    small = np.round(model.weights / step[:, None]).astype(np.int8)
    model.weights = small * step[:, None]
    keyed = sorted((key_of(feature), column) for feature, column in model.table.column.items())
    keyed = [pair for i, pair in enumerate(keyed) if i == 0 or keyed[i - 1][0] != pair[0]]
    out = bytearray(b"ATWORDS2" + struct.pack("<II", HEADS, len(keyed)))
    out += model.bias.astype("<f4").tobytes() + step.astype("<f4").tobytes()
    for key, column in keyed:
        out += struct.pack("<IB", key, round(16 * float(model.table.idf[column])))
        out += small[:, column].tobytes()
    if model.reader is None:
        out += struct.pack("<5I", 0, 0, 0, 0, 0)
    else:
        import net

        out += net.file_part(model.reader, key_of, step_of) + model.mixing.astype("<f4").tobytes()
    path.write_bytes(out)
    return len(out)


def english(folder, teacher):
    texts, labels, shares, moods = data.goemotions(folder / "goemotions", "train")
    apart = np.zeros(len(texts), dtype=bool)
    apart[np.random.default_rng(0).permutation(len(texts))[:2000]] = True
    hand = data.written(HERE / "en.tsv", "train")
    turns = data.turns(CALLS, "en")
    used = np.flatnonzero(~apart & (shares.sum(1) > 0))
    kept = np.flatnonzero(apart & (moods >= 0))
    dev = data.goemotions(folder / "goemotions", "dev")
    in_one = np.flatnonzero(dev[3] >= 0)
    sets = {
        "alone": ([texts[i] for i in used] + hand[0], np.vstack([shares[used], np.eye(8, dtype=np.float32)[hand[1]]])),
        "abuse": data.convabuse(folder / "convabuse/train.csv"),
        "call": (turns[0] + hand[0], np.concatenate([turns[1], hand[1]])),
        "kept": ([texts[i] for i in kept], moods[kept]),
        "dev": ([dev[0][i] for i in in_one], dev[3][in_one]),
        "abuse_dev": data.convabuse(folder / "convabuse/valid.csv"),
        "turns": turns,
    }
    return sets, teach(texts, labels, shares, apart, hand, teacher) if teacher else None


def teach(texts, labels, shares, apart, hand, path):
    """Trains the net by what the teacher (teacher.py) says of the texts."""
    import net

    taught = np.load(path)
    of_text = dict(zip(taught["texts"].tolist(), taught["outputs"].astype(np.float32)))
    items = []
    for i in np.flatnonzero(~apart):
        if texts[i] in of_text:
            item = (shares[i], labels[i], of_text[texts[i]], np.float32(shares[i].sum() > 0))
            items += [(texts[i], *item)] + ([(bare(texts[i]), *item)] if i % 3 == 0 else [])
    none, seen = (np.zeros(8, np.float32), np.zeros(28, np.float32)), set(texts)
    extra = [text for text in of_text if text not in seen]
    items += [(text, *none, of_text[text], np.float32(0)) for text in extra]
    print("net:", len(items), "items,", len(extra), "without labels")
    reader = net.Reader(taught["words"].tolist(), taught["vectors"].astype(np.float32))
    reader.train(items, epochs=EPOCHS)
    return reader


def german(folder, _teacher):
    subtitles, hand, turns = data.xed(folder / "xed/de.tsv"), data.written(HERE / "de.tsv", "train"), data.turns(CALLS, "de")
    texts, labels = data.germeval(folder / "germeval2018/train.txt")
    # Subtitles know four moods only, and are noisy: they count a quarter.
    shares = np.eye(8, dtype=np.float32)[np.concatenate([turns[1], hand[1], subtitles[1]])]
    shares[-len(subtitles[0]) :] /= 4
    sets = {
        "alone": (turns[0] + hand[0] + subtitles[0], shares),
        "abuse": (texts, labels),
        "call": (turns[0] + hand[0], np.concatenate([turns[1], hand[1]])),
        "turns": turns,
    }
    return sets, None


EPOCHS = 7


def train(lang, sets, reader):
    texts = sets["alone"][0] + list(sets["abuse"][0]) + (sets["turns"][0] if lang == "en" else [])
    model = Model(Table(texts, least=3 if lang == "en" else 2), reader)
    train_heads(model, sets)
    if shrink(model, MOST_FEATURES[lang]):
        train_heads(model, sets)
    if "kept" in sets:
        weigh_parts(model, *sets["kept"])
    return model


def report(lang, model, sets):
    """Development splits, and sentences written by hand that were kept apart."""
    held = data.written(HERE / f"{lang}.tsv", "held")
    for name, form in (("as written", str), ("without punctuation", bare), ("15 % of words damaged", damaged)):
        figures = []
        mood_sets = {"held": held, "GoEmotions dev": sets.get("dev")}
        for label, pair in mood_sets.items():
            for head, first in (("alone", 0), ("in a call", CALL)):
                if pair and not (label != "held" and first):
                    found = model.scores([form(t) for t in pair[0]])[:, first : first + 8].argmax(1)
                    figures.append(f"{label} {head} macro-F1 {f1_score(pair[1], found, average='macro'):.3f}")
                    if label != "held" and name == "as written":
                        print(dict(zip(data.MOODS, f1_score(pair[1], found, average=None).round(3))))
        if "abuse_dev" in sets:
            texts, labels = sets["abuse_dev"]
            abuse = model.scores([form(t) for t in texts])[:, ABUSE]
            figures.append(f"abuse valid F1 {f1_score(labels, abuse > 0):.3f} AUC {roc_auc_score(labels, abuse):.3f}")
        print(lang, f"{name}:", ", ".join(figures), flush=True)


def cross_validate(lang, model, sets):
    """Turns by file, and abuse, each predicted by heads that did not see it. The table has seen the texts, not
    their labels."""
    texts, moods, files = sets["turns"]
    hand = data.written(HERE / f"{lang}.tsv", "train")
    folds = GroupKFold(5).split(texts, moods, files)
    print(lang, "turns, cross-validated by file, macro-F1", folded(model, texts, moods, folds, hand))
    texts, labels = sets["abuse"]
    folds = StratifiedKFold(5, shuffle=True, random_state=0).split(texts, labels)
    print(lang, "abuse, cross-validated, macro-F1", folded(model, texts, labels, folds, ([], [])), flush=True)


def folded(model, texts, labels, folds, also):
    found = {name: np.zeros(len(texts), dtype=int) for name in ("as written", "without punctuation", "damaged")}
    for seen, unseen in folds:
        part = [texts[i] for i in seen] + also[0]
        forms = part + [bare(text) for text in part]
        matrix = with_outputs(both_forms(model.table, part), model.outputs(forms))
        answers = np.concatenate([labels[seen], also[1]]).astype(int)
        weights, bias = fit(matrix, np.tile(answers, 2), np.full(2 * len(answers), 0.5))
        for name, form in zip(found, (str, bare, damaged)):
            test = [form(texts[i]) for i in unseen]
            scores = with_outputs(model.table.matrix(test), model.outputs(test)) @ weights.T + bias
            found[name][unseen] = scores.argmax(1) if scores.shape[1] > 1 else scores[:, 0] > 0
    return {name: round(f1_score(labels, answer, average="macro"), 3) for name, answer in found.items()}


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--data", type=Path, required=True)
    args.add_argument("--out", type=Path, required=True)
    args.add_argument("--lang", choices=["en", "de"], action="append")
    args.add_argument("--teacher", type=Path, help="what teacher.py wrote; without it English has no net")
    args.add_argument("--cross-validate", action="store_true")
    args = args.parse_args()
    for lang in args.lang or ["en", "de"]:
        sets, reader = (english if lang == "en" else german)(args.data, args.teacher)
        print(lang, {name: len(pair[0]) for name, pair in sets.items()}, flush=True)
        model = train(lang, sets, reader)
        print(lang, write(args.out / f"words-{lang}.bin", model), "bytes")
        report(lang, model, sets)
        if args.cross_validate:
            cross_validate(lang, model, sets)


if __name__ == "__main__":
    main()
