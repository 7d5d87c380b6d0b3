#!/usr/bin/env python3
"""Balanced random assignment of the dialogues to write: 600 English, 300 German, seeded.

Writes plan/en-01.jsonl ... en-12.jsonl and plan/de-01.jsonl ... de-06.jsonl, 50 calls each, and
prints the tables that show the balance. Same seed, same files."""

import json
import random
from collections import Counter, defaultdict
from itertools import product
from pathlib import Path

from issues import AGENTS, ISSUES, NAMES, OPENS, PERSONS, SETTINGS

SEED = 20260
COLOURS = ["red", "yellow", "green", "blue"]
MOTIVES = ["knowledge", "empathy", "individuality", "belonging", "security", "vision"]
TYPES = ["none", "offloader", "grievance", "abusive"]
MOODS = ["neutral", "satisfied", "angry", "disappointed", "worried", "confused", "grateful", "apologetic"]
SIZES = {"en": 600, "de": 300}
PACKAGE = 50

# Shares of moods by caller type only: the colour has no part in them.
START = {
    "none": dict(neutral=30, confused=16, worried=16, satisfied=9, disappointed=9, angry=9, apologetic=7, grateful=4),
    "offloader": dict(angry=24, disappointed=24, neutral=20, worried=12, satisfied=8, confused=6, apologetic=6),
    "grievance": dict(angry=30, disappointed=24, worried=16, confused=14, neutral=16),
    "abusive": dict(angry=46, disappointed=12, confused=10, worried=10, neutral=18, satisfied=4),
}
END = {
    "none": dict(grateful=22, satisfied=22, neutral=22, disappointed=9, worried=8, apologetic=6, confused=5, angry=6),
    "offloader": dict(grateful=18, neutral=22, satisfied=16, apologetic=14, disappointed=14, angry=8, worried=8),
    "grievance": dict(satisfied=18, grateful=15, neutral=18, disappointed=18, angry=18, worried=8, apologetic=5),
    "abusive": dict(angry=48, neutral=14, apologetic=12, disappointed=10, satisfied=8, grateful=4, worried=4),
}
VIA = dict(angry=14, worried=14, confused=16, apologetic=14, disappointed=12, satisfied=10, grateful=8, neutral=12)
FLUENCY = {"native": 40, "non-native": 15, "elderly": 13, "hurried": 10, "rambling": 10, "laconic": 12}
# A manner that works against the colour: never in an easy call.
AGAINST = {("red", "rambling"), ("yellow", "laconic"), ("green", "hurried"), ("blue", "rambling"),
           ("yellow", "hurried"), ("red", "elderly")}
OUTCOME = {
    "none": dict(solved=58, promised=20, not_possible=14, handed_over=8),
    "offloader": dict(solved=86, promised=5, not_possible=6, handed_over=3),
    "grievance": dict(solved=38, promised=30, not_possible=18, handed_over=14),
    "abusive": dict(solved=24, promised=20, not_possible=18, handed_over=14, cut_off=24),
}


def quota(shares, n, rng):
    """n draws in proportion to the shares, rounded at random, in random order."""
    total = sum(shares.values())
    exact = {key: n * share / total for key, share in shares.items()}
    drawn = [key for key, value in exact.items() for _ in range(int(value))]
    rest = {key: value - int(value) + 1e-9 for key, value in exact.items()}
    while len(drawn) < n:
        key = rng.choices(list(rest), list(rest.values()))[0]
        drawn.append(key)
        rest[key] = 1e-9
    rng.shuffle(drawn)
    return drawn


def spread(items, field, by, shares, rng):
    """Sets field by quota within each group of equal `by`."""
    groups = defaultdict(list)
    for item in items:
        groups[tuple(item[key] for key in by)].append(item)
    for key in sorted(groups):
        group = groups[key]
        for item, value in zip(group, quota(shares(key) if callable(shares) else shares, len(group), rng)):
            item[field] = value


def even(items, field, against, keep, rng, rounds=20000):
    """Swaps `field` among items equal in `keep` so that it goes evenly with `against`."""
    groups = defaultdict(list)
    for item in items:
        groups[tuple(item[key] for key in keep)].append(item)
    groups = [group for group in groups.values() if len(group) > 1]
    counts = Counter((item[against], item[field]) for item in items)
    for _ in range(rounds):
        one, two = rng.sample(rng.choice(groups), 2)
        if one[field] == two[field] or one[against] == two[against]:
            continue
        less = [(one[against], one[field]), (two[against], two[field])]
        more = [(one[against], two[field]), (two[against], one[field])]
        # change of the sum of squares
        if sum(2 * counts[key] + 1 for key in more) - sum(2 * counts[key] - 1 for key in less) < 0:
            counts.subtract(less)
            counts.update(more)
            one[field], two[field] = two[field], one[field]


def cells(lang):
    """Colour x motive x caller type. English: 25 a pair, German: 12 or 13; margins exact."""
    for (c, colour), (m, motive) in product(enumerate(COLOURS), enumerate(MOTIVES)):
        if lang == "en":
            # one pair of each motive has an abusive caller less
            less = 1 if c == (m * 3 + m // 4) % 4 else 0
            counts = {"offloader": 5, "grievance": 5, "abusive": 4 - less, "none": 11 + less}
        else:
            stripe = (c // 2 + m) % 2
            less = 1 if (c, m) in {(0, 0), (1, 3), (2, 4)} else 0
            counts = {"offloader": 2 + stripe, "grievance": 3 - stripe, "abusive": 2 - less,
                      "none": 5 + (c + m) % 2 + less}
        for kind in TYPES:
            for _ in range(counts[kind]):
                yield {"lang": lang, "colour": colour, "motive": motive, "caller_type": kind}


def hardness(items, rng):
    """What makes a hard call hard: evenly over the colours."""
    hard = [item for item in items if item["difficulty"] == "hard"]
    for colour in COLOURS:
        mine = [item for item in hard if item["colour"] == colour]
        rng.shuffle(mine)
        left = Counter(quota({"weak": 22, "mixed": 18, "late": 18, "stress": 14, "decoy_topic": 16, "language": 12}, len(mine), rng))
        fits = {"language": lambda item: item["fluency"] in ("non-native", "laconic"),
                "stress": lambda item: item["mood_start"] in ("angry", "worried", "disappointed")}
        for way in ("language", "stress", "mixed", "weak", "late", "decoy_topic"):
            for item in mine:
                if left[way] and "hard_how" not in item and fits.get(way, lambda item: True)(item):
                    item["hard_how"] = way
                    left[way] -= 1
        for item in mine:
            item.setdefault("hard_how", "weak")
    for item in hard:
        way = item["hard_how"]
        if way == "mixed":
            item["decoy_colour"] = rng.choice([colour for colour in COLOURS if colour != item["colour"]])
        if way == "decoy_topic" or (way == "mixed" and rng.random() < 0.5):
            item["decoy_motive"] = rng.choice([motive for motive in MOTIVES if motive != item["motive"]])
        if way == "late":
            item["turns"] = max(item["turns"], 10)


def deal(items, rng):
    """Packages of 50, each a small picture of the whole."""
    count = len(items) // PACKAGE
    items = items[:]
    rng.shuffle(items)
    items.sort(key=lambda item: (item["caller_type"], item["colour"], item["motive"]))
    packages = [items[index::count] for index in range(count)]
    for package in packages:
        rng.shuffle(package)
    return packages


def situations(packages, rng):
    """Industry and issue: each about equally often, never twice in a package."""
    pools = {kind: [(industry, kind, issue) for industry, kinds in ISSUES.items() for issue in kinds[kind]]
             for kind in ("ask", "error", "vent")}
    decks = {kind: [] for kind in pools}

    def draw(kind, taken, industries):
        if len(decks[kind]) < 12:
            fresh = pools[kind][:]
            rng.shuffle(fresh)
            decks[kind] = fresh + decks[kind]  # old ones go first: taken from the end
        deck = decks[kind]
        free = [at for at in range(len(deck)) if deck[at] not in taken]
        best = min(free, key=lambda at: (industries[deck[at][0]] > 3, -at))
        return deck.pop(best)

    for package in packages:
        taken, industries = set(), Counter()
        for item in package:
            kind = {"none": "ask", "offloader": "vent", "grievance": "error",
                    "abusive": rng.choices(["ask", "error"], [6, 4])[0]}[item["caller_type"]]
            got = draw(kind, taken, industries)
            taken.add(got)
            industries[got[0]] += 1
            item["industry"], _, item["issue"] = got


def plan(lang):
    rng = random.Random(f"{SEED}-{lang}")
    items = list(cells(lang))
    assert len(items) == SIZES[lang], len(items)
    rng.shuffle(items)
    items.sort(key=lambda item: (item["colour"], item["caller_type"], item["motive"]))
    block = []
    for item in items:
        if not block:
            block = rng.sample(["easy", "medium", "hard"], 3)
        item["difficulty"] = block.pop()
    even(items, "difficulty", "motive", ("colour", "caller_type"), rng)
    spread(items, "mood_start", ("colour", "caller_type"), lambda key: START[key[1]], rng)
    spread(items, "mood_end", ("colour", "caller_type"), lambda key: END[key[1]], rng)
    spread(items, "outcome", ("colour", "caller_type"), lambda key: OUTCOME[key[1]], rng)
    spread(items, "fluency", ("colour",), FLUENCY, rng)
    spread(items, "agent", ("colour",), {agent: 1 for agent in AGENTS}, rng)
    spread(items, "opens", ("colour",), {"agent greets with company and own name": 5, "agent greets shortly": 5,
           "call was put through by a colleague": 3, "agent calls back as agreed": 2,
           "agent asks for the customer number at once": 3, "caller speaks first": 2}, rng)
    for field in ("mood_start", "mood_end", "outcome"):
        even(items, field, "motive", ("colour", "caller_type"), rng)
    for field in ("fluency", "agent", "opens"):
        even(items, field, "motive", ("colour",), rng)
        even(items, field, "caller_type", ("colour", "motive"), rng)
    assert set(item["opens"] for item in items) <= set(OPENS)
    # manners against the colour move from easy calls to others of the same colour
    for item in items:
        if item["difficulty"] == "easy" and (item["colour"], item["fluency"]) in AGAINST:
            other = rng.choice([o for o in items if o["colour"] == item["colour"] and o["difficulty"] != "easy"
                                and (o["colour"], o["fluency"]) not in AGAINST])
            item["fluency"], other["fluency"] = other["fluency"], item["fluency"]
    # same mood at both ends only now and then; swaps stay within colour and caller type
    for item in items:
        if item["mood_start"] == item["mood_end"] and rng.random() < 0.7:
            others = [o for o in items if o["colour"] == item["colour"] and o["caller_type"] == item["caller_type"]
                      and o["mood_end"] != item["mood_start"] and o["mood_start"] != item["mood_end"]]
            if others:
                other = rng.choice(others)
                item["mood_end"], other["mood_end"] = other["mood_end"], item["mood_end"]
    # an outcome that fits the end: swaps within colour and caller type
    def odd(item):
        return ((item["mood_end"] in ("satisfied", "grateful") and item["outcome"] in ("cut_off",))
                or (item["mood_end"] == "apologetic" and item["outcome"] == "cut_off")
                or (item["mood_end"] in ("angry", "worried", "confused", "disappointed") and item["outcome"] == "solved"
                    and item["caller_type"] != "offloader"))  # an offloader's anger is at something else
    for _ in range(4):
        for item in [i for i in items if odd(i)]:
            others = [o for o in items if o["colour"] == item["colour"] and o["caller_type"] == item["caller_type"]]
            rng.shuffle(others)
            for other in others:
                before = odd(item) + odd(other)
                item["outcome"], other["outcome"] = other["outcome"], item["outcome"]
                if odd(item) + odd(other) < before:
                    break
                item["outcome"], other["outcome"] = other["outcome"], item["outcome"]
    for item in items:
        if item["outcome"] == "cut_off" and odd(item):
            item["outcome"] = "handed_over"
    for item in items:
        if rng.random() < 0.55:
            weights = {mood: weight for mood, weight in VIA.items() if mood not in (item["mood_start"], item["mood_end"])}
            item["mood_via"] = rng.choices(list(weights), list(weights.values()))[0]
        turns = rng.choices(range(6, 17), [3, 4, 8, 9, 10, 10, 9, 8, 6, 4, 3])[0]
        if "mood_via" in item:
            turns = max(turns, 7)
        if item.get("difficulty") == "hard":
            turns = max(turns, 8)
        item["turns"] = turns
    hardness(items, rng)
    packages = deal(items, rng)
    situations(packages, rng)
    persons, settings = [p.strip() for line in PERSONS.split("\n") for p in line.split("|")], \
        [s.strip() for line in SETTINGS.split("\n") for s in line.split("|")]
    first, last = NAMES[lang]["first"].split(), NAMES[lang]["last"].split()
    decks = {}

    def card(name, pool):
        if not decks.get(name):
            decks[name] = rng.sample(pool, len(pool))
        return decks[name].pop()

    order = ["id", "lang", "industry", "issue", "colour", "motive", "caller_type", "difficulty", "hard_how", "decoy_colour",
             "decoy_motive", "mood_start", "mood_via", "mood_end", "fluency", "turns", "outcome", "opens", "agent", "person",
             "setting", "caller_name", "agent_name"]
    number = 0
    for at, package in enumerate(packages, 1):
        lines = []
        for item in package:
            number += 1
            item["id"] = f"{lang}-{number:04d}"
            item["person"], item["setting"] = card("person", persons), card("setting", settings)
            item["caller_name"] = f"{card('first', first)} {card('last', last)}"
            item["agent_name"] = f"{card('agent first', first)} {card('agent last', last)}"
            lines.append(json.dumps({key: item[key] for key in order if key in item}, ensure_ascii=False))
        (Path(__file__).parent / "plan" / f"{lang}-{at:02d}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return items


def table(items, row, column):
    rows, columns = sorted({i[row] for i in items}), sorted({i.get(column, "-") for i in items})
    seen = Counter((i[row], i.get(column, "-")) for i in items)
    print(f"\n{row} x {column}")
    print(" " * 15 + "".join(f"{c[:12]:>13}" for c in columns) + f"{'sum':>7}")
    for r in rows:
        print(f"{r[:14]:15}" + "".join(f"{seen[r, c]:13}" for c in columns) + f"{sum(seen[r, c] for c in columns):7}")


def main():
    (Path(__file__).parent / "plan").mkdir(exist_ok=True)
    for lang in SIZES:
        items = plan(lang)
        print(f"\n===== {lang}: {len(items)} calls")
        assert len({(i['colour'], i['motive'], i['caller_type']) for i in items}) == 96
        for column in ("motive", "caller_type", "difficulty", "mood_start", "mood_end", "fluency", "hard_how"):
            table(items, "colour", column)
        for column in ("caller_type", "difficulty", "mood_end", "fluency", "hard_how"):
            table(items, "motive", column)
        for row, column in (("caller_type", "difficulty"), ("caller_type", "outcome"), ("mood_end", "outcome"), ("industry", "caller_type")):
            table(items, row, column)
        print("\nissues used:", sorted(Counter(Counter((i["industry"], i["issue"]) for i in items).values()).items()))


if __name__ == "__main__":
    main()
