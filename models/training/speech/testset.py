"""Writes a telephone-channel evaluation set of held-out sentences, the same for the same seed.

    python testset.py OUT_DIR [-n 400] [--voices flite:rms,flite:slt] [--unheard]
    python testset.py OUT_DIR --names        (made-up names; vocabulary.txt lists them, for a recogniser that takes one)
    python testset.py OUT_DIR --negatives [--seconds 60] [--copies 1]

OUT_DIR gets 8 kHz 16-bit WAV files (300-3400 Hz, mu-law coded and decoded) and manifest.csv with the columns
file,text,lang. A file is named VOICE-KIND-NUMBER.wav; the kinds of held-out sentence are `dialogue` (dialogue
data), `call` (known template, unseen sentence) and `template` (template never used in training).
"""
import argparse
import csv
import json
import os
import random
import wave

import numpy as np

import channel
import coined
import noise
import voices
from languages import HERE_SPOKEN
from synth import pause, speech_part, spoken_form

KINDS = {'en': ['dialogue', 'call', 'template'], 'de': ['everyday', 'call', 'template']}[HERE_SPOKEN.code]


def write_wave(path, samples):
    data = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
    with wave.open(path, 'wb') as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(channel.NARROW)
        f.writeframes(data.tobytes())


def choose(corpus, kind, count, rng):
    """Sentences of one kind; templates come up equally often, however many sentences they make."""
    groups = {}
    for row in corpus['test_' + kind]:
        groups.setdefault(row[2] if kind in ('call', 'template') else row[1], []).append(row)
    keys = sorted(groups)
    chosen = {}
    while len(chosen) < min(count, len(corpus['test_' + kind])):
        row = rng.choice(groups[rng.choice(keys)])
        chosen[row[1]] = row[0]
    return [(kind, spoken, label) for label, spoken in chosen.items()]


def on_the_line(x, np_rng):
    """Clear speech over a fixed telephone line with a little line noise."""
    begin, end = speech_part(x)
    x = np.concatenate([pause(0.2), x[begin:end], pause(0.4)])
    x = x / (np.abs(x).max() + 1e-6) * 0.5
    x = channel.add_noise(x, noise.coloured(len(x), np_rng, 1.0), 35)
    return channel.telephone(x)


def held_out(corpus, count, rng):
    """[(kind, spoken, label)]"""
    return [row for kind in KINDS for row in choose(corpus, kind, -(-count // len(KINDS)), rng)][:count]


def with_names(count, rng):
    """[(kind, spoken, label)] with names that are in no training text, and the names."""
    with open(os.path.join(os.path.dirname(__file__), 'names-held-out.txt')) as f:
        names = f.read().split('\n')[:-1]
    rows = []
    for k in range(count):
        chosen = rng.sample(names, 2)
        text = coined.TEMPLATES[k % len(coined.TEMPLATES)].replace('{n}', chosen[0]).replace('{m}', chosen[1])
        rows.append(('names', text, text.replace(',', '').replace('?', '')))
    return rows, names


def speech_set(rows, names, weights, seed):
    """[(file name, samples, label)]"""
    rng, np_rng = random.Random(seed), np.random.default_rng(seed)
    items = []
    for kind, spoken, label in rows:
        voice = rng.choices(names, weights)[0]
        items.append((voice, spoken_form(spoken, rng), voices.draw_settings(voice, rng), kind, label))
    out = []
    for k, (item, spoken) in enumerate(zip(items, voices.speak_all([i[:3] for i in items]))):
        x = spoken[0] if spoken else None
        if x is not None and len(x) < 9 * 16000:
            name = item[0].split(':')[0] + '.' + item[0].split(':')[1].replace('_', '')
            out.append((f'{name}-{item[3]}-{k:04d}.wav', on_the_line(x, np_rng), item[4]))
    return out


def negative_set(seconds, copies, seed):
    """Files of each kind of sound without speech."""
    np_rng = np.random.default_rng(seed)
    return [(f'negative-{kind}-{k:04d}.wav', channel.mu_law(noise.negative(kind, seconds, np_rng)), '')
            for kind in noise.KINDS for k in range(copies)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('out')
    parser.add_argument('-n', type=int, default=400)
    parser.add_argument('--corpus', default=os.environ.get('CORPUS', 'corpus.json'), help='made by corpus.py')
    parser.add_argument('--voices', help='comma-separated; default: all known ones, weighted as in training')
    parser.add_argument('--unheard', action='store_true', help='the voices kept out of training')
    parser.add_argument('--names', action='store_true', help='sentences with made-up names, and their vocabulary')
    parser.add_argument('--negatives', action='store_true', help='60 s of each sound without speech instead')
    parser.add_argument('--seconds', type=float, default=60, help='length of each negative')
    parser.add_argument('--copies', type=int, default=1, help='files of each kind of negative')
    parser.add_argument('--seed', type=int, default=20)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    if options.negatives:
        files = negative_set(options.seconds, options.copies, options.seed)
    else:
        with open(options.corpus) as f:
            corpus = json.load(f)
        named = options.voices.split(',') if options.voices else voices.UNHEARD if options.unheard else None
        names = named or list(voices.KNOWN)
        weights = [1.0] * len(names) if named else list(voices.KNOWN.values())
        rng = random.Random(options.seed)
        if options.names:
            rows, listed = with_names(options.n, rng)
            with open(os.path.join(options.out, 'vocabulary.txt'), 'w') as f:
                f.write('\n'.join(listed) + '\n')
        else:
            rows = held_out(corpus, options.n, rng)
        files = speech_set(rows, names, weights, options.seed)
    with open(os.path.join(options.out, 'manifest.csv'), 'w', newline='') as f:
        table = csv.writer(f)
        table.writerow(['file', 'text', 'lang'])
        for name, samples, text in files:
            write_wave(os.path.join(options.out, name), samples)
            table.writerow([name, text, HERE_SPOKEN.code])
    print(options.out, len(files), 'files')


if __name__ == '__main__':
    main()
