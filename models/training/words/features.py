"""What the word model sees of a text. The same as models/src/cue/features.rs."""

import math
import random
import re

import numpy as np
from scipy.sparse import csr_matrix

MARKS = str.maketrans("", "", "'’‘`´")
WORD = re.compile("[^\\W_]+|[?!]|[\u2600-\u27bf\U0001f300-\U0001faff]")


def words_of(text):
    """Lower case, no apostrophes; `?`, `!` and pictures are words."""
    return WORD.findall(text.lower().translate(MARKS))


def features_of(text):
    """Words, pairs, triples, and pieces of three to five letters, each once."""
    words = words_of(text)
    found = {"w " + w for w in words}
    found |= {f"b {a} {b}" for a, b in zip(words, words[1:])}
    found |= {f"t {a} {b} {c}" for a, b, c in zip(words, words[1:], words[2:])}
    for word in words:
        padded = f"<{word}>"
        found.update("c " + padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1))
    return sorted(found)


def key_of(feature):
    """FNV-1a, 32 bits, over UTF-8."""
    value = 0x811C9DC5
    for byte in feature.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def bare(text):
    """As a recogniser would write it."""
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s']", " ", text)).strip().lower()


def damaged(text, share=0.15, seed=1):
    """Bare, with a share of the words lost, spelt wrong or put twice: what a recogniser does on a bad line."""
    dice = random.Random(f"{seed} {text}")
    words = []
    for word in bare(text).split():
        fate = dice.random()
        if fate > share:
            words.append(word)
        elif fate > 0.6 * share and len(word) > 3:
            at = dice.randrange(len(word) - 1)
            words.append(word[:at] + dice.choice("aeinrst") + word[at + 1 :])
        elif fate > 0.4 * share:
            words += [word, word]
    return " ".join(words)


class Table:
    """Features that occur in at least `least` texts, and their inverse document frequency."""

    def __init__(self, texts, least=3):
        count = {}
        for text in texts:
            for feature in features_of(text):
                count[feature] = count.get(feature, 0) + 1
        kept = sorted(f for f, n in count.items() if n >= least)
        self.column = {feature: i for i, feature in enumerate(kept)}
        # In steps of 1/16, as the file holds it.
        idf = [min(255, round(16 * (1 + math.log((1 + len(texts)) / (1 + count[f]))))) / 16 for f in kept]
        self.idf = np.array(idf, dtype=np.float32)

    def matrix(self, texts):
        """A row a text, of length 1."""
        starts, columns, values = [0], [], []
        for text in texts:
            found = [self.column[f] for f in features_of(text) if f in self.column]
            weights = self.idf[found] if found else np.zeros(0, dtype=np.float32)
            values.append(weights / (math.sqrt(float((weights**2).sum())) or 1.0))
            columns += found
            starts.append(len(columns))
        values = np.concatenate(values) if values else np.zeros(0)
        return csr_matrix((values, columns, starts), shape=(len(texts), len(self.column)), dtype=np.float32)

    def keep(self, columns):
        names = sorted(self.column, key=self.column.get)
        self.column = {names[old]: new for new, old in enumerate(columns)}
        self.idf = self.idf[columns]
