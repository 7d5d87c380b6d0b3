"""Trains the small Whisper on packed shards: pure matrix products, no audio work.

    python train.py --shards shards --tokenizer tok.json --out run.pt --minutes 100 [--from old.pt | --resume]

The learning rate warms up, stays, and falls over the last part of the time (`--decay`). A running average of the
weights is saved beside the raw ones and is what gets exported. New shards are picked up while training runs.
"""
import argparse
import collections
import copy
import glob
import json
import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
import torch.nn.functional as F

import model as network
from features import RANGE

UNKNOWN = 255  # a frame whose phone is not known


class Shards:
    """All finished shards of some folders, in memory as bytes. A folder's share says how often it is drawn."""

    def __init__(self, folders, shares=None):
        self.known = set()
        self.counts = collections.Counter()
        self.rows = {folder: [] for folder in folders}
        self.shares = dict(zip(folders, shares or [1.0] * len(folders)))

    def refresh(self):
        for folder, rows in self.rows.items():
            for path in sorted(set(glob.glob(os.path.join(folder, '*.json'))) - self.known):
                frames = torch.from_numpy(np.load(path[:-5] + '.npy'))
                phones = torch.from_numpy(np.load(path[:-5] + '.phones.npy'))
                with open(path) as f:
                    fresh = json.load(f)
                rows += [(frames, *row, phones) for row in fresh]
                self.counts.update(w for row in fresh for w in row[3].split())
                self.known.add(path)
        self.rare = Rare(self.counts)
        return {folder: len(rows) for folder, rows in self.rows.items()}

    def batches(self, budget, count=4000):
        """About `count` examples in batches of similar length, each holding at most `budget` frames."""
        total = sum(share for folder, share in self.shares.items() if self.rows[folder])
        drawn = []
        for folder, rows in self.rows.items():
            drawn += random.sample(rows, min(len(rows), int(count * self.shares[folder] / total)))
        order = sorted(drawn, key=lambda r: r[2] + random.randint(-25, 25))
        batches, current, longest = [], [], 0
        for row in order:
            longest = max(longest, row[2])
            if current and longest * (len(current) + 1) > budget:
                batches.append(current)
                current, longest = [], row[2]
            current.append(row)
        random.shuffle(batches)
        return batches


class Rare:
    """Words that a project might have to name: seen less than once in 5,000 words."""

    def __init__(self, counts):
        limit = counts.total() / 5000
        self.words = [w for w, count in counts.items() if len(w) > 3 and count < limit]
        self.known = set(self.words)

    def __contains__(self, word):
        return word in self.known


def normalise(frames, top):
    """uint8 frames -> what whisper.cpp feeds its encoder, for a maximum of `top`."""
    value = torch.maximum(frames.float() * (RANGE / 255) + (top - RANGE), torch.tensor(-10.0))
    return (value + 4) / 4


def collate(rows, augment=True):
    """Mels [batch, 80, frames] with random gain and light masking; the rest is the floor, as after padding."""
    length = max(r[2] for r in rows) + (random.randint(0, 40) if augment else 10)
    length = min(1000, -(-length // 16) * 16)
    out = torch.empty(len(rows), length, 80)
    for i, (frames, start, count, top, text, *_) in enumerate(rows):
        piece = frames[start:start + count]
        if augment and text:
            top = top + random.uniform(-1.6, 0.8)
        out[i] = (max(-10.0, top - RANGE) + 4) / 4
        out[i, :count] = normalise(piece, top)
        if augment and text and random.random() < 0.5:
            low = out[i].min()
            band, start_t = random.randint(0, 70), random.randint(0, max(0, count - 12))
            out[i, :, band:band + random.randint(1, 9)] = low
            out[i, start_t:start_t + random.randint(1, 11)] = low
    return out.transpose(1, 2).contiguous()


def prompts(rows, rare, share=0.8):
    """A vocabulary for each row, as a project may give one: most rare words of its text, among words it lacks."""
    others = random.choice([2, 6, 16])  # alike in a batch, which is as long as its longest row
    out = []
    for row in rows:
        own = [w for w in dict.fromkeys(row[4].split()) if w in rare]
        chosen = [w for w in own if random.random() < share]
        chosen += [w for w in random.sample(rare.words, min(len(rare.words), random.randint(0, others))) if w not in own]
        random.shuffle(chosen)
        out.append(' '.join(chosen))
    return out


def targets(rows, v, vocabularies=None, wrong=0.15):
    """Decoder input and target; for empty texts the target at the first place is END (no-speech is added in loss).

    A share of the input pieces is replaced by wrong ones: the decoder must then listen, not guess from the text.
    A vocabulary stands before the text as whisper.cpp puts its initial prompt there.
    """
    ids = [v.encode(r[4]) for r in rows]
    heads = [[v.previous] + v.encode(words) if words else [] for words in vocabularies or [''] * len(rows)]
    length = max(len(h) + len(t) for h, t in zip(heads, ids)) + 2
    given = torch.full((len(rows), length), v.end)
    wanted = torch.full((len(rows), length), -100)
    for i, (head, t) in enumerate(zip(heads, ids)):
        heard = torch.tensor([v.start, v.no_timestamps] + t)
        swap = (torch.rand(len(heard)) < wrong) & (heard < v.pieces)
        heard[swap] = torch.randint(v.pieces, (int(swap.sum()),))
        begin, end = len(head), len(head) + len(t) + 2
        given[i, :begin], given[i, begin:end] = torch.tensor(head, dtype=torch.long), heard
        wanted[i, begin + 1:end] = torch.tensor(t + [v.end])
    return given, wanted


def decoder_loss(logits, wanted, is_empty, v, smoothing=0.05):
    """Cross-entropy with smoothing over the used rows; half of the mass of an empty text goes to no-speech."""
    keep = wanted != -100
    empty = is_empty[:, None] & keep
    log_p, wanted, empty = F.log_softmax(logits[keep], -1), wanted[keep], empty[keep]
    hit = log_p.gather(1, wanted[:, None])[:, 0]
    hit = torch.where(empty, 0.5 * hit + 0.5 * log_p[:, v.no_speech], hit)
    return -((1 - smoothing) * hit + smoothing * log_p[:, :v.pieces + 1].mean(-1)).mean()


def ctc_loss(sound, rows, head, lexicon):
    """Phones by CTC: needs no times, so it also teaches from the voices whose phone times are unknown.

    Texts with a word whose phones are not known (a made-up name) are left out.
    """
    told = [i for i, r in enumerate(rows) if all(w in lexicon for w in r[4].split())]
    if not told:
        return torch.zeros(())
    rows = [rows[i] for i in told]
    log_p = F.log_softmax(head(sound[told]).float(), -1).transpose(0, 1)
    phones = [[p + 1 for w in r[4].split() for p in lexicon.get(w, [])] for r in rows]
    flat = torch.tensor([p for t in phones for p in t])
    frames = torch.tensor([min(r[2] // 2, log_p.shape[0]) for r in rows])
    loss = F.ctc_loss(log_p, flat, frames, torch.tensor([len(t) for t in phones]), reduction='none',
                      zero_infinity=True)
    return loss.sum() / max(1, len(flat))


def frame_loss(sound, rows, head):
    """The phone of every 20 ms, where the synthesiser told it: the quickest teacher of the encoder."""
    wanted = torch.full(sound.shape[:2], UNKNOWN)
    for i, row in enumerate(rows):
        phones = row[6][row[1]:row[1] + row[2]:2].long()[:sound.shape[1]]
        wanted[i, :len(phones)] = phones
    known = wanted != UNKNOWN
    return F.cross_entropy(head(sound[known]).float(), wanted[known]) if known.any() else torch.zeros(())


def rate_factor(elapsed, total, decay, step):
    warm = min(1.0, (step + 1) / 150)
    left = (total - elapsed) / (decay * total)
    return warm * max(0.01, min(1.0, left))


def gradients(work, rows, weights, lexicon, rare):
    """Forward and backward of one batch in `work`, a bf16 copy of the network; the three losses."""
    torch.set_num_threads(1)  # OpenMP keeps this setting per thread
    given, wanted = targets(rows, work.vocabulary, prompts(rows, rare) if random.random() < 0.3 else None)
    sound = work.encoder(collate(rows).bfloat16())
    logits = work.decoder(given, sound)
    is_empty = torch.tensor([not r[4] for r in rows])
    losses = [decoder_loss(logits, wanted, is_empty, work.vocabulary), ctc_loss(sound, rows, work.ctc, lexicon),
              frame_loss(sound, rows, work.frames)]
    sum(w * loss for w, loss in zip(weights, losses)).backward()
    return [loss.item() for loss in losses]


def train_step(model, works, batches, optimiser, pool, weights, lexicon, rare):
    """One step: each thread takes its own batch through its own bf16 copy; the update is in full precision.

    Threads that meet once per step lose much less on a busy machine than threads that meet in every product,
    and plain bf16 copies are a quarter faster on AMX than autocast, which converts at every layer.
    """
    losses = list(pool.map(lambda work, rows: gradients(work, rows, weights, lexicon, rare), works, batches))
    masters = list(model.parameters())
    copies = [list(work.parameters()) for work in works]
    for i, master in enumerate(masters):
        grads = [c[i].grad.float() for c in copies if c[i].grad is not None]
        master.grad = sum(grads) / len(works) if grads else None
        for c in copies:
            c[i].grad = None
    torch.nn.utils.clip_grad_norm_(masters, 1.0)
    optimiser.step()
    with torch.no_grad():
        for c in copies:
            torch._foreach_copy_(c, masters)
    return np.mean(losses, 0)


def average(target, model, step):
    """Running average of the weights, in place."""
    keep = min(0.99, (step + 1) / (step + 10))
    with torch.no_grad():
        for name, value in model.state_dict().items():
            target[name].mul_(keep).add_(value, alpha=1 - keep)


def start(options):
    """(model, running average, what a resumed run saved)."""
    torch.set_num_threads(1)
    tokenizer = open(options.tokenizer).read() if options.tokenizer else None
    source = options.out if options.resume and os.path.exists(options.out) else options.start_from
    if source is None:
        model = network.SmallWhisper(network.Vocabulary(tokenizer))
        return model, {k: v.clone() for k, v in model.state_dict().items()}, {}
    model, state = network.load_checkpoint(source, tokenizer, options.encoder_layers)
    resumed = state if source == options.out else {}
    mean = resumed.get('average') or {k: v.clone() for k, v in model.state_dict().items()}
    return model, mean, resumed


def fit(options, data, lexicon):
    """Trains until the time is over or the process is asked to end; saves every two minutes and at the end."""
    model, mean, resumed = start(options)
    works = [copy.deepcopy(model).bfloat16() for _ in range(options.threads)]
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    if resumed:
        optimiser.load_state_dict(resumed['optimisers'][0])
    step, before = resumed.get('step', 0), resumed.get('seconds', 0.0)
    weights, pool = (1.0, options.ctc, options.phones), ThreadPoolExecutor(options.threads)
    queue, seen, sums, stopped, elapsed = [], 0, [], [], before
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))  # finish the step, save, leave
    began = saved_at = time.time()

    def save():
        network.save_checkpoint(options.out, model, average=mean, step=step, seconds=elapsed,
                                optimisers=[optimiser.state_dict()])

    while not stopped and (elapsed := before + time.time() - began) < options.minutes * 60:
        if len(queue) < options.threads:
            print('utterances', data.refresh(), flush=True)
            queue = data.batches(options.frames)
        factor = rate_factor(elapsed, options.minutes * 60, options.decay, step)
        for group in optimiser.param_groups:
            group['lr'] = options.rate * factor
        batches = [queue.pop() for _ in works]
        sums.append(train_step(model, works, batches, optimiser, pool, weights, lexicon, data.rare))
        average(mean, model, step)
        step, seen = step + 1, seen + sum(map(len, batches))
        if step % 50 == 0:
            decoder, ctc, frames = np.mean(sums, 0)
            print(f'{step} {elapsed:.0f} s, {seen / (time.time() - began):.0f}/s, rate {factor:.2f}, '
                  f'decoder {decoder:.3f}, ctc {ctc:.3f}, frames {frames:.3f}', flush=True)
            sums.clear()
        if time.time() - saved_at > 120:
            saved_at = time.time()
            save()
    save()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--shards', nargs='+', default=['shards'])
    parser.add_argument('--shares', nargs='+', type=float, help='one for each folder')
    parser.add_argument('--tokenizer')
    parser.add_argument('--lexicon', default='phones.json')
    parser.add_argument('--out', default='run.pt')
    parser.add_argument('--from', dest='start_from')
    parser.add_argument('--encoder-layers', type=int, help='deepen the network of --from: new layers begin as nothing')
    parser.add_argument('--resume', action='store_true')
    parser.add_argument('--minutes', type=float, default=180)
    parser.add_argument('--rate', type=float, default=1.5e-3)
    parser.add_argument('--decay', type=float, default=0.55, help='part of the time in which the rate falls to zero')
    parser.add_argument('--ctc', type=float, default=0.4, help='weight of the CTC loss')
    parser.add_argument('--phones', type=float, default=1.0, help='weight of the frame loss')
    parser.add_argument('--frames', type=int, default=4500, help='mel frames in a batch of one thread')
    parser.add_argument('--threads', type=int, default=2)
    options = parser.parse_args()
    with open(options.lexicon) as f:
        lexicon = json.load(f)
    fit(options, Shards(options.shards, options.shares), lexicon)


if __name__ == '__main__':
    main()
