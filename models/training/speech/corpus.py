"""Sentences to speak: cleaned dialogue data, everyday sentences and the call language of text/, in train and test.

    python corpus.py --data FOLDER [--everyday FOLDER] --out corpus.json

FOLDER is the `data/paper_splits/splits_annotated_at_sentence_level` folder (or a copy) of the public data set
multi-domain-goal-oriented-dialogues-dataset of awslabs on GitHub (CDLA-Permissive): <domain>/<part>.tsv. The folder
of everyday sentences is described in everyday.py.

Every entry is [spoken, label, template]: `spoken` keeps commas and question marks, because they make the
synthesiser pause and bend its voice; `label` is what the recogniser must write: lower case, apostrophes, nothing
else; `template` is the number of the call-language template, or -1 for dialogue data.
"""
import argparse
import collections
import csv
import glob
import hashlib
import json
import os
import random
import re

import callgrammar
import everyday
from languages import HERE_SPOKEN

CONTRACTIONS = {
    'im': "i'm", 'ive': "i've", 'dont': "don't", 'cant': "can't", 'didnt': "didn't", 'doesnt': "doesn't",
    'isnt': "isn't", 'wasnt': "wasn't", 'wont': "won't", 'havent': "haven't", 'hasnt': "hasn't",
    'couldnt': "couldn't", 'wouldnt': "wouldn't", 'shouldnt': "shouldn't", 'arent': "aren't",
    'thats': "that's", 'whats': "what's", 'youre': "you're", 'theres': "there's", 'lets': "let's",
    'hows': "how's", 'theyre': "they're", 'youve': "you've", 'heres': "here's",
}
LEXICON = '/usr/share/festival/dicts/cmu/cmudict-0.4.out'  # Debian: festlex-cmu
CHAT_WORDS = {'u', 'ur', 'pls', 'plz', 'thx', 'thnx', 'ok', 'wat', 'dob', 'ssn', 'msg', 'n', 'r', 'k', 'b', 'c',
              'd', 'e', 'f', 'g', 'h', 'j', 'l', 'm', 'o', 'p', 'q', 's', 't', 'v', 'w', 'x', 'y', 'z', 'st', 'th',
              'gud', 'ya', 'nd', 'tq', 'gb', 'mb', 'id', 'fo', 'co', 'na', 'wan', 'gon', 'ma', 'da'}
KEEP = {'okay', 'hello', 'wifi', 'email', 'online', 'website', 'internet', 'broadband', 'app', 'router'}


def label_of(spoken):
    """The recogniser's text for a spoken form."""
    return HERE_SPOKEN.label(spoken)


def is_held_out(key, share):
    """Stable pseudo-random choice by the text itself."""
    return int(hashlib.md5(key.encode()).hexdigest(), 16) % 10000 < share * 10000


def read_dialogues(folder):
    """Distinct candidate sentences of the dialogue data, with contractions restored."""
    csv.field_size_limit(10 ** 7)
    found = collections.Counter()
    for path in sorted(glob.glob(os.path.join(folder, '*', '*.tsv'))):
        with open(path, encoding='utf8', errors='ignore') as f:
            rows = csv.reader(f, delimiter='\t', quoting=csv.QUOTE_NONE)
            column = next(rows).index('utterance')
            for row in rows:
                raw = row[column].strip().lower() if len(row) > column else ''
                if not raw or re.search(r'[0-9@#_<>/\\$]', raw):
                    continue
                words = [CONTRACTIONS.get(w, w) for w in label_of(raw).split()]
                if 1 <= len(words) <= 20 and not any(w in CHAT_WORDS for w in words if w != 'ok'):
                    found[' '.join('okay' if w == 'ok' else w for w in words)] += 1
    return found


def read_lexicon(path=LEXICON):
    """Head words of a pronouncing dictionary; empty when it is not installed."""
    if not os.path.exists(path):
        return set()
    with open(path, encoding='latin1') as f:
        return {m.group(1) for line in f if (m := re.match(r'\("([a-z\']+)"', line))}


def clean_dialogues(folder, known_words):
    """Keeps sentences whose every word is frequent, or in the dictionary and not unique."""
    found = read_dialogues(folder)
    lexicon = read_lexicon() | KEEP
    counts = collections.Counter(w for s in found for w in set(s.split()))
    spelt = {re.sub("'s$", '', w) for w in lexicon} | lexicon

    def good(word):
        stem = re.sub("'s$", '', word)
        if word in known_words:
            return True
        if word in CONTRACTIONS.values() or stem in spelt:
            return counts[word] >= 3
        return False

    return sorted(s for s in found if all(good(w) for w in s.split()))


def build(folder, per_template, seed, everyday_folder=None):
    """All sentences by part: train lists and the held-out ones of three kinds."""
    rng = random.Random(seed)
    parts = {'train_dialogue': [], 'train_call': [], 'test_dialogue': [], 'test_call': [], 'test_template': [],
             'train_everyday': [], 'test_everyday': []}
    grammar = callgrammar.Grammar()
    seen = set()
    for number, template in enumerate(grammar.templates):
        whole = is_held_out('template ' + template, 0.06)
        limit = per_template * 4 // 5 if '{word}' in template else per_template
        for spoken in grammar.sentences(template, limit, rng):
            label = label_of(spoken)
            if label in seen or not 1 <= len(label.split()) <= 24:
                continue
            seen.add(label)
            test = 'test_template' if whole else 'test_call' if is_held_out(label, 0.05) else 'train_call'
            parts[test].append([spoken, label, number])
    words = {w for _, label, _ in parts['train_call'] for w in label.split()}
    for sentence in clean_dialogues(folder, words) if folder else []:
        if sentence not in seen:
            seen.add(sentence)
            part = 'test_dialogue' if is_held_out(sentence, 0.05) else 'train_dialogue'
            parts[part].append([sentence, sentence, -1])
    for spoken in everyday.sentences(everyday_folder, words | read_lexicon() | KEEP) if everyday_folder else []:
        label = label_of(spoken)
        if label not in seen:
            seen.add(label)
            parts['test_everyday' if is_held_out(label, 0.02) else 'train_everyday'].append([spoken, label, -1])
    trained = {label for name, rows in parts.items() if name.startswith('train') for _, label, _ in rows}
    for name in list(parts):
        if name.startswith('test'):
            parts[name] = [row for row in parts[name] if row[1] not in trained]
    return parts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', default=os.environ.get('DATA'), help='English dialogues; none for other languages')
    parser.add_argument('--everyday', help='folder with everyday sentences')
    parser.add_argument('--out', default='corpus.json')
    parser.add_argument('--per-template', type=int, default=560)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    parts = build(options.data, options.per_template, options.seed, options.everyday)
    with open(options.out, 'w') as f:
        json.dump(parts, f)
    trained = [label for name, rows in parts.items() if name.startswith('train') for _, label, _ in rows]
    words = collections.Counter(w for label in trained for w in label.split())
    print({name: len(rows) for name, rows in parts.items()}, 'distinct words', len(words),
          'seen 3 times', sum(c >= 3 for c in words.values()))


if __name__ == '__main__':
    main()
