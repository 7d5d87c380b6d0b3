#!/usr/bin/env python3
"""Plain text to JSONL: raw/en-03.txt -> written/en-03.jsonl, with the labels of plan/en-03.jsonl.

    pack.py raw/en-03.txt

    # en-0101 resolved=true effort=2
    A: what the agent says
    C angry -0.7 0.6: what the caller says
    (blank lines are ignored; one turn a line)
"""

import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
HEAD = re.compile(r"#\s*(\S+)\s+resolved=(true|false)\s+effort=([1-5])\s*$")
AGENT = re.compile(r"A:\s*(.+)$")
CALLER = re.compile(r"C\s+(\w+)\s+([+-]?[\d.]+)\s+([+-]?[\d.]+):\s*(.+)$")


def main():
    source = Path(sys.argv[1])
    plan = {item["id"]: item for item in map(json.loads, (HERE / "plan" / f"{source.stem}.jsonl").read_text(encoding="utf-8").splitlines())}
    done, bad = [], 0
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line:
            continue
        head, agent, caller = HEAD.match(line), AGENT.match(line), CALLER.match(line)
        if head and head[1] in plan:
            labels = {key: plan[head[1]][key] for key in ("id", "lang", "industry", "colour", "motive", "caller_type", "difficulty")}
            done.append(labels | {"turns": [], "resolved": head[2] == "true", "effort": int(head[3])})
        elif agent and done:
            done[-1]["turns"].append({"side": "agent", "text": agent[1]})
        elif caller and done:
            done[-1]["turns"].append({"side": "caller", "text": caller[4], "mood": caller[1],
                                      "valence": float(caller[2]), "arousal": float(caller[3])})
        else:
            bad += 1
            print(f"{source}:{number}: cannot read: {line[:80]!r}")
    target = HERE / "written" / f"{source.stem}.jsonl"
    target.parent.mkdir(exist_ok=True)
    target.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in done), encoding="utf-8")
    print(f"{target}: {len(done)} calls")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
