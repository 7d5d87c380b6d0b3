"""German numbers, money, dates, times and codes in words, as people say them. Each function draws one at random.

Whole numbers below a million are one word. A name ending in _dat is the form after am/vom/seit/in/nach (it is also
the accusative of a date: `den dritten märz`). Spelled letters are upper-case single letters.
"""

ONES = ('null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn '
        'siebzehn achtzehn neunzehn').split()
TENS = '_ _ zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig'.split()
MONTHS = 'januar februar märz april mai juni juli august september oktober november dezember'.split()
DAYS = 'montag dienstag mittwoch donnerstag freitag samstag sonntag'.split()
ORDINALS = {1: 'erste', 3: 'dritte', 7: 'siebte', 8: 'achte'}
LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
TAFEL = ('anton berta cäsar dora emil friedrich gustav heinrich ida julius kaufmann ludwig martha nordpol otto paula '
         'quelle richard samuel theodor ulrich viktor wilhelm xanthippe ypsilon zacharias').split()
TAFEL_NEU = ('aachen berlin chemnitz düsseldorf essen frankfurt goslar hamburg ingelheim jena köln leipzig münchen '
             'nürnberg offenbach potsdam quickborn rostock salzwedel tübingen unna völklingen wuppertal xanten '
             'ypsilon zwickau').split()
TAFEL_ANDERE = {'A': 'apfel', 'B': 'bruno', 'C': 'charlie', 'D': 'david', 'H': 'haus', 'K': 'konrad', 'L': 'lampe',
                'M': 'maria', 'N': 'nikolaus', 'P': 'peter', 'S': 'siegfried', 'T': 'tom', 'V': 'vogel', 'Z': 'zeppelin'}
UMLAUTE = {'Ä': 'ärger', 'Ö': 'ökonom', 'Ü': 'übermut'}
NAMES = ('maier meyer mayer schmitt schmidt schulz weiß krämer möller köhler böttcher jäger fuchs vogt lorenz kaya '
         'yilmaz nowak petrovic haas seidel grimm pohl busch engel kuhn otto sauer arndt wolf ziegler brandt pfeiffer '
         'thiel ritter hübner voigt barth kirsch urban quandt xaver claasen jung').split()
SITES = ['web punkt D E', 'post punkt D E', 'G M X punkt D E', 'hausnetz punkt net', 'posteingang punkt com', 'firma punkt D E',
         'online punkt D E', 'verein punkt org']


def words(n, one='eins', bare=False):
    """A whole number below a million in one word; bare: `hundert`, `tausend` without the leading `ein`."""
    if n == 1:
        return one
    if n < 20:
        return ONES[n]
    if n < 100:
        unit = n % 10
        return (('ein' if unit == 1 else ONES[unit]) + 'und' if unit else '') + TENS[n // 10]
    if n < 1000:
        head = '' if bare and n < 200 else words(n // 100, 'ein')
        return head + 'hundert' + (words(n % 100, one) if n % 100 else '')
    head = '' if bare and n < 2000 else words(n // 1000, 'ein')
    return head + 'tausend' + (words(n % 1000, one) if n % 1000 else '')


def _say(n, rng, one='eins'):
    return words(n, one, bare=rng.random() < 0.5)


def ordinal_of(n):
    """`dritte`, `einundzwanzigste`."""
    return ORDINALS.get(n) or words(n) + ('te' if n < 20 else 'ste')


def count(rng):
    return words(rng.randint(2, 12))


def number(rng):
    return _say(rng.choice([rng.randint(2, 20), rng.randint(10, 99), rng.randint(10, 99), rng.randint(100, 999)]), rng)


def big(rng):
    n = rng.choice([rng.randint(1, 20) * 100, rng.randint(1, 90) * 1000, rng.randint(100, 9999),
                    rng.randint(2, 90) * 500])
    if 1100 <= n < 2000 and n % 100 == 0 and rng.random() < 0.5:
        return words(n // 100) + 'hundert'
    return _say(n, rng)


def decimal(rng):
    return f'{words(rng.randint(0, 40))} komma {ONES[rng.randint(1, 9)]}' + (
        ' ' + ONES[rng.randint(1, 9)] if rng.random() < 0.4 else '')


def percent(rng):
    if rng.random() < 0.2:
        return decimal(rng) + ' prozent'
    return words(rng.choice([5, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100, rng.randint(2, 99)]), bare=True) + ' prozent'


def ordinal(rng):
    """`dritte`: after der/die/das."""
    return ordinal_of(rng.randint(1, 31))


def ordinal_small(rng):
    """`dritte`: a low one, as in `das dritte mal`."""
    return ordinal_of(rng.randint(2, 6))


def ordinal_small_dat(rng):
    """`dritten`: as in `zum dritten mal`, `im dritten stock`."""
    return ordinal_small(rng) + 'n'


def _digit(d, two):
    return two if d == 2 else ONES[d]


def digits(rng, low=4, high=8):
    """Digits said one by one; two is often `zwo`, and repeated or paired digits have their ways."""
    two = rng.choice(['zwei', 'zwo'])
    out, length = [], rng.randint(low, high)
    while len(out) < length:
        d = rng.randint(0, 9)
        name = _digit(d, two)
        if rng.random() < 0.05:
            name = rng.choice(['zweimal die ', 'doppel ', 'dreimal die ']) + name
        elif rng.random() < 0.08 and length > 4:
            name = words(rng.randint(10, 99))
        out.append(name)
        if rng.random() < 0.12 and len(out) < length:
            out[-1] += ','
    return ' '.join(out)


def pairs(rng):
    """Digits said two by two: `siebenunddreißig, null vier, zwölf`."""
    out = []
    for _ in range(rng.randint(2, 5)):
        n = rng.randint(0, 99)
        out.append(words(n) if n > 9 else 'null ' + ONES[n])
    return ', '.join(out)


def pin(rng):
    return digits(rng, 3, 4)


def postcode(rng):
    if rng.random() < 0.3:
        return f'{ONES[rng.randint(1, 9)]} {words(rng.randint(10, 99))} {words(rng.randint(10, 99))}'
    two = rng.choice(['zwei', 'zwo'])
    return ' '.join(_digit(rng.randint(0, 9), two) for _ in range(5))


def phone(rng):
    """A telephone number with a dialling code."""
    start = rng.choice(['null eins fünf', 'null eins sechs', 'null eins sieben', 'null drei null', 'null vier null',
                        'null acht neun', 'null zwo zwo eins', 'null sechs neun', 'plus vier neun'])
    return f'{start}, {rng.choice([digits(rng, 5, 7), pairs(rng)])}'


def letters(rng):
    return ' '.join(rng.choice(LETTERS) for _ in range(rng.randint(2, 4)))


def code(rng):
    """A reference of letters and digits."""
    return letters(rng) + ' ' + digits(rng, 3, 5)


def plate(rng):
    """A number plate."""
    return ' '.join(rng.choice(LETTERS) for _ in range(rng.randint(2, 4))) + ' ' + rng.choice(
        [digits(rng, 2, 4), _say(rng.randint(10, 999), rng)])


def _wie(letter, rng):
    i = LETTERS.find(letter)
    if i < 0:
        return UMLAUTE[letter]
    if letter in TAFEL_ANDERE and rng.random() < 0.25:
        return TAFEL_ANDERE[letter]
    return (TAFEL if rng.random() < 0.75 else TAFEL_NEU)[i]


def spelled(rng):
    """Letters with spelling words: `A wie anton, B wie berta`."""
    picks = [rng.choice(LETTERS + ('ÄÖÜ' if rng.random() < 0.2 else '')) for _ in range(rng.randint(1, 3))]
    return ', '.join(f'{c} wie {_wie(c, rng)}' for c in picks)


def tafel(rng):
    """Spelling words alone: `anton, berta, emil`."""
    return ', '.join(_wie(c, rng) for c in rng.sample(LETTERS, rng.randint(2, 4)))


def spelled_name(rng):
    """A surname letter by letter: `S C H M I doppel T`, `W E I scharfes S`."""
    name, out, i = rng.choice(NAMES), [], 0
    double = rng.random() < 0.6
    while i < len(name):
        c = name[i]
        if c == 'ß':
            out.append(rng.choice(['eszett', 'scharfes S']))
        elif double and name[i + 1:i + 2] == c:
            out.append('doppel ' + c.upper())
            i += 1
        else:
            out.append(c.upper())
        i += 1
    return ' '.join(out)


def named_spelled(rng):
    """A surname and its spelling: `jäger, J Ä G E R`."""
    name = rng.choice([n for n in NAMES if 'ß' not in n])
    return f'{name}, {" ".join(name.upper())}'


def email(rng):
    left = rng.choice(NAMES)
    if rng.random() < 0.6:
        left = rng.choice(['anna', 'peter', 'info', 'maria', 'jonas', 'lena', rng.choice(LETTERS), 'klaus']) + ' ' + \
            rng.choice(['punkt', 'punkt', 'unterstrich', 'bindestrich']) + ' ' + left
    if rng.random() < 0.25:
        left += ' ' + words(rng.randint(10, 99))
    return f'{left} {rng.choice(["ät", "ät", "klammeraffe"])} {rng.choice(SITES)}'


def house(rng):
    """A house number."""
    n = words(rng.choice([rng.randint(1, 30), rng.randint(1, 199)]), bare=True)
    return n + (' ' + rng.choice('ABC') if rng.random() < 0.2 else '')


def amount(rng):
    """A sum of money: `zwölf euro fünfzig`."""
    kind = rng.random()
    whole = rng.choice([rng.randint(1, 20), rng.randint(10, 99), rng.randint(10, 99), rng.randint(100, 400),
                        rng.randint(1, 40) * 50])
    euro = _say(whole, rng, 'ein') + ' euro'
    if kind < 0.5:
        return euro
    cents = rng.choice([99, 50, 95, 49, 75, 25, 90, rng.randint(10, 99)])
    if kind < 0.9:
        return f'{euro} {words(cents)}'
    return f'{euro} und {words(cents)} cent'


def cents(rng):
    return rng.choice([words(rng.randint(2, 99)), decimal(rng)]) + ' cent'


def month(rng):
    return rng.choice(MONTHS)


def day(rng):
    return rng.choice(DAYS)


def date(rng):
    """Nominative: `der dritte märz`, `der dritte fünfte`."""
    n, m = rng.randint(1, 31), rng.randrange(12)
    form = rng.random()
    if form < 0.65:
        return f'der {ordinal_of(n)} {MONTHS[m]}'
    if form < 0.85:
        return f'der {ordinal_of(n)} {ordinal_of(m + 1)}'
    return f'{rng.choice(DAYS)}, der {ordinal_of(n)}'


def date_dat(rng):
    """After am, vom, zum, den: `dritten märz`."""
    n, m = rng.randint(1, 31), rng.randrange(12)
    return f'{ordinal_of(n)}n ' + (MONTHS[m] if rng.random() < 0.75 else ordinal_of(m + 1) + 'n')


def year(rng):
    y = rng.choice([rng.randint(1935, 1999), rng.randint(2000, 2009), rng.randint(2010, 2029)])
    if y < 2000:
        return f'neunzehnhundert{words(y % 100)}'
    return words(y)


def full_date(rng):
    """`der dritte märz zweitausendfünfundzwanzig`."""
    return f'der {ordinal_of(rng.randint(1, 31))} {rng.choice(MONTHS)} {words(rng.randint(2015, 2029))}'


def full_date_dat(rng):
    return f'{date_dat(rng)} {words(rng.randint(2015, 2029))}'


def birth(rng):
    """A date of birth, nominative."""
    n, m, y = rng.randint(1, 31), rng.randrange(12), rng.randint(1935, 2006)
    full = f'neunzehnhundert{words(y % 100)}' if y < 2000 else words(y)
    short = words(y % 100) if 10 <= y % 100 and y < 2000 else full
    return rng.choice([f'der {ordinal_of(n)} {MONTHS[m]} {full}', f'der {ordinal_of(n)} {ordinal_of(m + 1)} {short}',
                       f'{ordinal_of(n)}r {ordinal_of(m + 1)}r {short}', f'{ordinal_of(n)}r {MONTHS[m]} {full}'])


def birth_dat(rng):
    y = rng.randint(1935, 2006)
    full = f'neunzehnhundert{words(y % 100)}' if y < 2000 else words(y)
    return f'{date_dat(rng)} {full}'


def _uhr(h):
    return words(h, 'ein') + ' uhr'


def clock(rng):
    """After um, ab, gegen, bis: `viertel nach acht`, `halb neun`, `acht uhr fünfzehn`."""
    form = rng.random()
    if form < 0.3:
        return _uhr(rng.randint(1, 23))
    if form < 0.55:
        return rng.choice(['halb', 'halb', 'viertel nach', 'viertel vor', 'zehn vor', 'zehn nach', 'fünf vor',
                           'kurz nach', 'fünf vor halb', 'fünf nach halb', 'zwanzig nach', 'dreiviertel']) + \
            ' ' + words(rng.randint(1, 12))
    if form < 0.8:
        return f'{_uhr(rng.randint(0, 23))} {words(rng.choice([15, 20, 30, 30, 45, 10, 50, rng.randint(1, 59)]))}'
    h, part = rng.choice([(rng.randint(5, 10), 'morgens'), (rng.randint(6, 11), 'vormittags'),
                          (rng.randint(1, 5), 'nachmittags'), (rng.randint(6, 11), 'abends'),
                          (rng.randint(1, 4), 'nachts'), (rng.randint(5, 10), 'in der früh')])
    return f'{_uhr(h)} {part}'


def _duration(rng, units):
    unit = rng.choice(units)
    n = rng.randint(2, 12)
    if unit.startswith('minute'):
        n = rng.choice([5, 10, 15, 20, 30, 40, 45, 50, 90])
    elif rng.random() < 0.08:
        return f'{rng.choice(["anderthalb", "zweieinhalb", "ein paar"])} {unit}'
    return f'{words(n)} {unit}'


ACC = ['minuten', 'stunden', 'tage', 'wochen', 'monate', 'jahre', 'werktage', 'arbeitstage']
DAT = ['minuten', 'stunden', 'tagen', 'wochen', 'monaten', 'jahren', 'werktagen', 'arbeitstagen']
LONG = DAT[2:6]


def duration(rng):
    """Nominative or accusative: `drei tage`."""
    return _duration(rng, ACC)


def duration_dat(rng):
    """After seit, vor, nach, in, innerhalb von: `drei tagen`."""
    return _duration(rng, DAT)


def duration_long_dat(rng):
    """As duration_dat, days and longer."""
    return _duration(rng, LONG)


def ordinal_dat(rng):
    """`dritten`: a day of the month after am, zum."""
    return ordinal(rng) + 'n'


def small(rng):
    """A number from 10 to 40: degrees, minutes, pages."""
    return words(rng.randint(10, 40))


def age(rng):
    return words(rng.randint(18, 95))
