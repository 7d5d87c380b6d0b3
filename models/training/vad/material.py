"""Sounds to train and check the built-in voice activity detector with: speech and everything else.

    python material.py OUT --seed 1 --clips 120 [--check]

Writes OUT/NAME.wav (8 kHz, 30 s, through a telephone channel) and OUT/NAME.npy (uint8 per frame of 20 ms: 1 speech,
0 none, 2 do not care) and OUT/list.txt. Speech is made by Debian's espeak-ng and flite; --check uses voices and
music that training never has. Labels come from the energy of the clean voice before anything is added to it.
"""
import argparse
import os
import random
import subprocess
import tempfile
import wave

import numpy as np
from scipy import signal

RATE, FRAME, SECONDS = 8000, 160, 30
LENGTH = RATE * SECONDS

VOICES = [('espeak-ng', v) for v in (
    'en-us', 'en-gb', 'en-gb-scotland', 'en-us+f2', 'en-gb+f4', 'en-us+m3', 'en-gb+m7', 'de', 'de+f3', 'de+m4', 'it', 'it+f1')]
VOICES += [('flite', v) for v in ('kal16', 'awb', 'rms')] * 4
CHECK_VOICES = [('flite', 'slt')] * 4 + [('espeak-ng', v) for v in ('en-029+f5', 'de+m2', 'it+m6', 'en-gb-x-rp+f1')]

ENGLISH = '''hello my name is {n} and I am calling about the letter you sent me | I have been waiting for {d} days now | yes | no not really
 | could you please check the invoice again | that is the third time I call about this | thank you very much you have been a great help
 | the order number is {d} {d} {d} {d} | I want to speak to your manager right now | okay | hm well I am not sure about that
 | can you tell me what happens next | we moved to a new flat in {n} street last month | it simply stopped working after the update
 | how much would that cost me per month | fine let us do it that way | good morning how can I help you today | one moment please I will look that up
 | I understand that this is annoying for you | is there anything else I can do for you | your parcel should arrive before {d} o'clock
 | right | I really do not see why I should pay for something that never worked'''
GERMAN = '''guten tag mein name ist {n} | ich warte jetzt schon seit {d} wochen | ja | nein das stimmt so nicht | könnten sie bitte noch einmal nachsehen
 | das ist jetzt das dritte mal dass ich deswegen anrufe | vielen dank sie haben mir sehr geholfen | die kundennummer lautet {d} {d} {d} {d}
 | einen moment bitte ich schaue gleich nach | was kostet das denn im monat | genau | das gerät geht seit gestern nicht mehr an'''
ITALIAN = '''buongiorno sono {n} | aspetto da {d} giorni | sì | no grazie | può controllare la fattura per favore | va bene facciamo così'''
NAMES = 'Miller Weber Rossi Thompson Baker Schneider Carter Hill Romano Fischer Hughes Novak'.split()


def speak(rng, voices):
    """A sentence in one of the voices, as float samples at RATE, about -20 dBFS."""
    program, voice = rng.choice(voices)
    texts = GERMAN if voice.startswith('de') else ITALIAN if voice.startswith('it') else ENGLISH
    text = rng.choice(texts.split('|')).strip()
    while '{' in text:
        text = text.replace('{n}', rng.choice(NAMES), 1).replace('{d}', str(rng.randint(1, 20)), 1)
    with tempfile.NamedTemporaryFile(suffix='.wav') as file:
        if program == 'flite':
            stretch = rng.uniform(0.8, 1.25)
            pitch = [] if rng.random() < 0.5 else ['--setf', f'int_f0_target_mean={rng.randint(85, 210)}']
            command = ['flite', '-voice', voice, '--setf', f'duration_stretch={stretch:.2f}', *pitch, '-t', text, '-o', file.name]
        else:
            command = ['espeak-ng', '-v', voice, '-s', str(rng.randint(125, 210)), '-p', str(rng.randint(25, 75)), '-w', file.name, text]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with wave.open(file.name) as wav:
            rate, x = wav.getframerate(), np.frombuffer(wav.readframes(wav.getnframes()), np.int16) / 32768
    x = signal.resample_poly(x, RATE, rate) if RATE * 2 == rate else signal.resample(x, int(len(x) * RATE / rate))
    return x * 0.1 / (np.sqrt(np.mean(x[np.abs(x) > 0.01] ** 2)) + 1e-9)


def labels_of(x):
    """Frames whose energy is within 35 dB of the loud ones; closures up to 60 ms count as speech, the edges as neither."""
    frames = x[:len(x) // FRAME * FRAME].reshape(-1, FRAME)
    level = 10 * np.log10(np.mean(frames ** 2, axis=1) + 1e-12)
    if not len(level) or level.max() < -60:
        return np.zeros(len(level), np.uint8)
    speech = level > np.percentile(level[level > -60], 95) - 35
    idle = np.flatnonzero(np.diff(np.concatenate([[1], speech, [1]])))
    for start, end in zip(idle[::2], idle[1::2]):
        if end - start <= 3:
            speech[start:end] = True
    out = speech.astype(np.uint8)
    out[np.flatnonzero(np.diff(speech.astype(int)) != 0)] = 2
    return out


def conversation(rng, voices):
    x, y = np.zeros(LENGTH), np.zeros(LENGTH // FRAME, np.uint8)
    at, mine = int(rng.uniform(0, 2) * RATE), [rng.choice(voices)]
    while at < LENGTH - FRAME:
        start = at // FRAME * FRAME
        part = speak(rng, mine)[:LENGTH - start] * 10 ** (rng.uniform(-4, 4) / 20)
        label = labels_of(part)
        x[start:start + len(part)] += part
        y[start // FRAME:start // FRAME + len(label)] = label
        at = start + len(part) + int(rng.choice([0.1, 0.3, 0.6, 1.0, 2.0, 5.0]) * rng.uniform(0.7, 1.3) * RATE)
    return x, y


def coloured(rng, length=LENGTH):
    """Noise with a slope between white and brown and perhaps a resonance, perhaps swelling."""
    nprng = np.random.default_rng(rng.getrandbits(32))
    spectrum = np.fft.rfft(nprng.standard_normal(length))
    f = np.fft.rfftfreq(length, 1 / RATE) + 20
    spectrum *= f ** -rng.choice([0, 0.25, 0.5, 0.75, 1.0])
    if rng.random() < 0.3:
        centre = rng.uniform(200, 3000)
        spectrum *= 1 + 4 * np.exp(-((f - centre) / (0.15 * centre)) ** 2)
    x = np.fft.irfft(spectrum, length)
    if rng.random() < 0.4:
        swell = signal.resample(nprng.uniform(0.3, 1, max(4, int(length / RATE * rng.choice([0.3, 1, 3])))), length)
        x *= np.clip(swell, 0.1, 1.2)
    return x / np.sqrt(np.mean(x ** 2))


def hum(rng):
    t, base = np.arange(LENGTH) / RATE, rng.choice([50, 60])
    x = sum(rng.random() / k * np.sin(2 * np.pi * base * k * t + rng.uniform(0, 6)) for k in range(1, 12))
    return x / np.sqrt(np.mean(x ** 2))


def tones(rng):
    """Telephone tones: ringing, busy, dialling, keys, special information, fax."""
    t, kind = np.arange(LENGTH) / RATE, rng.choice(['cadence', 'cadence', 'keys', 'sit', 'fax', 'steady'])
    def sine(hz):
        return np.sin(2 * np.pi * hz * t)
    if kind == 'keys':
        x = np.zeros(LENGTH)
        for start in np.cumsum(np.random.default_rng(rng.getrandbits(32)).uniform(0.12, 0.8, 60)):
            a, b = int(start * RATE), int((start + rng.uniform(0.06, 0.3)) * RATE)
            x[a:b] = (sine(rng.choice([697, 770, 852, 941])) + sine(rng.choice([1209, 1336, 1477, 1633])))[a:b] if a < LENGTH else 0
        return x * 0.7
    if kind == 'sit':
        x = sum(sine(hz) * ((t % 3.0 >= 0.33 * i) & (t % 3.0 < 0.33 * (i + 1))) for i, hz in enumerate((950, 1400, 1800)))
        return x
    if kind == 'fax':
        return sine(1100) * (t % 3.5 < 0.5) + sine(2100) * (t % 7 > 5)
    hz = rng.choice([(425,), (440, 480), (400, 450), (350, 440), (480, 620), (440,), (1000,), (400,)])
    x = sum(sine(f) for f in hz) / len(hz)
    if kind == 'cadence':
        on, off = rng.choice([(1, 4), (2, 4), (0.5, 0.5), (0.25, 0.25), (0.4, 0.2), (0.15, 0.45)])
        x *= (t + rng.random()) % (on + off) < on
    return x


def clicks(rng):
    """Typing, bumps, handset noises."""
    nprng, x = np.random.default_rng(rng.getrandbits(32)), np.zeros(LENGTH)
    for _ in range(rng.randint(20, 200)):
        at, length = rng.randrange(LENGTH - 2000), rng.randint(20, 1500)
        burst = nprng.standard_normal(length) * np.exp(-np.arange(length) / rng.uniform(10, 400))
        if rng.random() < 0.5:
            burst = signal.lfilter([1], [1, -rng.uniform(0.3, 0.95)], burst)
        x[at:at + length] += burst * rng.uniform(0.2, 1) / (np.abs(burst).max() + 1e-9)
    return x


def breaths(rng):
    nprng, x = np.random.default_rng(rng.getrandbits(32)), np.zeros(LENGTH)
    for _ in range(rng.randint(4, 12)):
        at, length = rng.randrange(LENGTH - 8000), rng.randint(1500, 7000)
        b, a = signal.butter(2, [rng.uniform(200, 700) / 4000, rng.uniform(1500, 3400) / 4000], 'band')
        x[at:at + length] += signal.lfilter(b, a, nprng.standard_normal(length)) * np.hanning(length) * rng.uniform(0.1, 1)
    return x


def instrument(rng):
    """A timbre: partials, how they die away, attack, vibrato."""
    partials = rng.randint(1, 14)
    tilt = rng.uniform(0.5, 2.2)
    return {'strengths': [rng.uniform(0.3, 1) * k ** -tilt for k in range(1, partials + 1)],
            'decay': rng.choice([0, 0.3, 1, 3, 6]), 'attack': rng.choice([0.003, 0.01, 0.05, 0.15]),
            'vibrato': rng.choice([0, 0, 0, 0.002, 0.006]), 'stretch': rng.choice([0, 0, 0.0004])}


def note(x, rng, tool, start, length, pitch, strength):
    a, b = int(start * RATE), min(int((start + length) * RATE), LENGTH)
    if b - a < 80:
        return
    t = np.arange(b - a) / RATE
    phase = 2 * np.pi * pitch * (t + tool['vibrato'] * np.sin(2 * np.pi * 5.5 * t) / 5.5)
    sound = np.zeros(b - a)
    for k, loud in enumerate(tool['strengths'], 1):
        if k * pitch < 3800:
            sound += loud * np.sin(k * (1 + tool['stretch'] * k * k) * phase) * np.exp(-tool['decay'] * t * k ** 0.5)
    x[a:b] += strength * sound * np.minimum(t / tool['attack'], 1) * np.minimum((length - t) / 0.02, 1).clip(0)


def drums(x, rng, beat):
    nprng = np.random.default_rng(rng.getrandbits(32))
    for step in range(int(LENGTH / RATE / beat * 2)):
        a = int(step * beat / 2 * RATE)
        for chance, decay, low in ((0.9, 150, False), (0.35, 600, True)):
            if rng.random() < chance * (0.5 if step % 2 else 1):
                hit = nprng.standard_normal(1200) * np.exp(-np.arange(1200) / decay)
                if low:
                    hit = 3 * np.sin(2 * np.pi * 90 * np.arange(1200) / RATE) * np.exp(-np.arange(1200) / decay)
                x[a:a + 1200] += rng.uniform(0.1, 0.4) * hit[:max(0, min(1200, LENGTH - a))]


def music(rng, check=False):
    """Hold music: chords, broken chords, bass, tune, perhaps drums. --check draws other scales, rhythms and timbres."""
    x, beat = np.zeros(LENGTH), rng.uniform(0.3, 1.0)
    key = 55 * 2 ** (rng.uniform(0, 12) / 12)
    scale = [0, 2, 3, 5, 7, 8, 10] if check else [0, 2, 4, 5, 7, 9, 11]
    roots = [rng.choice(scale) for _ in range(4)]
    pad, pluck, lead, bass = (instrument(rng) for _ in range(4))
    loud = {name: rng.uniform(0, 1) for name in ('pad', 'pluck', 'lead', 'bass')}
    loud[rng.choice(list(loud))] = 1
    hz = lambda tone: key * 2 ** (tone / 12)
    bars = int(SECONDS / (4 * beat)) + 1
    for bar in range(bars):
        start, root = bar * 4 * beat, roots[bar % 4]
        chord = [root, root + rng.choice([3, 4]), root + 7, root + 12]
        for tone in chord[:3]:
            note(x, rng, pad, start, 4 * beat, hz(tone + 12), 0.3 * loud['pad'])
        for step in range(2 if check else 4):
            note(x, rng, bass, start + step * beat, beat * rng.choice([0.5, 1]), hz(root), 0.5 * loud['bass'])
        steps = 6 if check else 8
        for step in range(steps):
            if rng.random() < 0.85:
                length = rng.choice([0.5, 1, 2]) * beat
                note(x, rng, pluck, start + step * 4 * beat / steps, length, hz(rng.choice(chord) + 24), 0.3 * loud['pluck'])
        at = start
        while at < start + 4 * beat:
            length = beat * rng.choice([0.5, 1, 1, 2, 4])
            note(x, rng, lead, at, length, hz(rng.choice(scale) + rng.choice([12, 24, 24])), 0.5 * loud['lead'])
            at += length
    if rng.random() < 0.5:
        drums(x, rng, beat)
    return x / np.sqrt(np.mean(x ** 2))


def mulaw(x):
    y = np.sign(x) * np.log1p(255 * np.minimum(np.abs(x), 1)) / np.log(256)
    y = np.round(y * 127) / 127
    return np.sign(y) * ((1 + 255) ** np.abs(y) - 1) / 255


def line(x, rng):
    """The telephone: usually band-limited, usually companded."""
    if rng.random() < 0.8:
        x = signal.sosfilt(signal.butter(4, [rng.uniform(120, 350) / 4000, rng.uniform(3200, 3700) / 4000], 'band', output='sos'), x)
    x = np.clip(x, -1, 1)
    return mulaw(x) if rng.random() < 0.8 else x


def decibels(db):
    return 10 ** (db / 20)


def speech_clip(rng, check):
    x, y = conversation(rng, CHECK_VOICES if check else VOICES)
    x = x * decibels(rng.uniform(-22, 8))
    level = 0.1 * np.sqrt(np.mean(x[np.abs(x) > 1e-4] ** 2)) / 0.1
    kind = rng.choice(['clean', 'clean', 'noise', 'noise', 'noise', 'hum', 'clicks'])
    if kind == 'noise':
        x = x + coloured(rng) * level * decibels(-rng.uniform(5, 35))
    elif kind == 'hum':
        x = x + hum(rng) * level * decibels(-rng.uniform(5, 30))
    elif kind == 'clicks':
        x = x + clicks(rng) * level * rng.uniform(0.1, 1)
    return 'speech-' + kind, x, y


def other_clip(rng, check):
    kind = rng.choice(['music'] * 9 + ['noise', 'noise', 'noise', 'tones', 'tones', 'hum', 'clicks', 'breaths', 'silence', 'comfort'])
    make = {'music': lambda: music(rng, check), 'noise': lambda: coloured(rng), 'tones': lambda: tones(rng), 'hum': lambda: hum(rng),
            'clicks': lambda: 3 * clicks(rng), 'breaths': lambda: 2 * breaths(rng), 'silence': lambda: np.zeros(LENGTH),
            'comfort': lambda: coloured(rng) * 0.02}
    x = make[kind]() * decibels(rng.uniform(-45 if kind in ('noise', 'hum') else -34, -12))
    if kind in ('music', 'tones') and rng.random() < 0.5:
        x = x + coloured(rng) * decibels(rng.uniform(-70, -45))
    y = np.zeros(LENGTH // FRAME, np.uint8)
    if kind == 'music' and rng.random() < 0.4:
        # On hold, then a person: the detector must come back.
        voice, label = conversation(rng, CHECK_VOICES if check else VOICES)
        at = rng.randrange(5, 25) * RATE
        x[at:] = voice[at:] * decibels(rng.uniform(-15, 5))
        y[at // FRAME:] = label[at // FRAME:]
        kind = 'hold-then-speech'
    return kind, x, y


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('out')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--clips', type=int, default=120)
    parser.add_argument('--check', action='store_true')
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    names = []
    for index in range(args.clips):
        rng = random.Random(f'{args.seed}-{index}-{args.check}')
        kind, x, y = (speech_clip if index % 2 else other_clip)(rng, args.check)
        name = os.path.join(os.path.abspath(args.out), f'{index:04}-{kind}')
        with wave.open(name + '.wav', 'wb') as wav:
            wav.setparams((1, 2, RATE, 0, 'NONE', ''))
            wav.writeframes((line(x, rng) * 32767).clip(-32768, 32767).astype('<i2').tobytes())
        np.save(name + '.npy', y)
        names.append(name + '.wav')
    with open(os.path.join(args.out, 'list.txt'), 'w') as file:
        file.write('\n'.join(names) + '\n')


if __name__ == '__main__':
    main()
