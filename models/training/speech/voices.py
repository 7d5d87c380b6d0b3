"""The voices: free speech synthesisers from Debian, by their command lines.

A voice is `engine:name`. The known ones are heard in training with the given weights; the unheard ones are
for the evaluation alone and must never be spoken by synth.py.
"""
import os
import re
import subprocess
import tempfile
import wave

import numpy as np

from channel import resample
from languages import HERE_SPOKEN

# Recorded-voice flite models sound best, so they carry most of the training.
ENGLISH = {
    'flite:rms': 6.0, 'flite:slt': 6.0, 'flite:awb': 3.0, 'flite:kal16': 1.2,
    'festival:cmu_us_slt_arctic_hts': 0.6, 'festival:kal_diphone': 0.7,
    'espeak:en-us': 0.35, 'espeak:en-gb': 0.35, 'espeak:en-gb-x-rp': 0.25, 'espeak:en-gb-scotland': 0.2,
    'espeak:en-us+m3': 0.2, 'espeak:en-us+m7': 0.2, 'espeak:en-us+f2': 0.25, 'espeak:en-us+f5': 0.2,
    'espeak:en-gb+f4': 0.2, 'espeak:en-us+Annie': 0.2, 'espeak:en-us+Andy': 0.2,
    **{f'espeak:{name}': 0.12 for name in (
        'en-us+m1 en-us+m2 en-gb+m4 en-us+m5 en-gb+m6 en-us+m8 en-gb+f1 en-us+linda en-gb+steph en-us+belinda '
        'en-us+david en-gb+edward en-us+john en-gb+max en-us+Michael en-gb+paul en-us+rob en-us+travis en-us+victor '
        'en-gb+Lee en-us+Alicia en-gb+Andrea en-us+anika en-us+klatt2 en-us+klatt4 en-us+zac en-us-nyc '
        'en-029 en-gb-x-gbclan en-gb-x-gbcwmd').split()},
}

# espeak-ng is the only free German voice of Debian; its variants change throat and pitch, not manner.
GERMAN = {'espeak:de': 3.0, **{f'espeak:de+{variant}': 0.35 for variant in (
    'm1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f4 f5 linda steph belinda david edward john max Michael paul rob travis victor '
    'Lee Alicia Andrea anika Annie Andy klatt2 klatt4 zac').split()}}
KNOWN, UNHEARD = {
    'en': (ENGLISH, ['festival:ked_diphone', 'espeak:en-us+f3']),
    'de': (GERMAN, ['espeak:de+f3', 'espeak:de+adam', 'espeak:de+shelby', 'espeak:de+Mario']),
}[HERE_SPOKEN.code]

# Natural range of the mean pitch (hertz) for each flite voice.
PITCH = {'rms': (72, 150), 'slt': (140, 260), 'awb': (90, 190), 'kal16': (75, 150)}


def draw_settings(voice, rng):
    """Random manner of speaking for one utterance, as a plain dictionary."""
    engine, name = voice.split(':')
    if engine == 'flite':
        low, high = PITCH[name]
        settings = {'duration_stretch': round(rng.uniform(0.75, 1.25), 2),
                    'int_f0_target_mean': round(rng.uniform(low, high))}
        if rng.random() < 0.25:
            settings['int_f0_target_stddev'] = round(rng.uniform(6, 34))
        if rng.random() < 0.2:  # the synthesiser's own manner, unchanged
            settings = {}
        return settings
    if engine == 'espeak':
        return {'speed': rng.randint(130, 200), 'pitch': rng.randint(25, 75)}
    return {'stretch': round(rng.uniform(0.8, 1.2), 2)}


def read_wave(path):
    """Float samples at 16 kHz of a 16-bit mono WAV file."""
    with wave.open(path) as f:
        rate, raw = f.getframerate(), f.readframes(f.getnframes())
    samples = np.frombuffer(raw, np.int16).astype(np.float32) / 32768
    return samples if rate == 16000 else resample(samples, rate, 16000)


def speak_flite(name, text, settings, path):
    """Speaks into `path`; returns [(phone, end in seconds)], which flite knows and training uses."""
    options = [part for key, value in settings.items() for part in ('--setf', f'{key}={value}')]
    printed = subprocess.run(['flite', '-voice', name, *options, '-psdur', '-t', text, '-o', path], check=True,
                             capture_output=True, text=True).stdout
    return [(phone.rstrip('0123'), float(end)) for phone, end in re.findall(r'(\w+):([0-9.]+)', printed)]


def speak_espeak(name, text, settings, path):
    subprocess.run(['espeak-ng', '-v', name, '-s', str(settings['speed']), '-p', str(settings['pitch']),
                    '-w', path, text], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def speak_festival(name, items, folder):
    """Speaks many texts in one process, because festival takes longer to start than to speak."""
    lines = [f'(voice_{name})']
    for i, (text, settings) in enumerate(items):
        text = text.replace('"', '').replace('\\', '')
        lines.append(f"(Parameter.set 'Duration_Stretch {settings['stretch']})")
        lines.append(f'(set! u (utt.synth (Utterance Text "{text}")))')
        lines.append(f'(utt.save.wave u "{folder}/{i}.wav" \'riff)')
    script = os.path.join(folder, 'script.scm')
    with open(script, 'w') as f:
        f.write('\n'.join(lines))
    subprocess.run(['festival', '-b', script], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def speak_all(items):
    """[(voice, text, settings)] -> [(float samples at 16 kHz, phone ends or None)], None where speaking failed."""
    out = [None] * len(items)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'one.wav')
        festival = {}
        for i, (voice, text, settings) in enumerate(items):
            engine, name = voice.split(':')
            if engine == 'festival':
                festival.setdefault(name, []).append(i)
                continue
            try:
                ends = (speak_flite if engine == 'flite' else speak_espeak)(name, text, settings, path)
                out[i] = (read_wave(path), ends)
            except (subprocess.CalledProcessError, wave.Error, EOFError, OSError):
                continue
        for name, members in festival.items():
            speak_festival(name, [items[i][1:] for i in members], folder)
            for k, i in enumerate(members):
                try:
                    out[i] = (read_wave(f'{folder}/{k}.wav'), None)
                    os.remove(f'{folder}/{k}.wav')
                except (wave.Error, EOFError, OSError):
                    continue
    return out
