"""Word error rate of a checkpoint, or of texts decoded elsewhere, on a set written by testset.py.

    python evaluate.py SET --checkpoint run.pt
    python evaluate.py SET --decoded texts.tsv      (columns: file ... text, from decode/, that is, whisper.cpp)

Prints WER per voice, per kind of held-out sentence and in all.
"""
import argparse
import collections
import csv
import os
import re

import numpy as np
import torch

import model as network
from features import HOP, RANGE, log_mel, pack
from train import normalise
from voices import read_wave


def word_errors(reference, text):
    """Smallest number of substituted, missing and added words."""
    r, h = reference.split(), text.split()
    row = list(range(len(h) + 1))
    for i, word in enumerate(r, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(h, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return row[-1]


def read_manifest(folder):
    with open(os.path.join(folder, 'manifest.csv'), newline='') as f:
        return [(row['file'], row['text']) for row in csv.DictReader(f)]


def decode_checkpoint(path, folder, files, margin=0, raw=False, vocabulary=''):
    """Texts by PyTorch, one utterance at a time with a context fitted to its length, as in the product."""
    model, state = network.load_checkpoint(path)
    if not raw and 'average' in state:
        model.load_state_dict(state['average'])
    model.eval()
    texts = {}
    for name, _ in files:
        samples = read_wave(os.path.join(folder, name))
        frames, top = pack(log_mel(samples))
        mel = normalise(torch.from_numpy(frames), top)
        floor = (max(-10.0, top - RANGE) + 4) / 4
        whole = torch.full((min(1000, len(mel) + 2 * margin), 80), floor)
        whole[:min(len(mel), len(whole))] = mel[:len(whole)]
        texts[name] = model.transcribe(whole.T[None], limit=14 + 12 * len(samples) // (100 * HOP),
                                        vocabulary=vocabulary)[0]
    return texts


def read_decoded(path):
    """Texts by file name from tab-separated lines: path first, text last."""
    with open(path) as f:
        rows = [line.rstrip('\n').split('\t') for line in f]
    return {os.path.basename(r[0]): re.sub(r'\s+', ' ', r[-1]).strip() for r in rows}


def tally(files, texts):
    """{group: (files, words, errors)}. A group is a voice, a kind, or all."""
    errors, words = collections.Counter(), collections.Counter()
    count = collections.Counter()
    for name, reference in files:
        voice, kind = name.rsplit('-', 2)[:2]
        wrong = word_errors(reference, texts.get(name, ''))
        for group in ('voice ' + voice, 'kind ' + kind, 'all'):
            errors[group] += wrong
            words[group] += len(reference.split())
            count[group] += 1
    return {group: (count[group], words[group], errors[group]) for group in sorted(count)}


def report(files, texts):
    """Prints the word error rate of every group."""
    for group, (count, words, errors) in tally(files, texts).items():
        rate = f'{100 * errors / words:5.1f} %' if words else f'{errors} words'
        print(f'{group:38s} {count:5d} files {words:6d} words   WER {rate}')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('folder')
    parser.add_argument('--checkpoint')
    parser.add_argument('--raw', action='store_true')
    parser.add_argument('--vocabulary', help='file of words to tell the network before each file, one a line')
    parser.add_argument('--decoded')
    parser.add_argument('--show', type=int, default=0, help='print so many wrong texts')
    options = parser.parse_args()
    torch.set_num_threads(1)
    files = read_manifest(options.folder)
    words = ' '.join(open(options.vocabulary).read().split()) if options.vocabulary else ''
    texts = (read_decoded(options.decoded) if options.decoded
             else decode_checkpoint(options.checkpoint, options.folder, files, raw=options.raw, vocabulary=words))
    report(files, texts)
    for name, reference in [f for f in files if texts.get(f[0], '') != f[1]][:options.show]:
        print(f'{name}\n  said  {reference}\n  heard {texts.get(name, "")}')


if __name__ == '__main__':
    main()
