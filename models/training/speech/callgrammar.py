"""Expands the hand-written call language in text/*.txt into sentences.

A line of a template file is one template. Marks inside it:
  [a|b|]    one of the alternatives (an empty one makes the rest optional); may be nested
  {name}    a slot: a built-in one from numbers.py, or the list `name` of text/slots.txt
An upper-case single letter is a spelled letter: it is spoken by its name and written as the letter.
"""
import glob
import os
import re

from languages import HERE_SPOKEN


class Grammar:
    """Templates and slot lists, read once."""

    def __init__(self, folder=HERE_SPOKEN.text_folder()):
        self.slots = {}
        self.numbers = HERE_SPOKEN.number_makers()
        self.templates = []
        for path in sorted(glob.glob(os.path.join(folder, '*.txt'))):
            with open(path, encoding='utf8') as f:
                lines = [line.strip() for line in f if line.strip() and not line.startswith('#')]
            if os.path.basename(path).startswith('slots'):
                self._read_slots(lines)
            else:
                self.templates += lines
        self.templates = list(dict.fromkeys(self.templates))

    def _read_slots(self, lines):
        """`name: a | b | c`; a name may be continued on later lines."""
        for line in lines:
            name, _, values = line.partition(':')
            self.slots.setdefault(name.strip(), []).extend(v.strip() for v in values.split('|') if v.strip())

    def expand(self, text, rng):
        """One random sentence of a template."""
        while '[' in text:  # innermost brackets first
            text = re.sub(r'\[([^\[\]]*)\]', lambda m: rng.choice(m.group(1).split('|')), text)
        for _ in range(6):  # slots may contain slots and alternatives
            if '{' not in text and '[' not in text:
                break
            text = re.sub(r'\{([a-z_0-9]+)\}', lambda m: self._fill(m.group(1), rng), text)
            text = re.sub(r'\[([^\[\]]*)\]', lambda m: rng.choice(m.group(1).split('|')), text)
        text = re.sub(r'\s+', ' ', text).strip()
        text = re.sub(r"\s+([,.?!'])", r'\1', text)
        return re.sub(r'\ba ([aeio]\w|u[nmp])', r'an \1', text) if HERE_SPOKEN.code == 'en' else text

    def _fill(self, name, rng):
        maker = getattr(self.numbers, name, None)
        if maker is not None and name not in self.slots:
            return maker(rng)
        return rng.choice(self.slots[name])

    def sentences(self, template, limit, rng):
        """Up to `limit` distinct sentences of a template: fewer for templates with few combinations."""
        found = {}
        misses = 0
        while len(found) < limit and misses < 12:
            sentence = self.expand(template, rng)
            if sentence in found:
                misses += 1
            found[sentence] = None
        return list(found)
