"""Sounds without speech: line noise, hum, tones, coded music, breath and clicks.

They are mixed under speech, and alone they are the examples on which the recogniser must stay silent.
"""
import numpy as np
import scipy.fft

RATE = 8000
DTMF = [(r, c) for r in (697, 770, 852, 941) for c in (1209, 1336, 1477, 1633)]


def coloured(count, rng, slope=0.0):
    """Noise whose power falls by f ** -slope: 0 is white, 1 is pink, 2 is brown."""
    spectrum = scipy.fft.rfft(rng.standard_normal(count).astype(np.float32))
    shape = np.maximum(np.arange(len(spectrum)), 4) ** (-slope / 2)
    out = scipy.fft.irfft(spectrum * shape, count)
    return (out / (np.std(out) + 1e-9) * 0.1).astype(np.float32)


def hum(count, rng, rate=RATE):
    """Mains hum with harmonics."""
    t = np.arange(count) / rate
    base = rng.choice([50.0, 60.0]) * rng.uniform(0.995, 1.005)
    out = sum(rng.uniform(0.1, 1) / k * np.sin(2 * np.pi * base * k * t + rng.uniform(0, 6)) for k in range(1, 9))
    return (0.1 * out).astype(np.float32)


def cadence(count, rng, tones, on, off, rate=RATE):
    """A tone group switched on and off: ring-back, busy and similar signals."""
    t = np.arange(count) / rate + rng.uniform(0, on + off)
    gate = (t % (on + off)) < on
    return (0.1 * gate * sum(np.sin(2 * np.pi * f * t) for f in tones)).astype(np.float32)


def dtmf(count, rng, rate=RATE):
    out = np.zeros(count, np.float32)
    at = int(rng.uniform(0, 0.3) * rate)
    while at < count:
        length = int(rng.uniform(0.07, 0.25) * rate)
        low, high = DTMF[rng.integers(len(DTMF))]
        n = min(length, count - at)
        t = np.arange(n) / rate
        out[at:at + n] = 0.12 * (np.sin(2 * np.pi * low * t) + np.sin(2 * np.pi * high * t))
        at += length + int(rng.uniform(0.05, 0.4) * rate)
    return out


def music(count, rng, rate=RATE):
    """Simple hold music: a melody over chords, with harmonics, decay and sometimes a beat."""
    out = np.zeros(count, np.float32)
    beat = int(rate * rng.uniform(0.18, 0.5))
    root = rng.uniform(110, 260)
    scale = [0, 2, 4, 5, 7, 9, 11, 12] if rng.random() < 0.6 else [0, 2, 3, 5, 7, 8, 10, 12]
    harmonics, decay = int(rng.integers(1, 7)), rng.uniform(0.5, 6)
    chord = [0, 4, 7]
    for k, at in enumerate(range(0, count, beat)):
        if k % 4 == 0:
            shift = scale[rng.integers(len(scale))]
            chord = [shift, shift + scale[2], shift + 7]
        notes = [(n, 0.5, beat) for n in chord] if k % 2 == 0 else []
        if rng.random() < 0.85:
            notes.append((12 + scale[rng.integers(len(scale))], 1.0, beat * int(rng.integers(1, 4))))
        for pitch, level, length in notes:
            n = min(length, count - at)
            t = np.arange(n) / rate
            f = root * 2 ** (pitch / 12)
            wave = sum(np.sin(2 * np.pi * f * h * t) / h for h in range(1, harmonics + 1) if f * h < rate / 2)
            out[at:at + n] += (0.06 * level * wave * np.exp(-decay * t)).astype(np.float32)
        if rng.random() < 0.4:
            n = min(int(0.06 * rate), count - at)
            out[at:at + n] += 0.1 * rng.standard_normal(n).astype(np.float32) * np.exp(-np.arange(n) / (0.015 * rate))
    return out


def breath(count, rng, rate=RATE):
    """Puffs of filtered noise with slow edges, over a quiet line."""
    out = 0.002 * rng.standard_normal(count).astype(np.float32)
    at = int(rng.uniform(0, 0.5) * rate)
    while at < count:
        n = min(int(rng.uniform(0.2, 0.9) * rate), count - at)
        out[at:at + n] += rng.uniform(0.1, 1.0) * coloured(n, rng, rng.uniform(0, 1.2)) * np.hanning(n)
        at += n + int(rng.uniform(0.3, 2.0) * rate)
    return out


def clicks(count, rng, rate=RATE):
    """Clicks and knocks: short decaying bursts, as from a keyboard, a handset or a bad line."""
    out = 0.001 * rng.standard_normal(count).astype(np.float32)
    for _ in range(max(1, int(rng.uniform(0.5, 8) * count / rate))):
        at = int(rng.integers(0, count))
        n = min(int(rng.uniform(0.003, 0.08) * rate), count - at)
        tone = np.cos(2 * np.pi * rng.uniform(150, 3000) * np.arange(n) / rate) + rng.standard_normal(n)
        out[at:at + n] += rng.uniform(0.05, 0.4) * tone * np.exp(-4 * np.arange(n) / max(1, n))
    return out


KINDS = {
    'silence': lambda n, r: np.zeros(n, np.float32),
    'comfort-noise': lambda n, r: 10 ** r.uniform(-3, -0.7) * coloured(n, r, r.uniform(0, 1.5)),
    'line-noise': lambda n, r: 10 ** r.uniform(-1, 0.3) * coloured(n, r, r.uniform(0, 2)),
    'hum': hum,
    'dtmf': dtmf,
    'ring-back': lambda n, r: cadence(n, r, *([(440, 480), 2, 4] if r.random() < 0.5 else [(400, 450), 0.4, 0.2])),
    'busy': lambda n, r: cadence(n, r, *([(480, 620), 0.5, 0.5] if r.random() < 0.5 else [(425,), 0.48, 0.48])),
    'music': music,
    'breath': breath,
    'clicks': clicks,
}


def negative(kind, seconds, rng):
    """One sound of `kind` at 8 kHz, before coding, on a line that is seldom perfectly quiet."""
    count = int(seconds * RATE)
    out = KINDS[kind](count, rng)
    if kind != 'silence' and rng.random() < 0.7:
        out = out + 10 ** rng.uniform(-3, -1) * coloured(count, rng, rng.uniform(0, 1.5))
    return np.clip(out * 10 ** rng.uniform(-0.6, 0.3), -1, 1).astype(np.float32)
