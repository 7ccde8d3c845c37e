"""What a class believed before it computed: the predictions that students exported and handed in beside their notebooks.

docs/teaching/README.md says what is in such a file. A student can change it: it is for talking about, not for points.
"""

import csv
import io
import json
import re
from collections import Counter

from grading.collect import short

NAME = re.compile(r"(?:.*_)?predictions_\w+(?:-\d+)?(?: ?\(\d+\))?\.(csv|json)", re.I)
LARGEST = 2**20  # bytes of a file
TOLD = 3  # wrong predictions that are named


def believed(students):
    """[(question, how many predicted, how many were right, [(a wrong prediction, how often)])], most wrong ones first.

    Each student counts once for a question, by the last prediction; a drawn line is right or wrong for nobody.
    """
    last = {}
    for name, student in students.items():
        for entry in student.entries:
            for row in records(entry):
                asked, when = short(str(row.get("question", "")), 200), str(row.get("time", ""))
                if (
                    asked
                    and str(row.get("right")).lower() in ("true", "false")
                    and when >= last.get((asked, name), ("",))[0]
                ):
                    right = str(row["right"]).lower() == "true"
                    last[asked, name] = when, right, short(str(row.get("prediction", "")).removeprefix("'"), 60)
    found = []
    for asked in dict.fromkeys(asked for asked, _ in last):
        votes = [vote for (question, _), vote in last.items() if question == asked]
        wrong = Counter(said for _, right, said in votes if not right)
        found.append((asked, len(votes), len(votes) - wrong.total(), wrong.most_common(TOLD)))
    return sorted(found, key=lambda row: row[2] / row[1])


def records(entry):
    """The records of an exported file; [] where the entry is none, or can't be read."""
    shape = NAME.fullmatch(entry.parts[-1])
    if not shape or entry.path is None:
        return []
    try:
        with entry.path.open("rb") as stream:
            text = stream.read(LARGEST).decode("utf-8-sig")
        rows = json.loads(text) if shape[1].lower() == "json" else [*csv.DictReader(io.StringIO(text))]
    except (OSError, ValueError, RecursionError, csv.Error):
        entry.why = "Predictions that can't be read."
        return []
    entry.why = "Predictions: class.html counts them."
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
