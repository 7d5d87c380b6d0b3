"""Clips to figures, by the product's own code: `cargo build --release -p attune-audio --example prosody`."""
import csv
import json
import pathlib
import struct
import subprocess
import threading

import numpy as np
import soundfile

import material

ROOT = pathlib.Path(__file__).resolve().parents[3]


def program(target=None):
    """The program that measures, built first if there is none."""
    path = pathlib.Path(target) if target else ROOT / "target/release/examples/prosody"
    if not path.exists():
        build = ["cargo", "build", "--release", "-p", "attune-audio", "--example", "prosody"]
        subprocess.run(build, cwd=ROOT, check=True)
    return str(path)


def names(tool):
    return json.loads(subprocess.check_output([tool, "--names"]))


def measure(tool, clips):
    """One row of figures for each (samples, rate)."""
    process = subprocess.Popen([tool, "--stream"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    out = []
    reader = threading.Thread(target=lambda: out.append(process.stdout.read()))
    reader.start()
    count = 0
    for samples, rate in clips:
        samples = np.ascontiguousarray(samples, np.float32)
        process.stdin.write(struct.pack("<II", len(samples), rate) + samples.tobytes())
        count += 1
    process.stdin.close()
    reader.join()
    process.wait()
    return np.frombuffer(out[0], np.float32).reshape(count, -1)


def prepare(manifest, tool, variants, cache):
    """All clips of a manifest (file,speaker,emotion or label) in all conditions; kept in `cache`."""
    if cache.exists():
        return dict(np.load(cache))
    with open(manifest, newline="") as file:
        rows = list(csv.DictReader(file))
    folder = pathlib.Path(manifest).parent
    clips = [soundfile.read(folder / row["file"], dtype="float32") for row in rows]
    if any(rate != material.WIDE for _, rate in clips):
        raise SystemExit(f"{manifest}: every clip must have {material.WIDE} Hz")
    clips = [samples for samples, _ in clips]
    data = {c: measure(tool, (material.fixed(x, c, i) for i, x in enumerate(clips))) for c in material.CONDITIONS}
    random = lambda v: (material.varied(x, np.random.default_rng([v, i])) for i, x in enumerate(clips))
    data["varied"] = np.stack([measure(tool, random(v)) for v in range(variants)])
    data["names"] = np.array(names(tool))
    data["labels"] = np.array([row.get("emotion") or row["label"] for row in rows])
    data["speakers"] = np.array([row["speaker"] for row in rows])
    np.savez(cache, **data)
    return data
