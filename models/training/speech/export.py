"""Checkpoint -> ggml file for whisper.cpp:  python export.py run.pt speech-en.bin [--type q8_0] [--raw]

The running average of the weights is exported unless --raw is given. The file is written beside its place and
moved there, so that a reader never sees half a model.
"""
import argparse
import os

import numpy as np

import ggml
import model as network
from features import mel_filters

PLAIN_WORDS = 50257  # ids below the special tokens


def word_list(v):
    """Texts of the ids. Id `pieces` is a lone space that is never produced: whisper.cpp looks " " up and bans it
    at the start of a text, and it must not find our own word mark there (the last entry of a text wins)."""
    words = [v.tokenizer.id_to_token(i).replace('\u2581', ' ').encode() for i in range(v.pieces)]
    return words + [b' '] + [f'<{i}>'.encode() for i in range(v.pieces + 1, PLAIN_WORDS)]


def embedding_rows(weights, v):
    """The full embedding: used rows at their file ids, and one learned row everywhere else."""
    table = weights['decoder.token_embedding.weight']
    rows = np.tile(weights['decoder.unused_row'], (network.FILE_ROWS, 1))
    rows[:v.pieces] = table[:v.pieces]
    for inside, outside in v.file_ids.items():
        rows[outside] = table[inside]
    return rows


def write(path, weights, v, shape, kind):
    with open(path, 'wb') as f:
        out = ggml.Writer(f, kind)
        out.header([network.FILE_ROWS, shape['audio_context'], shape['state'], shape['heads'],
                    shape['encoder_layers'], shape['text_context'], shape['state'], shape['heads'],
                    shape['decoder_layers'], 80])
        out.filters(mel_filters())
        out.words(word_list(v))
        for name, x in weights.items():
            if name.startswith(('ctc', 'frames')) or name == 'decoder.unused_row':
                continue
            if name == 'decoder.token_embedding.weight':
                out.tensor(name, embedding_rows(weights, v))
            elif '.conv' in name:
                is_bias = name.endswith('bias')
                out.tensor(name, x[:, None] if is_bias else x, 'f32' if is_bias else 'f16')
            else:
                small = x.ndim == 1 or name.endswith('positional_embedding')
                out.tensor(name, x, 'f32' if small else None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('checkpoint')
    parser.add_argument('out')
    parser.add_argument('--type', default='q8_0', choices=sorted(ggml.TYPES))
    parser.add_argument('--raw', action='store_true', help='the last weights instead of their running average')
    options = parser.parse_args()
    model, state = network.load_checkpoint(options.checkpoint)
    chosen = state['model'] if options.raw or 'average' not in state else state['average']
    weights = {name: value.float().numpy() for name, value in chosen.items()}
    write(options.out + '.part', weights, model.vocabulary, model.shape, options.type)
    os.replace(options.out + '.part', options.out)
    print(options.out, f'{os.path.getsize(options.out) / 1e6:.1f} MB, step {state.get("step")}')


if __name__ == '__main__':
    main()
