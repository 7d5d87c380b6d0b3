"""Our figures against a second implementation, on real speech over the telephone line.

    python models/training/voice/check_features.py MANIFEST.csv [--tool PROGRAM] [--every 5]

Pitch, harmonicity, jitter and shimmer by Praat (parselmouth), cepstrum, centroid and flux by librosa's transforms on Praat's voiced
frames. Prints the median and the 90th percentile of the deviation per clip and how the clips' figures go together, and fails beyond
a tolerance. The two judge voicing by themselves, so single frames differ; Praat's own pitch is taken from the clean recording, for on
the telephone's it hears octaves (the table shows that, too).
"""
import argparse
import csv
import pathlib
import sys

import librosa
import numpy as np
import parselmouth
import soundfile
from parselmouth.praat import call

import features
import material

RATE, HOP, WINDOW = 8000, 80, 256
BAND = slice(10, 109)
# Largest median deviation per figure, and smallest correlation over clips.
TOLERANCE = {
    "pitch.p10": (0.8, 0.95), "pitch.p50": (0.4, 0.98), "pitch.p90": (0.4, 0.75), "pitch.spread": (0.4, 0.5),
    "hnr.mean": (1.5, 0.8), "hnr.p50": (1.5, 0.8), "jitter.local": (0.012, 0.5), "shimmer.local": (0.03, 0.8),
    "level.voiced_spread": (1.5, 0.7), "centroid.mean": (0.08, 0.9), "alpha.mean": (1.5, 0.9),
    "hammarberg.mean": (1.5, 0.9), "flux.mean": (0.08, 0.8),
    **{f"mfcc{k}.mean": (0.6, 0.85) for k in range(1, 13)},
}


def semitones(track):
    return 12 * np.log2(track[track > 0] / 100)


def praat(samples, rate, ceiling):
    sound = parselmouth.Sound(samples.astype(float), rate)
    return sound, sound.to_pitch_ac(time_step=0.01, pitch_floor=60, pitch_ceiling=ceiling)


def theirs(clean, narrow):
    _, pitch = praat(clean, material.WIDE, 500)
    tones = semitones(pitch.selected_array["frequency"])
    out = {f"pitch.p{share}": np.percentile(tones, share) for share in (10, 50, 90)}
    out["pitch.spread"] = tones.std()
    sound, _ = praat(narrow, RATE, 450)
    harmonicity = sound.to_harmonicity_cc(time_step=0.01, minimum_pitch=60)
    values = harmonicity.values[0]
    voiced = np.array([pitch.get_value_at_time(t) > 0 for t in harmonicity.xs()]) & (values > -100)
    out["hnr.mean"], out["hnr.p50"] = values[voiced].mean(), np.median(values[voiced])
    points = call([sound, pitch], "To PointProcess (cc)")
    out["jitter.local"] = call(points, "Get jitter (local)", 0, 0, 1e-4, 0.02, 1.3)
    out["shimmer.local"] = call([sound, points], "Get shimmer (local)", 0, 0, 1e-4, 0.02, 1.3, 1.6)
    return out | spectral(narrow, pitch)


def spectral(narrow, pitch):
    """On the frames that Praat calls voiced, with the same window, floor and bands as ours."""
    padded = np.pad(narrow, (WINDOW // 2 - HOP // 2, WINDOW))
    power = np.abs(librosa.stft(padded, n_fft=WINDOW, hop_length=HOP, window="hann", center=False)) ** 2
    power = power[:, :len(narrow) // HOP]
    energy = power[BAND].sum(axis=0)
    loud = np.percentile(energy, 95)
    level = 10 * np.log10(energy / loud + 1e-6)
    power = power / (loud / 99) + 1e-5
    times = (np.arange(power.shape[1]) + 0.5) * HOP / RATE
    voiced = np.array([pitch.get_value_at_time(t) > 0 for t in times]) & (level > -30)
    hertz = librosa.fft_frequencies(sr=RATE, n_fft=WINDOW)
    amplitude = np.sqrt(power[BAND])
    unit = amplitude / np.linalg.norm(amplitude, axis=0)
    flux = np.concatenate([[np.nan], np.linalg.norm(np.diff(unit, axis=1), axis=0)])
    bank = librosa.filters.mel(sr=RATE, n_fft=WINDOW, n_mels=20, fmin=280, fmax=3450, htk=True, norm=None)
    cepstrum = librosa.feature.mfcc(S=np.log(bank @ power), n_mfcc=13, dct_type=2, norm="ortho")
    decibels = lambda ratio: 10 * np.log10(ratio)
    out = {
        "level.voiced_spread": level[voiced].std(),
        "centroid.mean": librosa.feature.spectral_centroid(S=amplitude, freq=hertz[BAND])[0][voiced].mean() / 1000,
        "alpha.mean": decibels(power[32:109].sum(axis=0) / power[10:32].sum(axis=0))[voiced].mean(),
        "hammarberg.mean": decibels(power[10:64].max(axis=0) / power[64:109].max(axis=0))[voiced].mean(),
        "flux.mean": np.nanmean(flux[voiced]),
    }
    return out | {f"mfcc{k}.mean": cepstrum[k][voiced].mean() for k in range(1, 13)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest")
    parser.add_argument("--tool")
    parser.add_argument("--every", type=int, default=5, help="check every so many clips")
    arguments = parser.parse_args()
    tool = features.program(arguments.tool)
    with open(arguments.manifest, newline="") as file:
        rows = list(csv.DictReader(file))[::arguments.every]
    folder = pathlib.Path(arguments.manifest).parent
    clean = [soundfile.read(folder / row["file"], dtype="float32")[0] for row in rows]
    narrow = [material.fixed(x, "telephone", 0)[0] for x in clean]
    ours = features.measure(tool, ((x, RATE) for x in narrow))
    second = [theirs(*pair) for pair in zip(clean, narrow)]
    place = {name: index for index, name in enumerate(features.names(tool))}
    print(f"{len(rows)} clips\n\n| figure | ours | theirs | deviation, median | 90 % | correlation |\n|{'---|' * 6}")
    wrong = []
    for name, (most, least) in TOLERANCE.items():
        a, b = ours[:, place[name]], np.array([clip[name] for clip in second])
        known = np.isfinite(a) & np.isfinite(b)
        off, together = np.abs(a - b)[known], np.corrcoef(a[known], b[known])[0, 1]
        shown = [np.median(a[known]), np.median(b[known]), np.median(off), np.percentile(off, 90), together]
        print(f"| {name} | {' | '.join(f'{value:.3f}' for value in shown)} |")
        if np.median(off) > most or together < least:
            wrong.append(name)
    tones = [semitones(praat(x, RATE, 450)[1].selected_array["frequency"]) for x in narrow]
    for share in (50, 90):
        truth = np.array([clip[f"pitch.p{share}"] for clip in second])
        for who, said in (("ours", ours[:, place[f"pitch.p{share}"]]), ("Praat", [np.percentile(t, share) for t in tones])):
            print(f"\nover the telephone, {who}: pitch.p{share} more than 2 semitones off in "
                  f"{np.mean(np.abs(np.array(said) - truth) > 2):.1%} of clips", end="")
    print()
    if wrong:
        sys.exit(f"beyond the tolerance: {', '.join(wrong)}")
