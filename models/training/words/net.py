"""The small net beside the linear model: word vectors, filters over runs of one to three words, the
strongest and the mean answer of each, one layer. It learns from the labels and from a teacher. Read by
models/src/cue/net.rs."""

import random

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from features import words_of

LONGEST, WIDTHS, FILTERS = 48, (1, 2, 3), 96
MOODS, LABELS = 8, 28
OUTPUTS = MOODS + LABELS


class Net(nn.Module):
    def __init__(self, vectors):
        super().__init__()
        words, width = vectors.shape
        self.vectors = nn.Embedding(words + 1, width, padding_idx=0)
        self.vectors.weight.data[1:] = torch.tensor(vectors)
        self.filters = nn.ModuleList([nn.Conv1d(width, FILTERS, run) for run in WIDTHS])
        self.head = nn.Linear(2 * FILTERS * len(WIDTHS), OUTPUTS)

    def forward(self, ids):
        vectors, there = self.vectors(ids), (ids > 0).float()
        if self.training:
            lost = (torch.rand(ids.shape) < 0.08) & (ids > 0)
            vectors = F.dropout(vectors * (~lost)[..., None], 0.2)
        vectors, pooled = vectors.transpose(1, 2), []
        for run, filters in zip(WIDTHS, self.filters):
            answers = F.relu(filters(F.pad(vectors, (run - 1, 0)))) * there[:, None, :]
            pooled += [answers.max(2).values, answers.sum(2) / (there.sum(1, keepdim=True) + 1)]
        return self.head(F.dropout(torch.cat(pooled, 1), 0.4, self.training))


class Reader:
    """A net and the words it knows."""

    def __init__(self, words, vectors):
        self.words, self.column = words, {word: i + 1 for i, word in enumerate(words)}
        self.net = Net(vectors)

    def ids(self, text):
        return [self.column[w] for w in words_of(text) if w in self.column][:LONGEST] or [0]

    def outputs(self, texts):
        self.net.eval()
        ids = [self.ids(text) for text in texts]
        out = np.zeros((len(texts), OUTPUTS), dtype=np.float32)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        with torch.no_grad():
            for at in range(0, len(order), 256):
                rows = order[at : at + 256]
                out[rows] = self.net(padded([ids[i] for i in rows])).numpy()
        return out

    def train(self, items, epochs, batch=128, rate=2e-3, seed=0, teacher=0.6, soften=1.5, watch=None):
        """Items: text, shares of moods, labels, the teacher's outputs, whether it has labels."""
        torch.manual_seed(seed)
        random.seed(seed)
        items = [(self.ids(text), *rest) for text, *rest in items]
        slow = list(self.net.vectors.parameters())
        fast = [*self.net.filters.parameters(), *self.net.head.parameters()]
        optimiser = torch.optim.Adam([{"params": slow}, {"params": fast}])
        steps, step = epochs * -(-len(items) // batch), 0
        for epoch in range(epochs):
            for rows in batches(items, batch):
                share = max(0.03, 1 - step / steps)
                optimiser.param_groups[0]["lr"], optimiser.param_groups[1]["lr"] = rate * share / 4, rate * share
                loss = loss_of(self.net, [items[i] for i in rows], teacher, soften)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                step += 1
            if watch:
                print("epoch", epoch, watch(self), flush=True)
                self.net.train()


def batches(items, batch):
    """Texts of like length together, in random order."""
    order = random.sample(range(len(items)), len(items))
    found = []
    for at in range(0, len(order), 60 * batch):
        rows = sorted(order[at : at + 60 * batch], key=lambda i: len(items[i][0]))
        found += [rows[i : i + batch] for i in range(0, len(rows), batch)]
    random.shuffle(found)
    return found


def padded(ids):
    out = np.zeros((len(ids), max(map(len, ids))), dtype=np.int64)
    for row, words in enumerate(ids):
        out[row, : len(words)] = words
    return torch.tensor(out)


def loss_of(net, items, teacher, soften):
    net.train()
    out = net(padded([item[0] for item in items]))
    shares, labels, taught, has = (torch.tensor(np.array([item[i] for item in items])) for i in (1, 2, 3, 4))
    moods, emotions = out[:, :MOODS], out[:, MOODS:]
    log_moods = F.log_softmax(moods, 1)
    both = F.binary_cross_entropy_with_logits
    hard = -(shares * log_moods).sum(1) + 0.3 * both(emotions, labels, reduction="none").sum(1)
    target = F.softmax(taught[:, :MOODS] / soften, 1)
    soft = -(target * F.log_softmax(moods / soften, 1)).sum(1) * soften
    soft = soft + 0.3 * both(emotions, torch.sigmoid(taught[:, MOODS:]), reduction="none").sum(1)
    return (has * ((1 - teacher) * hard + teacher * soft) + (1 - has) * 0.7 * soft).mean()


def file_part(reader, key_of, step_of):
    """Bytes of the net, word vectors in 8 bits, and the net with those vectors for measuring."""
    import struct

    vectors = reader.net.vectors.weight.data[1:].numpy()
    step = step_of(vectors.T)
    small = np.clip(np.round(vectors / step), -127, 127).astype(np.int8)
    reader.net.vectors.weight.data[1:] = torch.tensor(small * step)
    keyed = sorted((key_of(word), i) for i, word in enumerate(reader.words))
    keyed = [pair for i, pair in enumerate(keyed) if i == 0 or keyed[i - 1][0] != pair[0]]
    width = vectors.shape[1]
    out = bytearray(struct.pack("<5I", len(keyed), width, FILTERS, len(WIDTHS), OUTPUTS))
    floats = lambda values: np.ascontiguousarray(values, dtype="<f4").tobytes()
    out += floats(step)
    for key, row in keyed:
        out += struct.pack("<I", key) + small[row].tobytes()
    for filters in reader.net.filters:
        weight = filters.weight.data.numpy()  # filter, input, place
        for place in range(weight.shape[2]):
            out += floats(weight[:, :, place].T)
        out += floats(filters.bias.data.numpy())
    out += floats(reader.net.head.weight.data.numpy().T) + floats(reader.net.head.bias.data.numpy())
    return bytes(out)
