"""Fits the built-in voice activity detector's weights to its own features.

    python material.py /tmp/vad/train --seed 1 --clips 400
    python material.py /tmp/vad/check --seed 2 --clips 120 --check
    cargo build --release -p attune-audio --example vad_features
    python train.py --features target/release/examples/vad_features --train /tmp/vad/train --check /tmp/vad/check \
        --out audio/src/vad/weights.rs

One hidden layer of tanh units, cross-entropy per frame, music counted more than its share. Prints what it reaches on the
check material, per kind of sound.
"""
import argparse
import os
import struct
import subprocess
import tempfile

import numpy as np
import torch


# What a frame without and one with speech count, where it is not 1: music must not open an utterance, and the voice
# that comes after it must be heard at once.
WEIGHTS = {'music': (2.0, 1.0), 'tones': (2.0, 1.0), 'hold-then-speech': (1.5, 3.0)}


def load(program, folder):
    """(features, labels, clip names) of a folder."""
    listing = os.path.join(folder, 'list.txt')
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run([program, listing, out.name], check=True)
        data = open(out.name, 'rb').read()
    at, clips = 0, []
    for path in open(listing).read().split('\n'):
        if not path:
            continue
        frames, width = struct.unpack_from('<II', data, at)
        at += 8
        x = np.frombuffer(data, '<f4', frames * width, at).reshape(frames, width)
        at += 4 * frames * width
        label = path[:-4] + '.npy'
        y = np.load(label) if os.path.exists(label) else np.full(frames, 2, np.uint8)
        n = min(len(x), len(y))
        clips.append((os.path.basename(path)[5:-4], x[:n, :-1], y[:n]))
    return clips


def fit(clips, hidden, epochs, seed=1):
    torch.manual_seed(seed)
    x = torch.tensor(np.concatenate([x for _, x, _ in clips]))
    y = torch.tensor(np.concatenate([y for _, _, y in clips]).astype(np.float32))
    weight = torch.tensor(np.concatenate([
        np.where(y == 2, 0.0, np.where(y == 0, *WEIGHTS.get(kind, (1.0, 1.0)))) for kind, _, y in clips]).astype(np.float32))
    mean, scale = x.mean(0), x.std(0) + 1e-3
    z = (x - mean) / scale
    net = torch.nn.Sequential(torch.nn.Linear(x.shape[1], hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, 1))
    optimizer = torch.optim.AdamW(net.parameters(), 4e-3, weight_decay=1e-3)
    steps = epochs * (len(z) // 8192)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for step in range(steps):
        pick = torch.randint(len(z), (8192,))
        # A little noise on the features keeps the weights from leaning on exact values.
        logit = net(z[pick] + 0.1 * torch.randn(8192, z.shape[1]))[:, 0]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logit, (y[pick] == 1).float(), weight[pick])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        w1 = net[0].weight / scale
        b1 = net[0].bias - w1 @ mean
    return [t.detach().numpy() for t in (w1, b1, net[2].weight[0], net[2].bias)]


def apply(weights, x):
    w1, b1, w2, b2 = weights
    return 1 / (1 + np.exp(-(np.tanh(x @ w1.T + b1) @ w2 + b2)))


def report(weights, clips):
    kinds = {}
    for kind, x, y in clips:
        p = apply(weights, x) >= 0.5
        entry = kinds.setdefault(kind, np.zeros(4))
        entry += [np.sum(p & (y == 1)), np.sum(y == 1), np.sum(p & (y == 0)), np.sum(y == 0)]
    for kind, (hit, speech, false, other) in sorted(kinds.items()):
        found = f'{hit / speech:6.1%} of speech found' if speech else ' ' * 22
        print(f'{kind:18} {found}  {60 * false / max(other, 1):5.2f} s false per minute without speech')
    total = sum(kinds.values())
    print(f'all: {(total[0] + total[3] - total[2]) / (total[1] + total[3]):.1%} of frames right')


def rust(weights):
    w1, b1, w2, b2 = weights
    row = lambda values: ', '.join(f'{v:.4f}' for v in values)
    lines = ['//! Weights of the built-in voice activity detector. Written by models/training/vad/train.py; do', '//! not edit.', '',
             'use super::features::FEATURES;', '', f'pub(super) const HIDDEN: usize = {len(b1)};', '', '#[rustfmt::skip]',
             'pub(super) const INPUT_WEIGHTS: [[f32; FEATURES]; HIDDEN] = [']
    lines += [f'    [{row(r)}],' for r in w1]
    lines += ['];', '', '#[rustfmt::skip]', f'pub(super) const INPUT_BIAS: [f32; HIDDEN] = [{row(b1)}];', '', '#[rustfmt::skip]',
              f'pub(super) const OUTPUT_WEIGHTS: [f32; HIDDEN] = [{row(w2)}];', '', f'pub(super) const OUTPUT_BIAS: f32 = {row(b2)};', '']
    return '\n'.join(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--features', required=True)
    parser.add_argument('--train', required=True)
    parser.add_argument('--check', required=True)
    parser.add_argument('--out')
    parser.add_argument('--hidden', type=int, default=16)
    parser.add_argument('--epochs', type=int, default=30)
    args = parser.parse_args()
    weights = fit(load(args.features, args.train), args.hidden, args.epochs)
    report(weights, load(args.features, args.check))
    if args.out:
        with open(args.out, 'w') as file:
            file.write(rust(weights))


if __name__ == '__main__':
    main()
