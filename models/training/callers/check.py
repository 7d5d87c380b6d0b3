#!/usr/bin/env python3
"""Checks written dialogues against their plan.

    check.py                      every file in written/
    check.py written/en-03.jsonl  this file (repeats are still looked for in all of written/)
    check.py --tells              also lists phrases that occur with one label only
    check.py --part FILE          the file is not finished: missing ids are no error

The plan of written/en-03.jsonl is plan/en-03.jsonl. Prints FILE:LINE: id: what is wrong; "note:" lines
are advice. Exit status 1 if there is an error."""

import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

HERE = Path(__file__).parent
MOODS = {"neutral", "satisfied", "angry", "disappointed", "worried", "confused", "grateful", "apologetic"}
KEYS = {"id", "lang", "industry", "colour", "motive", "caller_type", "difficulty", "turns", "resolved", "effort"}
PLANNED = ("lang", "industry", "colour", "motive", "caller_type", "difficulty")

# Never, in anybody's mouth.
BANNED = {
    "en": [
        r"\b(red|yellow|green|blue)(s|ish|der|dest)?\b",
        r"\b(empath\w*|individualit\w*|individualis\w*|belonging|prestige|visionary|extra?verts?|extroverts?|introverts?|introverted|extroverted)\b",
        r"\b(offloader|offloading|grievances?|abusive|caller type|customer type|personality( type)?|my motive)\b",
        r"\bas an? \w+ (person|type|personality)\b", r"\b(i'm|i am) an? [\w-]+ (kind|sort|type) of (person|guy|man|woman|girl)\b",
        r"\b(i'm|i am) (just )?(an?|very|so) (analytical|emotional|rational|impatient|direct|sociable|chatty|harmony|precise)\b( person| type| one)?",
        r"\b(kind|sort|type) of person who\b", r"\bperson of few words\b", r"\bfacts and figures (man|woman|person|type)\b",
        r"\bknowledge\b", r"\bvision\b", r"\bneed for (security|safety|control|harmony|freedom)\b",
        r"\b(security|safety|freedom|harmony) (is|means) (very |so |really )?(important|everything)\b",
    ],
    "de": [
        r"\b(rot|gelb|grün|blau|hellrot|dunkelrot|hellblau|dunkelblau)(e|er|es|en|em)?\b",
        r"\b(empath\w*|individualit\w*|zugehörigkeit\w*|prestige|visionär\w*|extra?vertiert\w*|extrovertiert\w*|introvertiert\w*)\b",
        r"\b(anrufertyp|kundentyp|persönlichkeit\w*|charaktertyp|wissensdurst\w*|sicherheitsbedürfnis\w*|sicherheitsmensch\w*|freiheitsdrang)\b",
        r"\bals \w+er mensch\b", r"\bich bin (halt |eben |nun mal |ja |so )*(ein|eine|der|die)( \w+)? (typ|mensch|persönlichkeit|natur)\b",
        r"\bich bin (halt |eben |nun mal |ja |so |sehr )*(analytisch|emotional|gesellig|harmoniebedürftig|pingelig|penibel)\b",
        r"\b(zahlenmensch|gefühlsmensch|kopfmensch|bauchmensch|vernunftmensch|sicherheitsmensch)\w*\b",
        r"\bvision(en)?\b", r"\b(sicherheit|freiheit|harmonie|gemeinschaft) ist (mir |für mich )?(sehr |so |wirklich )?(wichtig|alles)\b",
    ],
}
# A caller may say these where they are the plain word for a thing (a security code); not about himself.
DOUBTFUL = {
    "en": r"\b(security|individual(ly)?|community|safety first)\b",
    "de": r"\b(sicherheit|individuell\w*|wissen ist|gemeinschaft|innovativ\w*)\b",
}
BRANDS = r"\b(amazon|vodafone|telekom|o2|netflix|spotify|dhl|hermes|fedex|google|microsoft|iphone|ikea|zalando|ebay|paypal|bahn ?card|deutsche bahn|lufthansa|ryanair|easyjet|bmw|volkswagen|mercedes|tesla|allianz|sparkasse|barclays|hsbc|facebook|whatsapp|instagram|youtube|siemens|bosch|miele|samsung|android)\b"
EMOJI = re.compile("[\U0001F000-\U0001FAFF\u2600-\u27BF\u2B00-\u2BFF\uFE0F\u2190-\u21FF]")
# Leaks in the agent's mouth: naming what the caller is like.
AGENT_LEAK = {
    "en": r"\b(you (seem|sound|are) (like |to be )?(an? )?(\w+ )?(person|type|man|woman|sort)\b|you like (facts|details|stories|numbers)|(people|callers|customers) like you|(you're|you are) in a hurry)",
    "de": r"\b(sie (sind|scheinen|klingen) (ja |aber |wohl )*(ein|eine) (\w+ )?(mensch|typ|person|frau|mann)\b|(menschen|leute|kunden) wie sie\b|sie haben es eilig)",
}
WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*", re.UNICODE)


def words(text):
    return [word.replace("’", "'") for word in WORD.findall(text.lower())]


def sentences(text):
    for part in re.split(r"(?<=[.!?…])\s+|\s+[–—]\s+|\n", text):
        found = words(part)
        if found:
            yield found


class Report:
    def __init__(self):
        self.errors, self.notes = Counter(), Counter()

    def error(self, where, text):
        self.errors[where[0]] += 1
        print(f"{where[0]}:{where[1]}: {where[2]}: {text}")

    def note(self, where, text):
        self.notes[where[0]] += 1
        print(f"{where[0]}:{where[1]}: {where[2]}: note: {text}")


def read(path, report=None):
    """(line number, dialogue) of a file."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            if report:
                report.error((path.name, number, "-"), "empty line")
            continue
        try:
            found.append((number, json.loads(line)))
        except ValueError as error:
            if report:
                report.error((path.name, number, "-"), f"no JSON: {error}")
    return found


def number_in(value, low, high):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def check_text(where, at, side, text, lang, report):
    where_turn = f"turn {at}: "
    low = text.lower().replace("’", "'")
    if not text.strip():
        report.error(where, where_turn + "empty text")
    if re.search(r"[\[\]{}<>*_#]|\([^)]*\)", text):
        report.error(where, where_turn + f"brackets, stars or stage directions: {text[:70]!r}")
    if EMOJI.search(text) or re.search(r"[:;]-?[)(DP](\s|$)", text):
        report.error(where, where_turn + "emoji")
    if re.search(r"\d", text):
        report.error(where, where_turn + f"digits (write numbers as spoken words): {text[:70]!r}")
    if re.search(r"[€$£%&@+=/\\]", text):
        report.error(where, where_turn + f"a sign nobody speaks: {text[:70]!r}")
    if text != text.strip() or "  " in text:
        report.error(where, where_turn + "stray blanks")
    for pattern in BANNED[lang]:
        found = re.search(pattern, low)
        if found:
            report.error(where, where_turn + f"give-away: {found.group(0)!r}")
    if side == "caller":
        found = re.search(DOUBTFUL[lang], low)
        if found:
            report.note(where, where_turn + f"{found.group(0)!r}: only as the plain name of a thing")
    else:
        found = re.search(AGENT_LEAK[lang], low)
        if found:
            report.error(where, where_turn + f"the agent describes the caller: {found.group(0)!r}")
    found = re.search(BRANDS, low)
    if found:
        report.error(where, where_turn + f"real brand: {found.group(0)!r}")
    longest = 170 if side == "caller" else 70
    if len(words(text)) > longest:
        report.error(where, where_turn + f"{len(words(text))} words; at most {longest}")


def check_turns(where, dialogue, plan, report):
    turns = dialogue.get("turns")
    lang = dialogue.get("lang") if dialogue.get("lang") in BANNED else "en"
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        report.error(where, "turns is no list of objects")
        return
    if not 6 <= len(turns) <= 16:
        report.error(where, f"{len(turns)} turns; 6 to 16")
    elif plan and abs(len(turns) - plan["turns"]) > 2:
        report.error(where, f"{len(turns)} turns; planned {plan['turns']}, two more or less are fine")
    sides = [turn.get("side") for turn in turns]
    callers = [turn for turn in turns if turn.get("side") == "caller"]
    if len(callers) < 3:
        report.error(where, f"the caller speaks {len(callers)} times; at least 3")
    if set(sides) != {"agent", "caller"}:
        report.error(where, f"sides are {sorted(map(str, set(sides)))}")
    if any(sides[i] == sides[i + 1] == sides[i + 2] for i in range(len(sides) - 2)):
        report.error(where, "three turns of one side in a row")
    doubles = sum(1 for one, two in zip(sides, sides[1:]) if one == two)
    if doubles > 2:
        report.error(where, f"{doubles} times two turns of one side in a row; at most 2")
    if plan and sides and (sides[0] == "caller") != (plan["opens"] == "caller speaks first"):
        report.error(where, f"first turn is {sides[0]}; planned: {plan['opens']}")
    for at, turn in enumerate(turns, 1):
        text = turn.get("text")
        if not isinstance(text, str):
            report.error(where, f"turn {at}: no text")
            continue
        check_text(where, at, turn.get("side"), text, lang, report)
        if turn.get("side") != "caller":
            if set(turn) != {"side", "text"}:
                report.error(where, f"turn {at}: an agent's turn has side and text only")
            continue
        if set(turn) != {"side", "text", "mood", "valence", "arousal"}:
            report.error(where, f"turn {at}: a caller's turn has side, text, mood, valence, arousal")
            continue
        mood, valence, arousal = turn["mood"], turn["valence"], turn["arousal"]
        if mood not in MOODS:
            report.error(where, f"turn {at}: mood {mood!r}")
        for name, value in (("valence", valence), ("arousal", arousal)):
            if not number_in(value, -1, 1):
                report.error(where, f"turn {at}: {name} {value!r}; -1 to 1")
        if number_in(valence, -1, 1):
            if (mood in ("satisfied", "grateful") and valence <= 0) or (mood in ("angry", "disappointed") and valence >= 0) \
                    or (mood in ("worried", "confused") and valence > 0.1) or (mood == "neutral" and abs(valence) > 0.35):
                report.error(where, f"turn {at}: {mood} with valence {valence}")
    if len(callers) >= 3 and all(isinstance(turn.get("text"), str) for turn in callers):
        spoken = sum(len(words(turn["text"])) for turn in callers)
        least = 30 if plan and plan["fluency"] == "laconic" else 50
        if spoken < least:
            report.error(where, f"the caller says {spoken} words in all; at least {least}")
    if plan and callers:
        moods = [turn.get("mood") for turn in callers]
        if moods[0] != plan["mood_start"]:
            report.error(where, f"first mood {moods[0]}; planned {plan['mood_start']}")
        if moods[-1] != plan["mood_end"]:
            report.error(where, f"last mood {moods[-1]}; planned {plan['mood_end']}")
        if plan.get("mood_via") and plan["mood_via"] not in moods[1:-1]:
            report.error(where, f"mood {plan['mood_via']} is planned somewhere between")
        pairs = {(turn.get("valence"), turn.get("arousal")) for turn in callers}
        if len(pairs) < min(3, len(callers)):
            report.note(where, "valence and arousal hardly move; are they judged turn by turn?")


def check_file(path, part, report):
    plan_path = HERE / "plan" / path.name
    plans = {}
    if plan_path.exists():
        plans = {item["id"]: item for item in map(json.loads, plan_path.read_text(encoding="utf-8").splitlines())}
    else:
        report.error((path.name, 0, "-"), f"no plan {plan_path}")
    seen, order = {}, []
    for number, dialogue in read(path, report):
        if not isinstance(dialogue, dict):
            report.error((path.name, number, "-"), "no object")
            continue
        name = dialogue.get("id")
        where = (path.name, number, name)
        plan = plans.get(name)
        if name in seen:
            report.error(where, f"id already in line {seen[name]}")
        seen[name] = number
        order.append(name)
        if plans and not plan:
            report.error(where, "id is not in the plan")
        for key in sorted(KEYS - set(dialogue)):
            report.error(where, f"{key} is missing")
        for key in sorted(set(dialogue) - KEYS):
            report.error(where, f"unknown key {key}")
        for key in PLANNED:
            if plan and key in dialogue and dialogue[key] != plan[key]:
                report.error(where, f"{key} is {dialogue[key]!r}; planned {plan[key]!r}")
        if not isinstance(dialogue.get("resolved"), bool):
            report.error(where, "resolved is true or false")
        elif plan and plan["outcome"] in ("solved", "not_possible", "cut_off") and dialogue["resolved"] != (plan["outcome"] == "solved"):
            report.error(where, f"resolved is {dialogue['resolved']}; planned outcome: {plan['outcome']}")
        effort = dialogue.get("effort")
        if not (isinstance(effort, int) and not isinstance(effort, bool) and 1 <= effort <= 5):
            report.error(where, f"effort {effort!r}; a whole number from 1 to 5")
        check_turns(where, dialogue, plan, report)
    missing = [name for name in plans if name not in seen]
    if missing and not part:
        report.error((path.name, 0, "-"), f"{len(missing)} ids missing: {' '.join(missing[:12])}{' …' if len(missing) > 12 else ''}")
    if order != sorted(order, key=str):
        report.note((path.name, 0, "-"), "ids are not in order")


def texts(paths):
    """Every sentence of every written file: side, where, words."""
    for path in paths:
        for number, dialogue in read(path):
            if not isinstance(dialogue, dict) or not isinstance(dialogue.get("turns"), list):
                continue
            where = (path.name, number, dialogue.get("id"))
            for at, turn in enumerate(dialogue["turns"], 1):
                if isinstance(turn, dict) and isinstance(turn.get("text"), str):
                    for sentence in sentences(turn["text"]):
                        yield turn.get("side"), where, at, sentence


def check_quotes(asked, report):
    """The rubric's and the guide's example phrases are taken: seven words or more may not be copied, five or six had better not."""
    quotes = set()
    for name in ("rubric.md", "GUIDE.md"):
        text = (HERE / name).read_text(encoding="utf-8") if (HERE / name).exists() else ""
        text = re.sub(r"```.*?```", "", text, flags=re.S).replace("\n", " ")
        for found in re.findall(r'"([^"]{1,300})"', text) + re.findall(r"„([^“]{1,300})“", text):
            if len(words(found)) >= 5:
                quotes.add(tuple(words(found)))
    for path in asked:
        for number, dialogue in read(path):
            for at, turn in enumerate(dialogue.get("turns") or [], 1):
                spoken = f" {' '.join(words(str(turn.get('text', ''))))} "
                for quote in quotes:
                    if f" {' '.join(quote)} " in spoken:
                        tell = report.error if len(quote) >= 7 else report.note
                        tell((path.name, number, dialogue.get("id")), f"turn {at}: copied from rubric or guide: {' '.join(quote)!r}")


def check_repeats(every, wanted, report):
    """Same and nearly same sentences. `wanted`: names of the files to report on."""
    exact, index, kept = defaultdict(list), defaultdict(list), []
    for side, where, at, sentence in texts(every):
        if len(sentence) >= 6:
            exact[tuple(sentence)].append((side, where, at))
        if len(sentence) >= 8:
            grams = frozenset(zip(sentence, sentence[1:], sentence[2:]))
            for gram in grams:
                index[gram].append(len(kept))
            kept.append((side, where, at, sentence, grams))
    for sentence, places in exact.items():
        for place, (side, where, at) in enumerate(places[1:], 1):
            first = places[0]
            here = where if where[0] in wanted else first[1]
            there = first[1] if where[0] in wanted else where
            if here[0] not in wanted:
                continue
            text = f"turn {at if here is where else first[2]}: same sentence as {there[0]}:{there[1]} ({there[2]}): {' '.join(sentence)[:80]!r}"
            if side == "caller" or first[0] == "caller" or len({p[1][2] for p in places}) > 3:
                report.error(here, text)
            else:
                report.note(here, text)
    done = set()
    for one, (side, where, at, sentence, grams) in enumerate(kept):
        near = Counter(two for gram in grams if len(index[gram]) < 200 for two in index[gram] if two > one)
        for two, common in near.items():
            side2, where2, at2, sentence2, grams2 = kept[two]
            if sentence == sentence2 or common / (len(grams) + len(grams2) - common) < 0.6 or (one, two) in done:
                continue
            done.add((one, two))
            here, there, spot = (where2, where, at2) if where2[0] in wanted else (where, where2, at)
            if here[0] in wanted:
                tell = report.error if "caller" in (side, side2) else report.note
                tell(here, f"turn {spot}: nearly the sentence of {there[0]}:{there[1]} ({there[2]}): {' '.join(kept[two][3])[:80]!r}")


def check_openings(every, wanted, report):
    """First and last words of callers that come too often."""
    first, last, count = defaultdict(list), defaultdict(list), Counter()
    for path in every:
        for number, dialogue in read(path):
            turns = dialogue.get("turns") if isinstance(dialogue, dict) else None
            callers = [turn.get("text") for turn in turns if isinstance(turn, dict) and turn.get("side") == "caller"] if isinstance(turns, list) else []
            if callers and all(isinstance(text, str) for text in callers):
                where = (path.name, number, dialogue.get("id"))
                count[path.name] += 1
                first[path.name, tuple(words(callers[0])[:3])].append(where)
                last[path.name, tuple(words(callers[-1])[-3:])].append(where)
    for which, found in (("begin", first), ("end", last)):
        for (name, gram), places in found.items():
            if name in wanted and len(places) > max(2, 0.06 * count[name]):
                report.note(places[-1], f"{len(places)} calls of this file {which} with {' '.join(gram)!r}: vary")


def tells(every):
    """Phrases of two to four words in eight or more calls, nearly all of one label: evidence, or a habit of the writer?"""
    for lang in ("en", "de"):
        for label in ("colour", "motive", "caller_type"):
            seen, files = defaultdict(lambda: defaultdict(set)), defaultdict(set)
            for path in every:
                for _, dialogue in read(path):
                    if not isinstance(dialogue, dict) or dialogue.get("lang") != lang:
                        continue
                    for turn in dialogue.get("turns", []):
                        if turn.get("side") == "caller":
                            spoken = words(turn.get("text", ""))
                            for size in (2, 3, 4):
                                for gram in zip(*(spoken[at:] for at in range(size))):
                                    seen[gram][dialogue.get(label)].add(dialogue.get("id"))
                                    files[gram].add(path.name)
            found = []
            for gram, by in seen.items():
                total = len(set().union(*by.values()))
                value, ids = max(by.items(), key=lambda pair: len(pair[1]))
                if total >= 8 and len(ids) / total >= 0.85 and value != "none":
                    found.append((total, " ".join(gram), value, len(ids), len(files[gram])))
            for total, gram, value, share, many in sorted(found, reverse=True)[:40]:
                print(f"tell: {lang} {label}: {gram!r} in {total} calls, {share} of them {value}, {many} files")


def main():
    args = [arg for arg in sys.argv[1:] if not arg.startswith("--")]
    options = {arg for arg in sys.argv[1:] if arg.startswith("--")}
    if options - {"--tells", "--part"}:
        sys.exit(__doc__)
    every = sorted((HERE / "written").glob("*.jsonl"))
    asked = [Path(arg).resolve() for arg in args] or every
    every = sorted({path.resolve() for path in every} | set(asked))
    if not asked:
        sys.exit("nothing written yet")
    report = Report()
    for path in asked:
        if not path.exists():
            sys.exit(f"{path}: no such file")
        check_file(path, "--part" in options, report)
    wanted = {path.name for path in asked}
    check_quotes(asked, report)
    examples = HERE / "examples.jsonl"
    check_repeats(every + [examples] * (examples.exists() and examples.resolve() not in every), wanted, report)
    check_openings(every, wanted, report)
    if "--tells" in options:
        tells(every)
    print(f"{len(asked)} files, {sum(report.errors.values())} errors, {sum(report.notes.values())} notes")
    sys.exit(1 if report.errors else 0)


if __name__ == "__main__":
    main()
