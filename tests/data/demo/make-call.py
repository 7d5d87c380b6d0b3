#!/usr/bin/env python3
"""Makes call.wav (stereo, caller left, 8 kHz, 16 bit) and call.ref.csv from call.txt.

    apt-get install flite espeak-ng
    tests/data/demo/make-call.py
    tests/data/demo/make-call.py de    (call-de.wav and call-de.ref.csv from call-de.txt)

Only the standard library and Debian's flite (English) and espeak-ng (German). The same input gives
the same bytes.
"""

import array
import csv
import fractions
import functools
import operator
import pathlib
import subprocess
import sys
import tempfile
import wave
from math import cos, pi, sin

HERE = pathlib.Path(__file__).resolve().parent
RATE = 8000
SIDES = ("caller", "agent")
FULL_PEAK = 10 ** (-6 / 20) * 32767  # of a style with gain 0
NOISE_RMS = 10 ** (-60 / 20) * 32767  # the line
TAIL = 1.5  # seconds after the last word


def read_script(path):
    """Styles by name, and (side, style, pause, text) in order."""
    styles, lines = {}, []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = line.split("#", 1)[0].strip()
        if not line:
            continue
        try:
            if line.startswith("style "):
                _, name, voice, pitch, stretch, gain = line.split()
                styles[name] = (voice, pitch, stretch, 10 ** (float(gain) / 20))
            else:
                side, style, pause, text = line.split(None, 3)
                lines.append((SIDES[SIDES.index(side)], styles[style], float(pause), text))
        except (KeyError, ValueError) as error:
            sys.exit(f"{path.name}:{number}: {error}")
    return lines


def speak(text, style):
    """The sentence at 8 kHz, without the silence the synthesiser puts around it."""
    voice, pitch, stretch, gain = style
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        if voice.startswith("de"):
            speed = round(160 / float(stretch))
            command = ["espeak-ng", "-v", voice, "-p", pitch, "-s", str(speed), "-w", file.name, text]
        else:
            command = ["flite", "-voice", voice, "--setf", f"int_f0_target_mean={pitch}",
                       "--setf", f"duration_stretch={stretch}", "-t", text, "-o", file.name]
        subprocess.run(command, check=True)
        with wave.open(file.name) as recording:
            assert recording.getnchannels() == 1
            rate = recording.getframerate()
            samples = array.array("h", recording.readframes(recording.getnframes()))
    samples = to_telephone(trim(samples, rate // 50), rate)
    scale = gain * FULL_PEAK / max(abs(s) for s in samples)
    return [s * scale for s in samples]


def trim(samples, margin, threshold=200):
    loud = [i for i, s in enumerate(samples) if abs(s) > threshold]
    return samples[max(0, loud[0] - margin):loud[-1] + margin]


def to_telephone(samples, rate, reach=31):
    """At 8 kHz, behind a Hann-windowed low pass at 3.6 kHz."""
    cutoff, step = 3600 / rate, fractions.Fraction(rate, RATE)
    padded = [0] * reach + list(samples) + [0] * (reach + 1)
    out = []
    for number in range(int((len(samples) - 1) / step) + 1):
        at = number * step
        taps = low_pass(cutoff, at % 1, reach)
        out.append(sum(map(operator.mul, taps, padded[int(at):int(at) + len(taps)])))
    return out


@functools.cache
def low_pass(cutoff, offset, reach):
    """Taps of the filter for a sample that lies `offset` after one of the input's."""
    places = [n - float(offset) if offset else n for n in range(-reach, reach + 1 + bool(offset))]
    return [(2 * cutoff if n == 0 else sin(2 * pi * cutoff * n) / (pi * n))
            * (0.5 + 0.5 * cos(pi * n / (reach + 1))) for n in places]


def noise(seed):
    """Endless near-Gaussian noise from a linear congruential generator."""
    while True:
        total = 0
        for _ in range(4):
            seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
            total += (seed >> 40) / 2**24 - 0.5
        yield total * NOISE_RMS / (4 / 12) ** 0.5


def main():
    name = "-".join(["call", *sys.argv[1:2]])
    placed, at = [], 0.0
    for side, style, pause, text in read_script(HERE / f"{name}.txt"):
        samples = speak(text, style)
        start = max(0.0, at + pause)
        at = start + len(samples) / RATE
        placed.append((start, at, side, text, samples))

    length = int((at + TAIL) * RATE)
    tracks = {}
    for seed, side in enumerate(SIDES, 1):
        hiss = noise(seed)
        track = tracks[side] = [next(hiss) for _ in range(length)]
        for start, _, speaker, _, samples in placed:
            if speaker == side:
                first = round(start * RATE)
                for i, sample in enumerate(samples, first):
                    track[i] += sample

    frames = array.array("h")
    for pair in zip(*(tracks[side] for side in SIDES)):
        frames.extend(max(-32768, min(32767, round(s))) for s in pair)
    if sys.byteorder == "big":
        frames.byteswap()
    with wave.open(str(HERE / f"{name}.wav"), "wb") as out:
        out.setparams((len(SIDES), 2, RATE, 0, "NONE", ""))
        out.writeframes(frames.tobytes())

    with open(HERE / f"{name}.ref.csv", "w", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["start", "end", "side", "text"])
        for start, end, side, text, _ in placed:
            table.writerow([f"{start:.2f}", f"{end:.2f}", side, text])
    words = sum(len(text.split()) for _, _, _, text, _ in placed)
    print(f"{name}.wav: {length / RATE:.1f} s, {words} words in {len(placed)} sentences")


if __name__ == "__main__":
    main()
