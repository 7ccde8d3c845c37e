"""Small faults planted into a solution, one at a time: would a check see them?

The operators: + and − swapped, * and /, ** and *, // and /; a minus or a `not` dropped; a comparison made looser,
tighter, or turned round; `and` for `or`; a number one larger and one smaller; True for False; the end of a range moved
by one; sum for mean, min for max, sin for cos; a transpose dropped; a statement left out; nothing returned.
In a question that asks for a value, a number is doubled and halved: one near it may be right as well.
"""

import ast
import copy

BINARY = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.Pow: ast.Mult, ast.FloorDiv: ast.Div, ast.MatMult: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip
COMPARE = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
}  # fmt: skip
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
    before = ast.unparse(tree).splitlines()
    for position, node in enumerate(ast.walk(tree)):
        if node is docstring:
            continue
        for plant in changed(node, values):
            planted = copy.deepcopy(tree)
            plant(next(n for i, n in enumerate(ast.walk(planted)) if i == position))
            text = ast.unparse(ast.fix_missing_locations(planted))
            after = text.splitlines()
            old, new = next((o, n) for o, n in zip(before, [*after, ""], strict=False) if o != n)
            yield (f"without {old.strip()}" if new.strip() == "pass" else new.strip()), text
