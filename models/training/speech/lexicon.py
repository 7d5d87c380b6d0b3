"""Phones of every word of the corpus, from flite's own letter-to-sound rules: python lexicon.py --out phones.json

Training uses phones as the targets of the CTC head: sounds are far easier to learn first than English spelling.
"""
import argparse
import json
import re
import subprocess

from languages import HERE_SPOKEN

# flite's American phone set, without stress marks; `pau` is silence.
PHONES = ('pau aa ae ah ao aw ax ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th uh uw v w y z '
          'zh').split()


def phone_names(text):
    """Phones of a text spoken by flite (the voice does not matter, kal is the quickest)."""
    out = subprocess.run(['flite', '-voice', 'kal', '-ps', '-t', text, '-o', 'none'], capture_output=True, text=True)
    return [re.sub('[0-9]', '', p) for p in out.stdout.split()]


def pronounce(words):
    """{word: phone numbers}. Many words share one call; flite marks the comma between them with a pause."""
    found = {}
    words = list(words)
    for k in range(0, len(words), 40):
        group = words[k:k + 40]
        names = phone_names(', '.join(group))
        parts = [p.split() for p in ' '.join(names).split('pau') if p.strip()]
        if len(parts) != len(group):  # a word with its own pause, or two run together: ask one by one
            parts = [[p for p in phone_names(w) if p != 'pau'] for w in group]
        for word, part in zip(group, parts):
            found[word] = [PHONES.index(p) for p in part if p in PHONES]
    return found


def spell(words):
    """{word: letter numbers}: for a language that is written as it sounds, letters are as good as phones."""
    letters = "abcdefghijklmnopqrstuvwxyzäöüß'"
    return {word: [letters.index(letter) for letter in word if letter in letters] for word in words}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--corpus', default='corpus.json')
    parser.add_argument('--out', default='phones.json')
    options = parser.parse_args()
    with open(options.corpus) as f:
        corpus = json.load(f)
    words = sorted({w for name, rows in corpus.items() if name.startswith('train') for r in rows for w in r[1].split()})
    with open(options.out, 'w') as f:
        json.dump(pronounce(words) if HERE_SPOKEN.code == 'en' else spell(words), f)
    print('words', len(words))


if __name__ == '__main__':
    main()
