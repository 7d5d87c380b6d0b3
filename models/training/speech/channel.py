"""What a telephone line does to speech: band limits, 8 kHz, mu-law or A-law; and level and noise."""
import numpy as np
import scipy.fft

WIDE = 16000
NARROW = 8000


def mu_law(x):
    """Round trip through 8-bit mu-law (G.711, continuous form)."""
    y = np.sign(x) * np.log1p(255 * np.minimum(np.abs(x), 1)) / np.log1p(255)
    y = np.rint(y * 127) / 127
    return np.sign(y) * np.expm1(np.abs(y) * np.log1p(255)) / 255


def a_law(x):
    """Round trip through 8-bit A-law (G.711, continuous form)."""
    a, k = 87.6, 1 + np.log(87.6)
    m = np.minimum(np.abs(x), 1)
    y = np.where(m < 1 / a, a * m, 1 + np.log(np.maximum(a * m, 1))) / k
    y = np.rint(y * 127) / 127
    m = np.where(y < 1 / k, y * k / a, np.exp(y * k - 1) / a)
    return np.sign(x) * m


def resample(x, source, target, low=0.0, high=None, speed=1.0):
    """Resamples in the frequency domain, with smooth band edges at `low` and `high` hertz.

    One transform does the anti-alias filter, the telephone band and, by `speed`, a small change of tempo
    and pitch. `high` defaults to a little below the smaller Nyquist frequency.
    """
    count = max(2, int(round(len(x) * target / source / speed)))
    padded = scipy.fft.next_fast_len(len(x) + source // 20, real=True)  # silence against wrap-around
    spectrum = scipy.fft.rfft(x, padded)
    hertz = np.arange(len(spectrum)) * (source / padded)
    nyquist = min(source, target) / 2
    high = min(high or nyquist * 0.97, nyquist * 0.97)
    gain = 1 / (1 + (hertz / high) ** 40)  # steep, but without the ringing of a brick wall
    gain[hertz >= nyquist] = 0
    if low > 0:
        gain *= 1 / (1 + (low / np.maximum(hertz, 1)) ** 8)
    out_padded = int(round(padded * target / source / speed / 2)) * 2
    spectrum = spectrum * gain
    keep = out_padded // 2 + 1
    if len(spectrum) < keep:
        spectrum = np.pad(spectrum, (0, keep - len(spectrum)))
    y = scipy.fft.irfft(spectrum[:keep], out_padded) * (out_padded / padded)
    return y[:count].astype(np.float32)


def telephone(x, rng=None, source=WIDE, speed=1.0):
    """16 kHz samples -> 8 kHz samples after a telephone line. Without `rng`: the plain, fixed line."""
    low, high, law = 300.0, 3400.0, mu_law
    if rng is not None:
        low, high = rng.uniform(60, 350), rng.uniform(3200, 3850)
        law = a_law if rng.random() < 0.3 else mu_law
    y = resample(x, source, NARROW, low, high, speed)
    peak = np.abs(y).max() + 1e-9
    if rng is not None:  # the coder's noise depends on the level at which it is driven
        y = y * (rng.uniform(0.08, 0.95) / peak)
    elif peak > 0.95:
        y = y * (0.95 / peak)
    return law(y).astype(np.float32)


def to_wide(x, rng=None):
    """8 kHz -> 16 kHz; with `rng`, now and then by plain linear interpolation, as simple clients do."""
    if rng is not None and rng.random() < 0.2:
        at = np.arange(2 * len(x)) / 2
        return np.interp(at, np.arange(len(x)), x).astype(np.float32)
    return resample(x, NARROW, WIDE)


def add_noise(x, noise, decibels):
    """Adds `noise` so that the loud part of the speech stands `decibels` above it."""
    speech = np.sqrt(np.mean(x ** 2) + 1e-12)
    level = np.sqrt(np.mean(noise ** 2) + 1e-12)
    return (x + noise[:len(x)] * (speech / level * 10 ** (-decibels / 20))).astype(np.float32)
