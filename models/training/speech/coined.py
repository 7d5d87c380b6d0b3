"""Made-up names of products, firms and places, which nobody can know: they teach the recogniser to write what it
hears, and to take a name from the vocabulary it was given before the speech.

A name is one to three syllables that English spelling reads without doubt, and sometimes an everyday ending.
"""
import os

ONSETS = ('b c d f g h j k l m n p r s t v w z br cl cr dr fl fr gl gr pl pr sk sl sp st tr bl sh ch th qu').split()
VOWELS = 'a a e e i i o o u ai ee oa oo ar or er'.split()
CODAS = ['', '', '', '', 'n', 'n', 'x', 'l', 'm', 'r', 'k', 't', 'nd', 'st', 'ck', 'nt', 'p', 's', 'lt', 'sh', 'v']
ENDINGS = ['', '', '', '', '', 'net', 'fon', 'tech', 'ville', 'ton', 'ham', 'wick', 'ford', 'berg', 'dale', 'burg', 'o', 'a',
           'ix', 'on', 'ly', 'ia', 'is', 'era', 'ora', 'ium', 'ex', 'field', 'worth', 'stead', 'line', 'box', 'care', 'bank']
LAST = ['plus', 'pro', 'max', 'home', 'direct', 'mobile', 'insurance', 'energy', 'road', 'street', 'square', 'station',
        'premium', 'basic', 'care', 'bank', 'group', 'box', 'hub', 'tablet', 'lane', 'hill', 'park', 'bridge', 'one', 'two']

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'names-held-out.txt')) as listed:
    HELD_OUT = {line.split()[0] for line in listed if line.strip()}

TEMPLATES = [line.strip() for line in """
i have a question about my {n}
the {n} does not work any more
i bought the {n} {m} last week
we moved to {n} in march
my name is {n} and i live in {m}
is the {n} available in {m}?
do you mean the {n} or the {m}?
i am calling from {n}
the engineer from {n} never came
{n} please
it is spelled like {n}
the {n}
no, {n}, not {m}
can you send it to {n}?
i switched from {n} to {m}
you can order {n} in our shop
thank you for calling {n}, how can i help?
welcome to {n}, what can i do for you today?
i would recommend the {n} with {m}
my {n} shows an error since yesterday
the branch in {n} is closed
how much is {n} per month?
i want to cancel {n}
does {n} come with a guarantee?
the parcel went to {n} instead of {m}
our address is twelve {n}, {m}
please connect me with mister {n}
missus {n} told me to call you
have you ever tried {n}?
the flight to {n} was late
i read about {n} in the newspaper
we have {n}, {m} and the basic one
{n} is much cheaper than {m}
your {n} will arrive on friday
i forgot my password for {n}
they said {n} would pay for it
since the update {n} is slow
what is the difference between {n} and {m}?
""".split('\n') if line.strip()]


def name(rng):
    """A name, never one of those kept for the measurement."""
    while (made := draw(rng)).split()[0] in HELD_OUT:
        pass
    return made


def draw(rng):
    body = ''
    for _ in range(rng.choice([1, 1, 2, 2, 2, 3])):
        body += rng.choice(ONSETS) + rng.choice(VOWELS)
    body += rng.choice(CODAS)
    ending = rng.choice(ENDINGS)
    if ending and body[-1] == ending[0]:
        body = body[:-1]
    body = (body if rng.random() < 0.92 else rng.choice('aeiou') + body) + ending
    return body + (' ' + rng.choice(LAST) if rng.random() < 0.15 else '')


def sentence(template, rng):
    """(spoken, label) of a template with new names."""
    while '{n}' in template or '{m}' in template:
        mark = '{n}' if '{n}' in template else '{m}'
        template = template.replace(mark, name(rng), 1)
    return template, template.replace(',', '').replace('?', '')
