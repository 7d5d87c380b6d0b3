"""Tunes a sentence transformer on GoEmotions and writes what it says, for the net to learn from.

    python models/training/words/teacher.py --model DIR --data DIR --out teacher-en.npz

DIR of the model: all-MiniLM-L6-v2 with its tokeniser, as published. The file holds, for every text of
GoEmotions' training split, 8 moods and 28 labels (log-odds), and a vector of 96 numbers for every word: what the
tuned model makes of the word alone. The 2,000 texts that train.py keeps apart are not trained on.
"""

import argparse
import random
import re
from collections import Counter
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from transformers import AutoConfig, AutoModel, AutoTokenizer

import data
from features import bare, words_of
from train import CALLS

EPOCHS, RATE, BATCH, WORDS, WIDTH = 2, 8e-5, 48, 34_000, 96
# What the tokeniser should see for a word without its apostrophe.
WHOLE = {w.replace("'", ""): w for w in
         "don't can't won't doesn't didn't isn't wasn't i'm i've you're they're wouldn't couldn't shouldn't that's "
         "haven't hasn't aren't you've there's what's".split()}


class Teacher(nn.Module):
    """28 labels, 8 moods, and beside them 8 moods of a caller's turn and abuse, which only help it learn."""

    def __init__(self, folder):
        super().__init__()
        config = AutoConfig.from_pretrained(folder, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
        self.base = AutoModel.from_pretrained(folder, config=config, attn_implementation="eager")
        self.base.embeddings.requires_grad_(False)
        self.tokens = AutoTokenizer.from_pretrained(folder)
        self.head = nn.Linear(config.hidden_size, 45)

    def states(self, texts):
        batch = self.tokens(texts, padding=True, truncation=True, max_length=48, return_tensors="pt")
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states = self.base(batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
        return states.float(), batch["attention_mask"]

    def forward(self, texts):
        states, there = self.states(texts)
        mean = (states * there[..., None]).sum(1) / there.sum(1, keepdim=True)
        return self.head(F.dropout(mean, 0.2, self.training))


def loss_of(out, items):
    loss = torch.zeros(())
    for kind, rows in ((k, [i for i, item in enumerate(items) if item[0] == k]) for k in ("comment", "turn", "abuse")):
        if not rows:
            continue
        answers = torch.tensor(np.array([items[i][2] for i in rows], dtype=np.float32))
        if kind == "comment":
            labels, shares = answers[:, :28], answers[:, 28:]
            loss = loss + 0.5 * F.binary_cross_entropy_with_logits(out[rows, :28], labels, reduction="sum")
            loss = loss - (shares * F.log_softmax(out[rows, 28:36], 1)).sum()
        elif kind == "turn":
            loss = loss + F.cross_entropy(out[rows, 36:44], answers.long(), reduction="sum")
        else:
            loss = loss + 1.5 * F.binary_cross_entropy_with_logits(out[rows, 44], answers, reduction="sum")
    return loss / len(items)


def tune(teacher, items):
    steps = EPOCHS * len(items) // BATCH
    optimiser = torch.optim.AdamW([p for p in teacher.parameters() if p.requires_grad], lr=RATE, weight_decay=0.01)
    ramp = lambda step: min(1, (step + 1) / (0.06 * steps)) * max(0.02, 1 - step / steps)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, ramp)
    for _ in range(EPOCHS):
        order = random.sample(items, len(items))
        batches = []
        for at in range(0, len(order), 50 * BATCH):
            part = sorted(order[at : at + 50 * BATCH], key=lambda item: len(item[1]))
            batches += [part[i : i + BATCH] for i in range(0, len(part), BATCH)]
        for batch in random.sample(batches, len(batches)):
            texts = [bare(item[1]) if random.random() < 0.35 else item[1] for item in batch]
            loss_of(teacher(texts), batch).backward()
            nn.utils.clip_grad_norm_(teacher.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()


def outputs_of(teacher, texts):
    teacher.eval()
    out = np.zeros((len(texts), 36), dtype=np.float16)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    with torch.no_grad():
        for at in range(0, len(order), 96):
            rows = order[at : at + 96]
            found = teacher([texts[i] for i in rows]).numpy()
            out[rows] = np.hstack([found[:, 28:36], found[:, :28]])
    return out


def vectors_of(teacher, texts):
    """The commonest words and the tokeniser's own, and their vectors by principal components."""
    words = [w for w, n in Counter(w for text in texts for w in words_of(text)).most_common(WORDS) if n >= 2]
    known = set(words)
    words += [w for w in teacher.tokens.get_vocab() if re.fullmatch("[a-z]{2,}", w) and w not in known]
    found = []
    with torch.no_grad():
        for at in range(0, len(words), 256):
            states, there = teacher.states([WHOLE.get(w, w) for w in words[at : at + 256]])
            inner = there.clone()
            inner[:, 0] = 0
            inner[torch.arange(len(inner)), there.sum(1) - 1] = 0
            found.append(((states * inner[..., None]).sum(1) / inner.sum(1, keepdim=True).clamp(min=1)).numpy())
    found = np.concatenate(found)
    found -= found[:20_000].mean(0)
    _, _, axes = np.linalg.svd(found[:12_000], full_matrices=False)
    vectors = found @ axes[:WIDTH].T
    return words, (0.4 * vectors / np.sqrt((vectors**2).mean())).astype(np.float16)


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--model", required=True)
    args.add_argument("--data", type=Path, required=True)
    args.add_argument("--out", type=Path, required=True)
    args = args.parse_args()
    torch.manual_seed(1)
    random.seed(1)
    texts, labels, shares, _ = data.goemotions(args.data / "goemotions", "train")
    dice = np.random.default_rng(0)
    apart = set(dice.permutation(len(texts))[:2000].tolist())
    items = [("comment", texts[i], np.concatenate([labels[i], shares[i]])) for i in range(len(texts)) if i not in apart]
    # A third of what is plainly neutral or satisfied is left out: there is more than enough.
    plain = lambda item: item[2][28:30].max() == 1
    items = [item for item in items if not (plain(item) and dice.random() < 0.33)]
    turns, abuse = data.turns(CALLS, "en"), data.convabuse(args.data / "convabuse/train.csv")
    items += [("turn", *pair) for pair in zip(*turns[:2])] + [("abuse", *pair) for pair in zip(*abuse)]
    teacher = Teacher(args.model)
    tune(teacher, items)
    words, vectors = vectors_of(teacher, texts + turns[0] + abuse[0])
    np.savez(args.out, texts=np.array(texts), outputs=outputs_of(teacher, texts), words=np.array(words), vectors=vectors)


if __name__ == "__main__":
    main()
