"""Small faults planted into a solution, one at a time: would a check see them?

The operators: + and − swapped, * and /, ** and *, // and /; a minus or a `not` dropped; one side of an operation alone,
so that a sum is written over; a comparison made looser, tighter, or turned round; `and` for `or`; a number one larger
and one smaller; True for False; the end of a range moved by one; sum for mean, min for max, sin for cos; a transpose
dropped; the other axis; a row for a column; an array made of whole numbers, or of the kind of numbers that came in, or
of float32; two neighbouring statements in the other order; a statement left out; nothing returned, or half of a pair.
In a question that asks for a value, a number is doubled and halved: one near it may be right as well.

PYTHONPATH=tools python tests/mutants.py [NN]    how many are caught, by exercise, and those that are not
"""

import ast
import copy
import sys
from itertools import count, pairwise

BINARY = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.Pow: ast.Mult, ast.FloorDiv: ast.Div, ast.MatMult: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip
COMPARE = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
}  # fmt: skip
ALLOCATES = ("array", "asarray", "zeros", "ones", "empty", "full", "zeros_like", "empty_like")
NAMES = {"sum": "mean", "mean": "sum", "min": "max", "max": "min", "sin": "cos", "cos": "sin", "argmin": "argmax"}


def changed(node, values):
    """The functions that each plant one fault into a node like this one."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in BINARY:
        yield lambda n: setattr(n, "op", BINARY[type(n.op)]())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield lambda n: become(n, n.operand)
    if isinstance(node, ast.Compare):
        for other in COMPARE.get(type(node.ops[0]), ()):
            yield lambda n, other=other: n.ops.__setitem__(0, other())
    if isinstance(node, ast.BoolOp):
        yield lambda n: setattr(n, "op", ast.Or() if isinstance(n.op, ast.And) else ast.And())
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield lambda n: setattr(n, "value", not n.value)
        elif isinstance(node.value, str):
            yield lambda n: setattr(n, "value", n.value + "?")
        elif isinstance(node.value, int | float):
            for change in (lambda v: 2 * v, lambda v: v / 2) if values else (lambda v: v + 1, lambda v: v - 1):
                if change(node.value) != node.value:
                    yield lambda n, change=change: setattr(n, "value", change(n.value))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        for op in (ast.Add, ast.Sub):
            yield lambda n, op=op: n.args.__setitem__(
                min(1, len(n.args) - 1), ast.BinOp(n.args[min(1, len(n.args) - 1)], op(), ast.Constant(1))
            )
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield lambda n: setattr(n, "attr", NAMES[n.attr])
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield lambda n: become(n, n.value)
    if isinstance(node, ast.Return) and node.value is not None:
        yield lambda n: setattr(n, "value", None)
    if not values and isinstance(node, ast.Assign | ast.AugAssign | ast.If | ast.For | ast.While | ast.Break):
        yield lambda n: become(n, ast.Pass())
    if not values:
        yield from written_over(node)
        yield from of_arrays(node)
        yield from in_another_order(node)


def written_over(node):
    """One side of an operation alone: `total = x` for `total = total + x`."""
    if isinstance(node, ast.BinOp):
        yield lambda n: become(n, n.left)
        yield lambda n: become(n, n.right)
    if isinstance(node, ast.AugAssign):
        yield lambda n: become(n, ast.Assign([n.target], n.value))


def of_arrays(node):
    """Another axis, a column for a row, another kind of numbers."""
    if isinstance(node, ast.keyword) and node.arg == "axis" and isinstance(node.value, ast.Constant):
        yield lambda n: setattr(n.value, "value", 1 - n.value.value)
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        index = node.slice
        if isinstance(index, ast.Tuple) and len(index.elts) == 2 and isinstance(index.elts[0], ast.Slice):
            yield lambda n: setattr(n, "slice", n.slice.elts[1])
        elif isinstance(index, ast.Name):
            yield lambda n: setattr(n, "slice", ast.Tuple([ast.Slice(), n.slice], ast.Load()))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ALLOCATES:
        for kind in ("int", "np.float32", None):
            yield lambda n, kind=kind: allocate(n, kind)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "zeros":
        yield lambda n: become(n, ast.Constant(0))


def names(node, only=None):
    """The names in a node; `set`: those that it gives a value."""
    found = (n for n in ast.walk(node) if isinstance(n, ast.Name))
    return {n.id for n in found if only is None or isinstance(n.ctx, ast.Store)}


def allocate(call, kind):
    """Let a call make an array of another kind of numbers: None for that of what it is given."""
    call.keywords = [word for word in call.keywords if word.arg != "dtype"]
    if kind:
        call.keywords.append(ast.keyword("dtype", ast.parse(kind, mode="eval").body))


def in_another_order(node):
    """Two neighbouring statements of which one sets what the other has to do with, or the parts of what is returned."""
    body = node.body if isinstance(getattr(node, "body", None), list) else []
    for n, (first, second) in enumerate(pairwise(body)):
        if not isinstance(second, ast.Return) and (
            names(first, set) & names(second) or names(second, set) & names(first)
        ):
            yield lambda other, n=n: other.body.__setitem__(slice(n, n + 2), other.body[n : n + 2][::-1])
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        yield lambda n: n.value.elts.reverse()
        for part in range(len(node.value.elts)):
            yield lambda n, part=part: setattr(n, "value", n.value.elts[part])


def become(node, other):
    """Make a node the other one, in place."""
    node.__class__ = other.__class__
    node.__dict__.clear()
    node.__dict__.update(copy.deepcopy(other.__dict__))


def mutants(source):
    """Every mutant of a solution as (the changed line as `ast.unparse` writes it or 'without' it, the whole source)."""
    tree = ast.parse(source)
    values = not isinstance(tree.body[0], ast.FunctionDef)
    docstring = None if values or not ast.get_docstring(tree.body[0]) else tree.body[0].body[0].value
    before, known = ast.unparse(tree).splitlines(), {ast.unparse(tree)}
    for position, node in enumerate(ast.walk(tree)):
        if node is docstring:
            continue
        for plant in changed(node, values):
            planted = copy.deepcopy(tree)
            plant(next(n for i, n in enumerate(ast.walk(planted)) if i == position))
            text = ast.unparse(ast.fix_missing_locations(planted))
            if text in known:
                continue
            known.add(text)
            after = text.splitlines()
            old, new = next((o, n) for o, n in zip(before, [*after, ""], strict=False) if o != n)
            yield (f"without {old.strip()}" if new.strip() == "pass" else new.strip()), text


def caught(question, source):
    """Would the judge see it? Where it compares, no more is called than the inputs up to the first that differs."""
    from gdlib.checks import caller, judge
    from gdlib.checks.comparing import agree

    try:
        call = caller(question.answer(source))
    except Exception:  # it does not even define the function
        return True
    if question.judged:
        return judge(question, call).outcome != "correct"
    right = (question.observed(question.solution, 0, n, 60.0) for n in count())
    seen = (call(*given, question.settings["seconds"]) for given in question.inputs(0))
    return not all(agree(this, other, question) for this, other in zip(seen, right))  # noqa: B905


def table(names):
    """One line for each exercise, and one for each mutant that is not caught and stands in no `equivalent`."""
    from gdlib.checks import bank

    for path in bank.sources():
        if not path.name.startswith(tuple(names) or ""):
            continue
        found, excused, alive = 0, 0, []
        for question in bank.Exercise(path).questions.values():
            question.settings["seconds"] = 0.5
            for line, source in mutants(question.solution):
                found += 1
                if not caught(question, source):
                    known = line in question.settings["equivalent"]
                    excused += known
                    alive += [] if known else [f"    {question.id}  {line}"]
        share = 1 - len(alive) / (found - excused)
        yield f"{path.stem}: {found} mutants, {excused} equivalent; of the others {share:.1%} are caught"
        yield from alive


if __name__ == "__main__":
    for line in table(sys.argv[1:]):
        print(line, flush=True)
