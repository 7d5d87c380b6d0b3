"""The network: Whisper's own architecture, very small, with two phone heads for training only (CTC and per frame).

Parameter names are whisper.cpp's tensor names, so that export.py has nothing to translate.
Vocabulary inside the network: the tokenizer's pieces, then END, START, NO_TIMESTAMPS, NO_SPEECH, and one last row
that stands for every unused id of the exported file (see `Vocabulary`).
"""
import math

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import nn

from lexicon import PHONES

DEFAULT_SHAPE = {'state': 192, 'heads': 3, 'encoder_layers': 4, 'decoder_layers': 2, 'text_context': 224,
                 'audio_context': 500}
FILE_ROWS = 50864  # rows of the exported embedding; whisper.cpp takes an English-only vocabulary from this size


class Vocabulary:
    """Tokenizer plus the five special tokens; ids inside the network."""

    def __init__(self, tokenizer_json):
        self.json = tokenizer_json
        self.tokenizer = Tokenizer.from_str(tokenizer_json)
        self.pieces = self.tokenizer.get_vocab_size()
        self.end, self.start, self.no_timestamps, self.no_speech, self.previous = range(self.pieces, self.pieces + 5)
        self.used = self.pieces + 5
        self.file_ids = {self.end: 50256, self.start: 50257, self.previous: 50360, self.no_speech: 50361,
                         self.no_timestamps: 50362}

    def encode(self, text):
        return self.tokenizer.encode(text).ids if text else []

    def decode(self, ids):
        names = [self.tokenizer.id_to_token(i) for i in ids if i < self.pieces]
        return ''.join(names).replace('\u2581', ' ').strip()


def sinusoids(length, width):
    steps = np.exp(-np.log(10000) / (width // 2 - 1) * np.arange(width // 2))
    angles = np.arange(length)[:, None] * steps[None]
    return torch.tensor(np.concatenate([np.sin(angles), np.cos(angles)], 1), dtype=torch.float32)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x, source, causal=False):
        # Written out, because on CPUs with AMX two plain bf16 products are faster than the fused kernel.
        q, k, v = self.split(self.query(x)), self.split(self.key(source)), self.split(self.value(source))
        scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
        if causal:
            later = torch.ones(scores.shape[-2:], dtype=torch.bool, device=x.device).triu(1)
            scores = scores.masked_fill(later, -1e4)
        mixed = torch.softmax(scores, -1, dtype=scores.dtype) @ v
        return self.out(mixed.transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, width, heads, cross):
        super().__init__()
        self.attn, self.attn_ln = Attention(width, heads), nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.mlp_ln = nn.LayerNorm(width)
        if cross:
            self.cross_attn, self.cross_attn_ln = Attention(width, heads), nn.LayerNorm(width)

    def forward(self, x, sound=None):
        y = self.attn_ln(x)
        x = x + self.attn(y, y, causal=sound is not None)
        if sound is not None:
            x = x + self.cross_attn(self.cross_attn_ln(x), sound)
        return x + self.mlp(self.mlp_ln(x))


class Encoder(nn.Module):
    def __init__(self, shape):
        super().__init__()
        width = shape['state']
        self.conv1 = nn.Conv1d(80, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.register_buffer('positional_embedding', sinusoids(shape['audio_context'], width))
        self.blocks = nn.ModuleList(Block(width, shape['heads'], False) for _ in range(shape['encoder_layers']))
        self.ln_post = nn.LayerNorm(width)

    def forward(self, mel):
        x = F.gelu(self.conv2(F.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + self.positional_embedding[:x.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.ln_post(x)


class Decoder(nn.Module):
    def __init__(self, shape, used):
        super().__init__()
        width = shape['state']
        self.token_embedding = nn.Embedding(used, width)
        self.unused_row = nn.Parameter(torch.zeros(width))
        self.unused_offset = math.log(FILE_ROWS - used)  # that many rows share the one vector
        self.positional_embedding = nn.Parameter(torch.randn(shape['text_context'], width) * 0.01)
        self.blocks = nn.ModuleList(Block(width, shape['heads'], True) for _ in range(shape['decoder_layers']))
        self.ln = nn.LayerNorm(width)
        nn.init.normal_(self.token_embedding.weight, std=0.02)

    def forward(self, tokens, sound):
        """Logits [batch, length, used + 1]; the last column is all unused rows of the file together."""
        x = self.token_embedding(tokens) + self.positional_embedding[:tokens.shape[1]]
        for block in self.blocks:
            x = block(x, sound)
        x = self.ln(x)
        rows = torch.cat([self.token_embedding.weight, self.unused_row[None]])
        logits = x.float() @ rows.float().T
        return torch.cat([logits[..., :-1], logits[..., -1:] + self.unused_offset], -1)


class SmallWhisper(nn.Module):
    def __init__(self, vocabulary, shape=None):
        super().__init__()
        self.shape = dict(DEFAULT_SHAPE, **(shape or {}))
        self.vocabulary = vocabulary
        self.encoder = Encoder(self.shape)
        self.decoder = Decoder(self.shape, vocabulary.used)
        self.ctc = nn.Linear(self.shape['state'], len(PHONES) + 1)  # these two are dropped by export.py
        self.frames = nn.Linear(self.shape['state'], len(PHONES))

    @torch.no_grad()
    def transcribe(self, mel, limit=100, vocabulary=''):
        """Greedy texts of a batch of normalised mels [batch, 80, frames]; `vocabulary` is words it may need."""
        v = self.vocabulary
        sound = self.encoder(mel)
        head = ([v.previous] + v.encode(vocabulary) if vocabulary else []) + [v.start, v.no_timestamps]
        tokens = torch.tensor([head] * len(mel))
        done = torch.zeros(len(mel), dtype=torch.bool)
        for _ in range(limit):
            logits = self.decoder(tokens, sound)[:, -1]
            logits[:, [v.start, v.no_timestamps, v.no_speech, v.previous]] = -1e9
            following = logits.argmax(-1)
            following[done | (following >= v.pieces)] = v.end
            done |= following == v.end
            tokens = torch.cat([tokens, following[:, None]], 1)
            if done.all():
                break
        return [v.decode(row) for row in tokens[:, len(head):].tolist()]


def save_checkpoint(path, model, **extra):
    import os
    torch.save({'shape': model.shape, 'tokenizer': model.vocabulary.json, 'model': model.state_dict(), **extra},
               path + '.part')
    os.replace(path + '.part', path)


def load_checkpoint(path, tokenizer_json=None, encoder_layers=None):
    """(model, whole checkpoint). With another tokenizer a piece starts as the mean of its old pieces' rows."""
    state = torch.load(path, map_location='cpu', weights_only=True)
    old = Vocabulary(state['tokenizer'])
    new = Vocabulary(tokenizer_json or state['tokenizer'])
    model = SmallWhisper(new, dict(state['shape'], **({'encoder_layers': encoder_layers} if encoder_layers else {})))
    weights = dict(state['model'])
    table = weights['decoder.token_embedding.weight']
    if len(table) == old.pieces + 4:  # from before vocabularies: the mark in front of them is new
        weights['decoder.token_embedding.weight'] = torch.cat([table, table.mean(0, keepdim=True)])
    if new.json != old.json:
        rows = weights['decoder.token_embedding.weight']
        fresh = torch.zeros(new.used, rows.shape[1])
        for i in range(new.pieces):
            text = new.tokenizer.id_to_token(i)
            ids = [k for k in old.tokenizer.encode(text.replace('\u2581', ' ')).ids]
            if not text.startswith('\u2581') and ids and old.tokenizer.id_to_token(ids[0]) == '\u2581':
                ids = ids[1:]  # the old tokenizer puts a word mark in front of everything
            fresh[i] = rows[ids].mean(0) if ids else rows.mean(0)
        fresh[new.pieces:] = rows[old.pieces:]
        weights['decoder.token_embedding.weight'] = fresh
    for layer in range(state['shape']['encoder_layers'], model.shape['encoder_layers']):
        for out in ('attn.out', 'mlp.2'):  # a new layer changes nothing before it has learnt
            for part in ('weight', 'bias'):
                name = f'encoder.blocks.{layer}.{out}.{part}'
                weights[name] = torch.zeros_like(model.state_dict()[name])
    fresh = model.state_dict()
    weights = {k: v for k, v in weights.items() if k in fresh and v.shape == fresh[k].shape}
    model.load_state_dict(weights, strict=False)  # a missing training head starts anew
    return model, state
