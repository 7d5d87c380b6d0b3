"""Clips as a telephone line delivers them: fixed conditions for tests, random ones for training.

The random ones are what a model has to see through: the line's band, colour, noise, echo, codec, lost packets and level,
and, by a change of speed of a few percent, other throats than those of the few speakers there are.
"""
import pathlib
import sys

import numpy as np
import scipy.signal

sys.path.append(str(pathlib.Path(__file__).parents[1] / "speech"))
import channel  # noqa: E402
import noise  # noqa: E402

WIDE, NARROW = channel.WIDE, channel.NARROW
CONDITIONS = ["clean", "telephone", "noise", "loss", "quiet", "loud"]


def lose(x, rng, share):
    """Packets of 20 ms that never came: silence."""
    y, packet = x.copy(), NARROW // 50
    for start in range(0, len(y), packet):
        if rng.random() < share:
            y[start:start + packet] = 0
    return y


def under_noise(x, rng, decibels):
    """Noise of a random colour at the speaker's end, against the mean level of the clip."""
    return channel.add_noise(x, noise.coloured(len(x), rng, rng.uniform(0, 1.5)), decibels)


def fixed(x, condition, seed):
    """A clip (16 kHz) in one of the conditions of the test table: samples and their rate."""
    rng = np.random.default_rng(seed)
    if condition == "clean":
        return x, WIDE
    x = x * (0.3 / (np.abs(x).max() + 1e-9))
    if condition == "noise":
        x = under_noise(x, rng, 10)
    narrow = channel.resample(x, WIDE, NARROW, 300.0, 3400.0)
    narrow = narrow * {"quiet": 0.1, "loud": 3.0}.get(condition, 1.0)
    narrow = channel.mu_law(np.clip(narrow, -1, 1)).astype(np.float32)
    return (lose(narrow, rng, 0.05) if condition == "loss" else narrow), NARROW


def colour(x, rng):
    """A microphone and a line: up to 6 dB more or less at a few places of the band, smoothly."""
    spectrum = np.fft.rfft(x)
    hertz = np.fft.rfftfreq(len(x), 1 / WIDE)
    places = np.array([0, 300, 600, 1000, 1600, 2400, 3400, 8000])
    tilt = rng.normal(0, 2.0) * np.log2(np.maximum(places, 150) / 1000)
    gains = tilt + rng.normal(0, 2.0, len(places))
    return np.fft.irfft(spectrum * 10 ** (np.interp(hertz, places, gains) / 20), len(x))


def echo(x, rng):
    """A room: noise that decays in 0.1 to 0.5 s, below the direct sound."""
    seconds = rng.uniform(0.1, 0.5)
    t = np.arange(int(seconds * WIDE)) / WIDE
    tail = rng.standard_normal(len(t)) * 10 ** (-3 * t / seconds)
    tail *= 10 ** (-rng.uniform(3, 15) / 20) / np.sqrt(np.sum(tail ** 2))
    tail[0] = 1
    return scipy.signal.fftconvolve(x, tail)[:len(x)]


def varied(x, rng):
    """A clip (16 kHz) over a random line, with a random throat, whole or a part of at least 1.2 s."""
    length = int(rng.uniform(1.2, 2.2) * WIDE)
    if len(x) > length and rng.random() < 0.3:
        start = rng.integers(len(x) - length)
        x = x[start:start + length]
    if rng.random() < 0.7:
        x = colour(x, rng)
    if rng.random() < 0.25:
        x = echo(x, rng)
    if rng.random() < 0.4:
        x = under_noise(np.asarray(x, np.float32), rng, rng.uniform(5, 30))
    speed = float(np.exp(rng.normal(0, 0.05)))
    if rng.random() < 0.15:
        wide = channel.resample(np.asarray(x, np.float32), WIDE, WIDE, speed=speed)
        return (wide * rng.uniform(0.1, 1)).astype(np.float32), WIDE
    narrow = channel.telephone(np.asarray(x, np.float32), rng, speed=speed)
    if rng.random() < 0.25:
        narrow = lose(narrow, rng, rng.uniform(0.01, 0.08))
    return narrow, NARROW
