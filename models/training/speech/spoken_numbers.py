"""Numbers, money, dates, times and codes in words, as people say them. Each function draws one at random."""

ONES = ('zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen '
        'seventeen eighteen nineteen').split()
TENS = '_ _ twenty thirty forty fifty sixty seventy eighty ninety'.split()
MONTHS = 'january february march april may june july august september october november december'.split()
DAYS = 'monday tuesday wednesday thursday friday saturday sunday'.split()
ORDINALS = ('first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth '
            'fifteenth sixteenth seventeenth eighteenth nineteenth twentieth').split()
NATO = ('alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec '
        'romeo sierra tango uniform victor whiskey x-ray yankee zulu').split()
LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'


def words(n):
    """A whole number below a million in words."""
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (' ' + ONES[n % 10] if n % 10 else '')
    if n < 1000:
        return ONES[n // 100] + ' hundred' + (' and ' + words(n % 100) if n % 100 else '')
    rest = n % 1000
    return words(n // 1000) + ' thousand' + (' ' + ('and ' if rest < 100 else '') + words(rest) if rest else '')


def ordinal(n):
    if n <= 20:
        return ORDINALS[n - 1]
    return 'thirtieth' if n == 30 else TENS[n // 10] + ' ' + ORDINALS[n % 10 - 1]


def count(rng):
    return words(rng.randint(2, 12))


def number(rng):
    return words(rng.choice([rng.randint(2, 20), rng.randint(10, 99), rng.randint(10, 99), rng.randint(100, 999)]))


def big(rng):
    return words(rng.choice([rng.randint(1, 20) * 100, rng.randint(1, 90) * 1000, rng.randint(100, 9999)]))


def percent(rng):
    return words(rng.choice([5, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100, rng.randint(2, 99)])) + ' percent'


def digits(rng, low=4, high=8):
    """Digits said one by one; zero is often `oh`, and pairs are often `double`."""
    zero = rng.choice(['zero', 'zero', 'oh'])
    out, length = [], rng.randint(low, high)
    while len(out) < length:
        d = rng.randint(0, 9)
        name = zero if d == 0 else ONES[d]
        out.append('double ' + name if rng.random() < 0.06 else name)
        if rng.random() < 0.12 and len(out) < length:
            out[-1] += ','
    return ' '.join(out)


def pin(rng):
    return digits(rng, 3, 4)


def letters(rng):
    return ' '.join(rng.choice(LETTERS) for _ in range(rng.randint(2, 4)))


def code(rng):
    """A reference of letters and digits."""
    return letters(rng) + ' ' + digits(rng, 3, 5)


def spelled(rng):
    """Letters with spelling words."""
    picks = [rng.randrange(26) for _ in range(rng.randint(1, 3))]
    return ', '.join(f'{LETTERS[i]} [for|as in] {NATO[i]}' for i in picks)


def amount(rng):
    """A sum of money."""
    kind = rng.random()
    unit, small = rng.choice([('dollar', 'cents'), ('dollar', 'cents'), ('pound', 'pence'), ('euro', 'cents')])
    whole = rng.choice([rng.randint(1, 20), rng.randint(10, 99), rng.randint(10, 99), rng.randint(100, 400),
                        rng.randint(1, 40) * 50])
    plural = unit + ('s' if whole != 1 else '')
    if kind < 0.55:
        return f'{words(whole)} {plural}'
    cents = rng.choice([99, 50, 95, 49, 75, 25, rng.randint(2, 99)])
    if kind < 0.8 or whole >= 100:
        return f'{words(whole)} {plural} and {words(cents)} {small}'
    return f'{words(whole)} {words(cents)}' if cents >= 20 else f'{words(whole)} {plural}'


def month(rng):
    return rng.choice(MONTHS)


def day(rng):
    return rng.choice(DAYS)


def date(rng):
    n, m = rng.randint(1, 31), rng.choice(MONTHS)
    return rng.choice([f'the {ordinal(n)} of {m}', f'{m} {ordinal(n)}', f'{rng.choice(DAYS)} the {ordinal(n)}'])


def year(rng):
    y = rng.choice([rng.randint(1948, 1999), rng.randint(2001, 2009), rng.randint(2010, 2026)])
    if y < 2000:
        return f'nineteen {words(y % 100)}'
    return f'two thousand and {words(y % 100)}' if y < 2010 else f'twenty {words(y % 100)}'


def birth(rng):
    return f'{date(rng)}, {year(rng)}'


def clock(rng):
    h = rng.randint(1, 12)
    form = rng.random()
    if form < 0.3:
        return f"{words(h)} o'clock"
    if form < 0.5:
        return rng.choice(['half past', 'quarter past', 'quarter to', 'ten to', 'five past']) + ' ' + words(h)
    minutes = words(rng.choice([15, 20, 30, 30, 45, 10, 50]))
    if form < 0.7:
        return f'{words(h)} {minutes}'
    return f'{words(h)} ' + rng.choice(['in the morning', 'in the afternoon', 'in the evening', 'P M', 'A M'])


def duration(rng):
    n = rng.randint(2, 12)
    unit = rng.choice(['minutes', 'hours', 'days', 'weeks', 'months', 'years', 'working days'])
    if unit == 'minutes':
        n = rng.choice([5, 10, 15, 20, 30, 40, 45, 50, 90])
    return f'{words(n)} {unit}'
