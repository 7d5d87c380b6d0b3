"""Writes the model card beside the weights from what was measured: python card.py --build build ...

Reads the sets written by testset.py (known, unheard, negatives) and what decode/ made of them (NAME.tsv).
"""
import argparse
import gzip
import hashlib
import os
import statistics

import torch

from evaluate import read_decoded, read_manifest, tally
from languages import HERE_SPOKEN
from voices import KNOWN, UNHEARD

HEAD = '''# speech-{code}: the embedded {name} recogniser

A very small Whisper ({shape}) in whisper.cpp's ggml format, trained by this project on **synthetic speech only**.
It lets the product and its tests run offline on clear call-centre {name} in voices it knows over a telephone line.
**It is not for real callers**, other accents, other languages, dictation or noise it was not trained on; install a
published Whisper for those.

| | |
|---|---|
| file | `speech-{code}.bin.gz`, {packed:.1f} MB; unpacked {size:.1f} MB in ggml's format, q8_0, sha256 `{digest}` |
| text | lower case, numerals as words, no punctuation |
| window | 10 s (n_audio_ctx 500); longer speech must be cut before |
| training | {training} |
{texts}
| known voices | {known} |
| voices never heard | {unheard} |
| voices' licences | flite and festival voices: free, BSD-like (Carnegie Mellon, Edinburgh); espeak-ng: GPL-3 program, its output is free |
| rebuild | `{rebuild}`, see its README |
'''

TEXTS = {
    'en': '''\
| dialogue data | multi-domain-goal-oriented-dialogues-dataset (awslabs, GitHub), CDLA-Permissive: 15,000 cleaned sentences |
| everyday sentences | GoEmotions (Apache-2.0), XED film subtitles (CC BY 4.0), ConvAbuse (CC BY 4.0), training parts: 52,000 cleaned sentences |
| call language | own templates in `models/training/speech/text`, 127,000 sentences; about 17,000 distinct words in all |''',
    'de': '''\
| everyday sentences | XED film subtitles (CC BY 4.0): 4,100 cleaned sentences |
| call language | own templates in `models/training/speech/text-de`, 44,000 sentences; about 11,400 distinct words in all |
| what the figures say | every German voice here is one synthesiser, espeak-ng, with other throats and pitches: the voices "never heard" are its kin, and people are not |''',
}
REBUILD = {'en': 'make -C models/training/speech DATA=...',
           'de': 'SPEECH_LANGUAGE=de make -C models/training/speech EVERYDAY=...'}
NAMES = {'en': 'English', 'de': 'German'}

RULES = '''
## How to run it

* `audio_ctx` = ceil(samples at 16 kHz / 320) + {margin}, rounded up to a multiple of 8, at most 500. {margins}
* Beam search (patience -1) of 8, as the product does, with a fresh state for each utterance; greedy (a beam of 1) where time is short: the totals are above. Temperature 0,
  no fallback (`temperature_inc` 0), no context, single segment, no timestamps, one thread.
* `suppress_blank` **false**: the model answers "no speech" by ending at once, which the default forbids it. An
  empty result therefore means silence. Its no-speech probability is trained to about a half there.
* 8 kHz audio must be brought to 16 kHz with a proper interpolation filter. Level hardly matters.
* Leave 100-300 ms of the line before and 100-700 ms after the speech: it was trained with that.
* Two decoder layers make whisper.cpp force `no_timestamps`; segment times mean nothing.

## Limits

Rare words and names are spelled by ear or replaced by likelier words; long digit strings lose or double a digit;
sentences unlike call-centre talk are drawn towards it. Windows above 9 s were not in the training.
'''


def table(files, texts, title):
    """Markdown table of the word error rates of one set."""
    lines = [f'\n## {title}\n', '| group | files | words | WER |', '|---|---|---|---|']
    for group, (count, words, errors) in tally(files, texts).items():
        rate = f'{100 * errors / words:.1f} %' if words else f'{errors} words'
        lines.append(f'| {group} | {count} | {words} | {rate} |')
    return '\n'.join(lines) + '\n'


def speed(path):
    """Median milliseconds and seconds of speech from decode's columns."""
    with open(path) as f:
        rows = [line.split('\t') for line in f]
    return statistics.median(float(r[1]) for r in rows), statistics.median(float(r[4]) for r in rows)


def negatives(build):
    """Words on sounds without speech: as they come, and without those of a high no-speech probability."""
    with open(os.path.join(build, 'negatives.tsv')) as f:
        rows = [line.rstrip('\n').split('\t') for line in f]
    kinds = {}
    for row in rows:
        kind = os.path.basename(row[0]).split('-', 1)[1].rsplit('-', 1)[0]
        words = len(row[-1].split())
        entry = kinds.setdefault(kind, [0, 0.0, 0, 0])
        entry[0] += 1
        entry[1] += float(row[4])
        entry[2] += words
        entry[3] += words if float(row[2]) < 0.3 else 0
    lines = ['\n## Sounds without speech (windows of 8 s)\n',
             '| kind | seconds | words as they come | words with no-speech probability < 0.3 |', '|---|---|---|---|']
    lines += [f'| {k} | {s:.0f} | {w} | {kept} |' for k, (_, s, w, kept) in sorted(kinds.items())]
    return '\n'.join(lines) + '\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--build', default='build')
    parser.add_argument('--checkpoint', default='build/run.pt')
    parser.add_argument('--weights', default=f'../../weights/speech-{HERE_SPOKEN.code}.bin.gz')
    parser.add_argument('--margin', type=int, default=16)
    parser.add_argument('--margins', default='', help='a sentence about other margins that were tried')
    parser.add_argument('--history', default='', help='what the checkpoint went on from')
    options = parser.parse_args()
    state = torch.load(options.checkpoint, map_location='cpu', weights_only=True)
    shape = state['shape']
    with gzip.open(options.weights) as f:
        data = f.read()
    code = HERE_SPOKEN.code
    training = f'{state["step"]} steps, {state["seconds"] / 60:.0f} minutes on two busy CPU cores. {options.history}'
    card = HEAD.format(shape=f'width {shape["state"]}, {shape["encoder_layers"]} + {shape["decoder_layers"]} layers',
                       size=len(data) / 1e6, packed=os.path.getsize(options.weights) / 1e6, code=code,
                       name=NAMES[code], texts=TEXTS[code], digest=hashlib.sha256(data).hexdigest(), training=training,
                       rebuild=REBUILD[code],
                       known=', '.join(KNOWN), unheard=', '.join(UNHEARD))
    for name, title in (('known', 'Known voices, held-out sentences, telephone channel, through whisper.cpp, beam of 8'),
                        ('unheard', 'Voices never heard in training, held-out sentences, telephone channel')):
        path = os.path.join(options.build, name)
        card += table(read_manifest(path), read_decoded(path + '.tsv'), title)
    card += ('\nKinds: `dialogue` is held-out dialogue data, `everyday` a held-out everyday sentence, `call` an unseen sentence of a known template, `template` '
             'a template never used in training.\n')
    path = os.path.join(options.build, 'known')
    for beam in (1,):
        other = f'{path}-beam{beam}.tsv'
        _, words, errors = tally(read_manifest(path), read_decoded(other))['all']
        card += (f'\nBeam of {beam}, known voices: {100 * errors / words:.1f} % in all, '
                 f'median {speed(other)[0]:.0f} ms.\n')
    card += negatives(options.build)
    took, length = speed(os.path.join(options.build, 'known.tsv'))
    card += f'\nSpeed: median {took:.0f} ms (beam of 8) for {length:.1f} s of speech, one thread, on a busy two-core machine.\n'
    card += RULES.format(margin=options.margin, margins=options.margins)
    out = options.weights.removesuffix('.bin.gz') + '.md'
    with open(out + '.part', 'w') as f:
        f.write(card)
    os.replace(out + '.part', out)
    print(out)


if __name__ == '__main__':
    main()
