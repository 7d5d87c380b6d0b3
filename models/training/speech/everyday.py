"""Everyday sentences, so that the recogniser hears more than call language.

The folder holds any of these public sets, as their authors publish them; only training parts are read:
  goemotions/train.tsv        GoEmotions (Apache-2.0): text, labels, id
  xed/en.tsv, neutral_en.txt  XED film subtitles (CC BY 4.0): text, labels; or label, text; de.tsv for German
  convabuse/train.csv         ConvAbuse (CC BY 4.0): the column `user`
  *.txt                       one sentence a line, for instance lines of dialogues written for other training
"""
import collections
import csv
import glob
import os
import re

from languages import HERE_SPOKEN

WORDS = range(2, 19)  # allowed number of words
CHATTER = re.compile(r'[0-9\[\]@#_<>/\\$%&*=~|{}:]|http')
SHORT = {'a', 'i', 'o'}


def raw_texts(folder):
    def column(path, index):
        if os.path.exists(path):
            with open(path, encoding='utf8') as f:
                for line in f:
                    parts = line.rstrip('\n').split('\t')
                    if len(parts) > index:
                        yield parts[index]

    if HERE_SPOKEN.code == 'de':
        yield from column(os.path.join(folder, 'xed', 'de.tsv'), 0)
        return
    yield from column(os.path.join(folder, 'goemotions', 'train.tsv'), 0)
    yield from column(os.path.join(folder, 'xed', 'en.tsv'), 0)
    yield from column(os.path.join(folder, 'xed', 'neutral_en.txt'), 1)
    talks = os.path.join(folder, 'convabuse', 'train.csv')
    if os.path.exists(talks):
        with open(talks, encoding='utf8', newline='') as f:
            yield from (row['user'] for row in csv.DictReader(f))
    for path in sorted(glob.glob(os.path.join(folder, '*.txt'))):
        yield from column(path, 0)


def sentences(folder, lexicon):
    """Distinct sentences whose every word is in the pronouncing dictionary, with commas and question marks."""
    spelt = lexicon | {word + "'s" for word in lexicon}
    found = collections.OrderedDict()

    def spelt_well(word):
        known = word in spelt or HERE_SPOKEN.code != 'en'  # subtitles are spelt well; comments are not
        return known and (len(word) > 1 or word in SHORT)

    for text in raw_texts(folder):
        text = text.replace('\u2019', "'").replace(' ,', ',').replace(' ?', '?').replace(" '", "'").replace(" n't", "n't")
        for part in re.findall(r"[^.!?;\u2026]+\??", text):
            if CHATTER.search(part):
                continue
            part = re.sub(rf"[^{HERE_SPOKEN.letters},? ]+", ' ', part.lower())
            part = re.sub(r"\s+", ' ', part).strip(" ,'")
            words = re.sub(r'[,?]', ' ', part).split()
            if len(words) in WORDS and all(spelt_well(w) for w in words):
                found[part] = None
    return list(found)
