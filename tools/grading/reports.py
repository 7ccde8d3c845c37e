"""What comes out: grades.csv, a page of feedback for each student, a page about the class. Whatever came in is escaped."""

import csv
import html
import io
from collections import Counter
from urllib.parse import quote

from gdlib.checks import OUTCOMES, Verdict
from gdlib.checks.verdicts import prose

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem;
  color-scheme: light dark; color: CanvasText; background: Canvas }}
h3 {{ margin: 1.6rem 0 0.3rem }} table {{ border-collapse: collapse; display: block; overflow-x: auto }}
th, td {{ padding: 0.25rem 0.8rem; text-align: right; border-bottom: 1px solid #8886 }}
th {{ white-space: nowrap }} th:first-child, td:first-child, li {{ text-align: left }}
code {{ background: #8882; padding: 0 0.2em; overflow-wrap: anywhere }}
</style></head><body>
<h1>{title}</h1>
{body}
</body></html>
"""


def page(title, body):
    return _PAGE.format(title=html.escape(title), body=body)


def verdict(row):
    """A row of a result as the Verdict that it was."""
    return Verdict(
        *(row[name] for name in ("question", "outcome", "message", "mistake")), example=tuple(row["example"])
    )


def total(result):
    return sum(row["score"] for row in result["rows"])


def listed(items, kind="ul"):
    return f"<{kind}>" + "".join(f"<li>{item}</li>" for item in items) + f"</{kind}>" if items else ""


def feedback(student, result, exercise):
    """A student's page."""
    parts = [f"<p><b>{total(result)} of {len(result['rows'])} points.</b></p>"]
    parts.append(listed([html.escape(note) for note in result["notes"]]))
    for row in result["rows"]:
        parts.append(f"<h3>{row['question']} {html.escape(exercise.questions[row['question']].title)}</h3>")
        parts.append(verdict(row)._repr_html_())
    return page(f"{student}: exercise {exercise.number}", "\n".join(parts))


def table(results):
    """grades.csv."""
    stream = io.StringIO()
    out = csv.writer(stream, lineterminator="\n")
    rows = next(iter(results.values()))["rows"]
    out.writerow(["student", *(row["question"] for row in rows), "total", "max", "note"])
    for student, result in results.items():
        note = " ".join(result["notes"])
        out.writerow(
            [harmless(student), *(r["score"] for r in result["rows"]), total(result), len(rows), harmless(note)]
        )
    return stream.getvalue()


def harmless(text):
    """Text that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def overview(results, exercise, unguarded=()):
    """The page about the class."""
    totals = [total(result) for result in results.values()]
    mean = sum(totals) / len(totals)
    parts = [f"<p>{len(results)} students; {mean:.1f} of {len(exercise.questions)} points on average.</p>"]
    if unguarded:
        parts.append(
            "<p><b>Graded without a sandbox.</b> What was not guarded:</p>" + listed(map(html.escape, unguarded))
        )
    head = "".join(f"<th>{outcome}</th>" for outcome in OUTCOMES)
    parts.append(f"<h2>What came out</h2><table><tr><th>question</th>{head}</tr>")
    again = []
    for number, question in exercise.questions.items():
        rows = [row for result in results.values() for row in result["rows"] if row["question"] == number]
        outcomes = Counter(row["outcome"] for row in rows)
        title = f"{number} {html.escape(question.title)}"
        parts.append(f"<tr><td>{title}</td>" + "".join(f"<td>{outcomes[o] or '·'}</td>" for o in OUTCOMES) + "</tr>")
        mistakes = Counter(row["mistake"] for row in rows if row["mistake"])
        unnamed = sum(row["outcome"] in ("incorrect", "error", "too long") and not row["mistake"] for row in rows)
        again.append((len(rows) - outcomes["correct"], title, mistakes, unnamed))
    parts.append("</table><h2>What to explain again</h2><p>The question with the fewest right answers first.</p>")
    for wrong, title, mistakes, unnamed in sorted(again, key=lambda entry: -entry[0]):
        if wrong:
            parts.append(f"<h3>{title}</h3><p>Not right in {wrong} of {len(results)}.</p>")
            said = [f"{n} × {prose(mistake)}" for mistake, n in mistakes.most_common()]
            parts.append(
                listed(said + [f"{unnamed} × wrong in a way of its own; see the students' pages"] * bool(unnamed))
            )
    parts.append(
        "<h2>Students</h2><table><tr><th>student</th><th>points</th><th style='text-align:left'>notes</th></tr>"
    )
    for student, result in results.items():
        notes = html.escape(" ".join(result["notes"]))
        link = f'<a href="feedback/{html.escape(address(student))}">{html.escape(student)}</a>'
        parts.append(f"<tr><td>{link}</td><td>{total(result)}</td><td style='text-align:left'>{notes}</td></tr>")
    return page(f"Exercise {exercise.number}: the class", "\n".join([*parts, "</table>"]))


def address(student):
    """The name of a student's page, as a link needs it."""
    return quote(f"{student}.html", errors="surrogateescape")
