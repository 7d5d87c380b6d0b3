"""Byte-pair pieces for the recogniser's text: python pieces.py --corpus corpus.json --out tok.json

Dialogue sentences and call language count alike, so that the pieces fit what is trained on.
"""
import argparse
import json
import random

from languages import HERE_SPOKEN
from tokenizers import Tokenizer, models, pre_tokenizers, trainers


def fit(sentences, size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    letters = list("abcdefghijklmnopqrstuvwxyz'äöüß" if HERE_SPOKEN.code == 'de' else "abcdefghijklmnopqrstuvwxyz'")
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=[], initial_alphabet=letters + ['\u2581'])
    tokenizer.train_from_iterator(sentences, trainer)
    return tokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--corpus', default='corpus.json')
    parser.add_argument('--out', default='tok.json')
    parser.add_argument('--size', type=int, default=1000)
    options = parser.parse_args()
    with open(options.corpus) as f:
        corpus = json.load(f)
    rng = random.Random(1)
    calls = [label for _, label, _ in corpus['train_call']]
    dialogue = [label for part in ('train_dialogue', 'train_everyday') for _, label, _ in corpus.get(part, [])]
    calls = rng.sample(calls, min(len(calls), 2 * len(dialogue)))
    tokenizer = fit(sorted(calls) + dialogue, options.size)
    tokenizer.save(options.out)
    print('pieces', tokenizer.get_vocab_size())


if __name__ == '__main__':
    main()
