"""Fits the constants of the mood filter (models/src/mood/weights.rs) to the written calls.

    cargo run --release -p attune-models --example moods -- models/training/callers/written/*.jsonl > seen.jsonl
    python3 models/training/words/unseen.py seen.jsonl > unseen.jsonl
    python3 models/training/callers/fuse.py unseen.jsonl > models/src/mood/weights.rs

`seen.jsonl` is what each caller turn says by itself, before the filter; `unseen.jsonl` the same by word models that have not learnt
that turn. Only the training part is used. What is printed to stderr
is cross-validated, five folds by call; the weights are then fitted to the whole training part. The filter below is that of
models/src/mood.rs, all calls at once. Needs numpy and scipy, and a minute.
"""
import json
import pathlib
import sys

import numpy as np
from scipy.optimize import minimize

HERE = pathlib.Path(__file__).parent
MOODS = "neutral satisfied angry disappointed worried confused grateful apologetic".split()
FOLDS = 5
# What a class's own frequency counts in its head start: 1 is best for the likelihood, 0 for rare moods.
FREQUENCY = 0.6
# What is left of a turn's evidence for a mood one caller turn later: no value is likelier than 0, so little that the mood shown does
# not leap at every "yes".
KEPT = 0.1
# An outburst, as attune-server eval callers counts it; how many turns ahead it is to be announced.
OUTBURST = (-0.5, 0.5)
AHEAD = 3
NINETY = 1.645
# Standard deviation of arousal over callers at least: who labels a text ventures less than a voice does.
VOICE_SPREAD = 0.4
# What the nearness to a mood's place counts at least: only through it is a mood heard in a voice, and the calls have none.
PLACE_AT_LEAST = 0.17
# Seconds: a wide spread alone would be made up for by a state that hardly moves.
FADE_AT_MOST = 30


def is_test(name):
    return int(name[3:]) in {"en": range(481, 601), "de": range(241, 301)}[name[:2]]


def load(path):
    truth = {}
    for file in sorted((HERE / "written").glob("*.jsonl")):
        for line in file.read_text().splitlines():
            call = json.loads(line)
            truth[call["id"]] = [turn for turn in call["turns"] if turn["side"] == "caller"]
    calls = [json.loads(line) for line in open(path)]
    calls = [call for call in calls if not is_test(call["id"])]
    longest = max(len(call["turns"]) for call in calls)
    data = {
        key: np.zeros((len(calls), longest) + shape)
        for key, shape in [("moods", (8,)), ("valence", ()), ("strength", ()), ("arousal", ()), ("at", ()), ("said", ()),
                           ("escalates", ()), ("v", ()), ("a", ()), ("there", ())]
    }
    data["mood"] = np.zeros((len(calls), longest), int)
    for i, call in enumerate(calls):
        for j, (seen, turn) in enumerate(zip(call["turns"], truth[call["id"]], strict=True)):
            data["moods"][i, j] = seen["moods"]
            data["valence"][i, j], data["strength"][i, j] = seen["valence"], seen["valence_strength"]
            data["arousal"][i, j], data["at"][i, j] = seen["arousal"], seen["at"]
            data["said"][i, j], data["escalates"][i, j] = seen["words"] > 0, seen["escalates"]
            data["v"][i, j], data["a"][i, j] = turn["valence"], turn["arousal"]
            data["mood"][i, j], data["there"][i, j] = MOODS.index(turn["mood"]), 1
    data["at"][data["there"] == 0] = np.nan
    data["german"] = np.array([call["id"].startswith("de") for call in calls], float)
    rng = np.random.default_rng(1)
    fold = np.empty(len(calls), int)
    fold[rng.permutation(len(calls))] = np.arange(len(calls)) % FOLDS
    return data, fold, np.array([call["id"][:2] for call in calls])


def pick(data, rows):
    return {key: values[rows] for key, values in data.items()}


def rest_of(data):
    """Mean and covariance of the labels: the caller at rest."""
    here = data["there"] > 0
    both = np.stack([data["v"][here], data["a"][here]])
    mean, cov = both.mean(1), np.cov(both)
    widen = np.diag([1, max(1, VOICE_SPREAD / cov[1, 1] ** 0.5)])
    return mean, widen @ cov @ widen


START = dict(fade_v=3.5, fade_a=4.0, scale_v=-0.7, gain_v=0.0, noise_v=-2.0, trust_v=0.0, offset_v=0.0,
             scale_a=-1.2, gain_a=0.0, noise_a=-2.5, trust_a=0.0, offset_a=0.2)


def filtered(p, rest, data):
    """State and covariance after each turn, of all calls at once. Logarithms of what must be positive."""
    mean, cov = rest
    n, longest = data["there"].shape
    x, P = np.tile(mean, (n, 1)), np.tile(cov, (n, 1, 1))
    fade = np.exp([p["fade_v"], p["fade_a"]])
    before = np.zeros(n)
    states, spreads = [], []
    for t in range(longest):
        there = data["there"][:, t] > 0
        at = np.where(there, data["at"][:, t], before)
        kept = np.exp(-(at - before)[:, None] / fade)
        before = at
        x = mean + kept * (x - mean)
        both = kept[:, :, None] * kept[:, None, :]
        P = P * both + cov * (1 - both)
        for axis, name in enumerate("va"):
            total = data["valence" if name == "v" else "arousal"][:, t]
            strength = data["strength"][:, t] if name == "v" else np.abs(total)
            value = p["offset_" + name] + np.exp(p["scale_" + name]) * np.tanh(np.exp(p["gain_" + name]) * total)
            variance = np.exp(p["noise_" + name]) / (1 + np.exp(p["trust_" + name]) * strength)
            use = (there & (data["said"][:, t] > 0)).astype(float)
            gain = use[:, None] * P[:, :, axis] / (P[:, axis, axis] + variance)[:, None]
            x = x + gain * (value - x[:, axis])[:, None]
            P = P - gain[:, :, None] * P[:, axis, None, :]
        states.append(x)
        spreads.append(np.sqrt(np.stack([P[:, 0, 0], P[:, 1, 1]], 1)))
    return np.stack(states, 1), np.stack(spreads, 1)


def fit_state(data):
    rest = rest_of(data)
    names = list(START)
    here = data["there"] > 0
    truth = np.stack([data["v"], data["a"]], 2)[here]

    def loss(values):
        x, deviation = filtered(dict(zip(names, values)), rest, data)
        x, deviation = x[here], deviation[here]
        fit = (np.log(deviation) + 0.5 * ((truth - x) / deviation) ** 2).sum(1).mean()
        # A weak pull to where it began: nothing may run away.
        return fit + 1e-3 * sum((value - START[name]) ** 2 for name, value in zip(names, values))

    bounds = [(None, np.log(FADE_AT_MOST)) if name.startswith("fade") else (None, None) for name in names]
    start = np.minimum([START[name] for name in names], [high if high is not None else np.inf for _, high in bounds])
    found = minimize(loss, start, method="L-BFGS-B", bounds=bounds, options={"maxiter": 60})
    return dict(zip(names, found.x)), rest


def near(data, x, deviation, places):
    """Log-nearness of the state to each mood's place."""
    off = x[:, :, None, :] - places["mean"]
    variance = places["spread"] ** 2 + deviation[:, :, None, :] ** 2
    return (-0.5 * off**2 / variance).sum(-1)


def evidence(data, kept):
    total, out = np.zeros_like(data["moods"][:, 0]), []
    for t in range(data["moods"].shape[1]):
        total = kept * total + data["moods"][:, t]
        out.append(total)
    return np.stack(out, 1)


def places_of(data):
    here = data["there"] > 0
    both = np.stack([data["v"][here], data["a"][here]], 1)
    mood = data["mood"][here]
    mean = np.stack([both[mood == m].mean(0) for m in range(8)])
    within = np.stack([both[mood == m].var(0) for m in range(8)]).mean(0) ** 0.5
    return {"mean": mean, "spread": within}


def scores(data, c, state, places):
    x, deviation = state
    german = data["german"][:, None, None]
    own = lambda key: np.where(german > 0, c["de"][key], c["en"][key])
    bias = np.where(spoke(data)[..., None], own("bias"), c["silent"])
    return bias + own("scale") * evidence(data, KEPT) + own("place") * near(data, x, deviation, places)


def spoke(data):
    """Turns whose words say anything of a mood."""
    return (data["moods"] != 0).any(-1)


def head_start_in_silence(data):
    """Nothing is heard: as frequent as the moods are in such turns."""
    count = np.bincount(data["mood"][(data["there"] > 0) & ~spoke(data)], minlength=8) + 1
    start = FREQUENCY * np.log(count / count.sum())
    return start - start.mean()


def log_softmax(z):
    z = z - z.max(-1, keepdims=True)
    return z - np.log(np.exp(z).sum(-1, keepdims=True))


def fit_category(data, state, places):
    here = (data["there"] > 0) & spoke(data)
    mood = data["mood"][here]
    close = near(data, *state, places)[here]
    said = evidence(data, KEPT)[here]

    def loss(w):
        z = log_softmax(w[:8] + np.exp(w[8]) * said + np.exp(w[9]) * close)
        return -z[np.arange(len(mood)), mood].mean() + 2e-3 * (w[:8] ** 2).mean()

    def slope(w):
        z = np.exp(log_softmax(w[:8] + np.exp(w[8]) * said + np.exp(w[9]) * close))
        z[np.arange(len(mood)), mood] -= 1
        z /= len(mood)
        return np.r_[z.sum(0) + 4e-3 * w[:8] / 8, (z * said).sum() * np.exp(w[8]), (z * close).sum() * np.exp(w[9])]

    w = minimize(loss, np.r_[np.zeros(8), 0.0, -0.7], jac=slope, method="L-BFGS-B",
                 bounds=[(None, None)] * 9 + [(np.log(PLACE_AT_LEAST), None)]).x
    share = np.bincount(mood, minlength=8) / len(mood)
    bias = w[:8] - (1 - FREQUENCY) * np.log(share)
    return {"bias": bias - bias.mean(), "scale": np.exp(w[8]), "place": np.exp(w[9])}


def ahead(data):
    """For each turn before a call's first outburst: whether it comes within AHEAD turns."""
    burst = (data["there"] > 0) & (data["mood"] == 2) & (data["v"] <= OUTBURST[0]) & (data["a"] >= OUTBURST[1])
    first = np.where(burst.any(1), burst.argmax(1), 10**6)
    t = np.arange(data["there"].shape[1])[None]
    before = (data["there"] > 0) & (t < first[:, None])
    return before, (first[:, None] - t <= AHEAD) & before


def announced(features, label, fold):
    """How well a logistic model of `features`, cross-validated, ranks the turns before an outburst: AUC."""
    z = np.empty(len(label))
    for k in range(FOLDS):
        x, y = features[fold != k], label[fold != k].astype(float)

        def loss(w):
            t = x @ w[1:] + w[0]
            return np.logaddexp(0, np.where(y > 0, -t, t)).sum() + (w[1:] ** 2).sum()

        w = minimize(loss, np.r_[-2.5, np.zeros(x.shape[1])], method="L-BFGS-B").x
        z[fold == k] = features[fold == k] @ w[1:] + w[0]
    ranks = np.argsort(np.argsort(z))
    return (ranks[label].mean() - (label.sum() - 1) / 2) / (~label).sum()


def signs(valence, arousal, anger):
    """What may announce an outburst: the state, its change, anger now and so far."""
    last = lambda values: np.concatenate([values[:, :1], values[:, :-1]], 1)
    return np.stack([valence, arousal, valence - last(valence), arousal - last(arousal), anger, np.cumsum(anger, 1),
                     np.minimum.accumulate(valence, 1), np.maximum.accumulate(arousal, 1)], -1)


def macro_f1(truth, read):
    one = lambda m: 2 * ((truth == m) & (read == m)).sum() / max(1, (truth == m).sum() + (read == m).sum())
    return np.mean([one(m) for m in range(8)])


def fit(data):
    p, rest = fit_state(data)
    state = filtered(p, rest, data)
    places = places_of(data)
    rows = {"en": data["german"] == 0, "de": data["german"] > 0}
    own = lambda r: fit_category(pick(data, r), (state[0][r], state[1][r]), places)
    return dict(p=p, rest=rest, places=places, c={"silent": head_start_in_silence(data), **{name: own(r) for name, r in rows.items()}})


def run(model, data):
    state = filtered(model["p"], model["rest"], data)
    posterior = np.exp(log_softmax(scores(data, model["c"], state, model["places"])))
    return state, posterior


def report(data, fold, languages):
    x = np.zeros(data["there"].shape + (2,))
    deviation, posterior = x.copy(), np.zeros(data["there"].shape + (8,))
    for k in range(FOLDS):
        model = fit(pick(data, fold != k))
        (x[fold == k], deviation[fold == k]), posterior[fold == k] = run(model, pick(data, fold == k))
    here = data["there"] > 0
    say = lambda *words: print(*words, file=sys.stderr)
    for axis, name in enumerate(("valence", "arousal")):
        truth, read, spread = data[name[0]][here], x[here][:, axis], deviation[here][:, axis]
        say(f"{name}: rmse {np.sqrt(((truth - read) ** 2).mean()):.3f} (spread {truth.std():.3f}), correlation "
            f"{np.corrcoef(truth, read)[0, 1]:.3f}, in the 90 % interval {(abs(truth - read) <= NINETY * spread).mean():.3f}")
    best = posterior.argmax(-1)
    for name in ("en", "de"):
        rows = here & (languages == name)[:, None]
        say(f"mood {name}: macro-F1 {macro_f1(data['mood'][rows], best[rows]):.3f}, "
            f"top-1 {(data['mood'][rows] == best[rows]).mean():.3f}")
    say(f"mood: macro-F1 {macro_f1(data['mood'][here], best[here]):.3f}")
    before, coming = ahead(data)
    label, folds = coming[before], np.repeat(fold[:, None], before.shape[1], 1)[before]
    read = signs(x[..., 0], x[..., 1], posterior[..., 2])[before]
    true = signs(data["v"], data["a"], (data["mood"] == 2) * data["there"])[before]
    say(f"outburst within {AHEAD} turns ({label.sum()} of {len(label)} turns before one): AUC {announced(read, label, folds):.3f} "
        f"from the readings so far, {announced(true, label, folds):.3f} from the true labels so far")


def rust(model):
    p, (mean, cov), places, c = model["p"], model["rest"], model["places"], model["c"]
    sd = np.sqrt(np.diag(cov))
    two = lambda values: "[" + ", ".join(f"{value:.4f}" for value in values) + "]"
    eight = lambda values: "[\n    " + ",\n    ".join(values) + ",\n]"
    axes = lambda key: np.exp([p[key + "_v"], p[key + "_a"]])
    print("//! Written by models/training/callers/fuse.py; made again with it, not by hand.\n")
    for doc, name, kind, value in [
        ("Valence and arousal of callers at rest.", "REST", "[f32; 2]", two(mean)),
        ("Standard deviation of each over all callers.", "SPREAD", "[f32; 2]", two(sd)),
        ("Their correlation: who is displeased is the more excited.", "CORRELATION", "f32", f"{cov[0, 1] / sd.prod():.4f}"),
        ("Seconds after which what is known of each has faded to 1/e.", "FADE_SECONDS", "[f32; 2]", two(axes("fade"))),
        ("What an observation of each is when nothing was felt.", "OFFSET", "[f32; 2]", two([p["offset_v"], p["offset_a"]])),
        ("How far an observation of each goes beyond that at most.", "SCALE", "[f32; 2]", two(axes("scale"))),
        ("Steepness of each.", "GAIN", "[f32; 2]", two(axes("gain"))),
        ("Variance of an observation from words that say nothing.", "NOISE", "[f32; 2]", two(axes("noise"))),
        ("How fast it falls with what they say.", "TRUST", "[f32; 2]", two(axes("trust"))),
        ("What is left of a turn's evidence for a mood one caller turn later.", "EVIDENCE_KEPT", "f32", f"{KEPT:.4f}"),
        ("What the evidence of the words counts, in English and in German.", "EVIDENCE", "[f32; 2]", two([c["en"]["scale"], c["de"]["scale"]])),
        ("What the nearness to a mood's place counts, in both.", "PLACE", "[f32; 2]", two([c["en"]["place"], c["de"]["place"]])),
        ("How closely a mood keeps to its place.", "PLACE_SPREAD", "[f32; 2]", two(places["spread"])),
        ("Head start of each mood, in English and in German.", "PRIOR", "[[f32; 8]; 2]",
         "[\n    " + ",\n    ".join("[" + ", ".join(f"{v:.4f}" for v in c[code]["bias"]) + "]" for code in ("en", "de")) + ",\n]"),
        ("The same, where nothing was said that speaks for or against any.", "SILENT", "[f32; 8]", "[" + ", ".join(f"{v:.4f}" for v in c["silent"]) + "]"),
        ("Where each mood has its place: valence, arousal.", "PLACES", "[[f32; 2]; 8]", eight([two(v) for v in places["mean"]])),
    ]:
        print(f"/// {doc}\npub(super) const {name}: {kind} = {value};")


def main():
    data, fold, languages = load(sys.argv[1])
    report(data, fold, languages)
    rust(fit(data))


main()
