"""Speech for training: sentences -> synthetic voices -> telephone channel -> packed log-mel shards.

    python synth.py --corpus corpus.json --out shards --seed 1 --shards 60

A shard is made of `--size` spoken sentences. Each is used once or twice through different channels, some are
joined in pairs with a pause, and a few per cent are sounds without speech (empty text). Written per shard:
NAME.npy (uint8 [frames, 80], all examples one after the other), NAME.phones.npy (the phone of each frame, where
the synthesiser tells it) and NAME.json (one row per example).
"""
import argparse
import json
import os
import random
import time

import numpy as np

import channel
import coined
import noise
import voices
from corpus import label_of
from features import log_mel, pack
from languages import HERE_SPOKEN
from lexicon import PHONES

MAX_SECONDS = 9.2
# How often a sentence of each kind is spoken; `template` draws a template first, so that those of few sentences count.
SHARES = {'call': 0.15, 'template': 0.30, 'dialogue': 0.12, 'short': 0.06, 'everyday': 0.29, 'coined': 0.08}
PAUSE, UNKNOWN = PHONES.index('pau'), 255
LETTER_NAMES = {'A': 'ay'} if HERE_SPOKEN.code == 'en' else {}


def spoken_form(text, rng):
    """What the synthesiser is given: sometimes without commas; the letter A by its name."""
    if rng.random() < 0.3:
        text = text.replace(',', '')
    return ' '.join(LETTER_NAMES.get(w.strip(',.?!'), w) for w in text.split())


def draw_items(corpus, size, rng):
    """Chooses sentences, voices and manners for a shard."""
    names, weights = zip(*voices.KNOWN.items())
    short = [row for part in ('train_call', 'train_dialogue') for row in corpus[part] if len(row[1].split()) <= 4]
    by_template = {}
    for row in corpus['train_call']:
        by_template.setdefault(row[2], []).append(row)
    pools = {'call': corpus['train_call'], 'template': list(by_template.values()), 'dialogue': corpus['train_dialogue'], 'short': short,
             'everyday': corpus.get('train_everyday'), 'coined': coined.TEMPLATES if HERE_SPOKEN.code == 'en' else None}
    pools = {name: pool for name, pool in pools.items() if pool}
    shares = [SHARES[name] for name in pools]
    items = []
    for _ in range(size):
        name = rng.choices(list(pools), shares)[0]
        drawn = rng.choice(pools[name])
        if name == 'template':
            drawn = rng.choice(drawn)
        text, label = coined.sentence(drawn, rng) if name == 'coined' else drawn[:2]
        voice = rng.choices(names, weights)[0]
        items.append({'voice': voice, 'text': text, 'label': label, 'settings': voices.draw_settings(voice, rng)})
    return items


def pause(seconds):
    return np.zeros(int(seconds * 16000), np.float32)


def speech_part(x, threshold=0.004):
    """(begin, end) without the synthesiser's own silence, so that ours decides."""
    loud = np.flatnonzero(np.abs(x) > threshold)
    return (max(0, loud[0] - 320), loud[-1] + 800) if len(loud) else (0, len(x))


def label_frames(ends, count, shift, speed):
    """Phone number of each mel frame, UNKNOWN where the synthesiser did not tell; `shift` in seconds."""
    labels = np.full(count, UNKNOWN if ends is None else PAUSE, np.uint8)
    begin = 0.0
    for phone, end in ends or []:
        first, last = (round(100 * (t + shift) / speed) for t in (begin, end))
        labels[max(0, first):max(0, last)] = PHONES.index(phone) if phone in PHONES else UNKNOWN
        begin = end
    return labels


def background(length, babble, rng, np_rng):
    """Noise of a random kind at 16 kHz, to be mixed under the speech before the channel."""
    kind = rng.random()
    if kind < 0.3:
        return noise.coloured(length, np_rng, 0)
    if kind < 0.7:
        return noise.coloured(length, np_rng, rng.uniform(0.5, 2))
    if kind < 0.8:
        return noise.hum(length, np_rng, 16000)
    mixed = np.zeros(length, np.float32)
    for other in rng.sample(babble, min(4, len(babble))):
        mixed += np.resize(other, length)
    return mixed


def through_channel(spoken, babble, rng, np_rng):
    """One speech example: level, silence around it, noise, and in 75 % of cases the telephone line."""
    x, ends = spoken
    begin, end = speech_part(x)
    if rng.random() < 0.1:
        begin += 320  # an onset cut by the voice activity detector
    lead = rng.uniform(0, 0.3)
    x = np.concatenate([pause(lead), x[begin:end] / (np.abs(x).max() + 1e-6) * 0.5, pause(rng.uniform(0.1, 0.7))])
    if rng.random() < 0.6:
        decibels = rng.uniform(12, 40)
        x = channel.add_noise(x, background(len(x), babble, rng, np_rng), decibels)
    speed = rng.uniform(0.87, 1.15) if rng.random() < 0.6 else 1.0  # other throats: pitch and formants move together
    if rng.random() < 0.75:
        x = channel.to_wide(channel.telephone(x, rng, speed=speed), rng)
    else:
        x = channel.resample(x, 16000, 16000, speed=speed)
    frames, top = pack(log_mel(x))
    return frames, top, label_frames(ends, len(frames), lead - begin / 16000, speed)


def negative(rng, np_rng):
    """One example without speech; most of them coded as on the line."""
    kind = rng.choice([k for k in noise.KINDS for _ in range(3 if k == 'music' else 1)])
    x = noise.negative(kind, rng.uniform(0.4, 8.5), np_rng)
    if rng.random() < 0.8:
        x = channel.mu_law(x).astype(np.float32)
    return channel.to_wide(x, rng), kind


def joined(clean, items, rng):
    """A pair from the same voice with a pause of 150-450 ms, or None."""
    i = rng.randrange(len(clean))
    same = [j for j, item in enumerate(items) if clean[j] is not None and item['voice'] == items[i]['voice']]
    j = rng.choice(same) if same else i
    if clean[i] is None or i == j:
        return None
    (x, x_ends), (y, y_ends) = clean[i], clean[j]
    (x0, x1), (y0, y1) = speech_part(x), speech_part(y)
    gap = pause(rng.uniform(0.15, 0.45))
    both = np.concatenate([x[:x1], gap, y[y0:y1]])
    shift = (x1 + len(gap) - y0) / 16000
    ends = None
    if x_ends and y_ends:
        ends = [e for e in x_ends if e[1] < x1 / 16000]
        ends += [('pau', shift + y0 / 16000)] + [(p, t + shift) for p, t in y_ends if t > y0 / 16000]
    label = items[i]['label'] + ' ' + items[j]['label']
    return None if len(both) > 8.4 * 16000 else ((both, ends), label, items[i]['voice'])


def make_shard(corpus, size, seed):
    """(uint8 frames, phone numbers of the frames, rows [first frame, frames, maximum, text, voice])."""
    rng, np_rng = random.Random(seed), np.random.default_rng(seed)
    items = draw_items(corpus, size, rng)
    clean = voices.speak_all([(t['voice'], spoken_form(t['text'], rng), t['settings']) for t in items])
    clean = [c if c is not None and 0.2 < len(c[0]) / 16000 < MAX_SECONDS else None for c in clean]
    usable = [i for i, c in enumerate(clean) if c is not None]
    babble = [clean[i][0] for i in usable[:200]]
    speech = [(clean[i], items[i]['label'], items[i]['voice']) for i in usable]
    speech += rng.sample(speech, int(len(speech) * 0.5))  # half of them a second time, through another channel
    speech += [pair for _ in range(int(size * 0.3)) if (pair := joined(clean, items, rng))]
    examples = [(*through_channel(spoken, babble, rng, np_rng), label, voice) for spoken, label, voice in speech]
    for _ in range(int(len(examples) * 0.036)):
        x, kind = negative(rng, np_rng)
        frames, top = pack(log_mel(x))
        examples.append((frames, top, np.full(len(frames), PAUSE, np.uint8), '', kind))
    examples = [e for e in examples if len(e[0]) <= 990]
    rows, at = [], 0
    for frames, top, _, label, voice in examples:
        rows.append([at, len(frames), round(top, 4), label_of(label), voice])
        at += len(frames)
    return np.concatenate([e[0] for e in examples]), np.concatenate([e[2] for e in examples]), rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--corpus', default='corpus.json')
    parser.add_argument('--out', default='shards')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--shards', type=int, default=60)
    parser.add_argument('--size', type=int, default=800)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    with open(options.corpus) as f:
        corpus = json.load(f)
    for k in range(options.shards):
        started = time.time()
        path = os.path.join(options.out, f'{options.seed:03d}-{k:04d}')
        if os.path.exists(path + '.json'):
            continue
        frames, phones, rows = make_shard(corpus, options.size, options.seed * 100003 + k)
        np.save(path + '.npy', frames)
        np.save(path + '.phones.npy', phones)
        with open(path + '.part', 'w') as f:
            json.dump(rows, f)
        os.replace(path + '.part', path + '.json')  # the .json marks a finished shard
        print(path, len(rows), f'{len(frames) / 360000:.2f} h, {time.time() - started:.0f} s', flush=True)


if __name__ == '__main__':
    main()
