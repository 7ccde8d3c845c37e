"""A cell, run as Jupyter runs it: with magics, `!` and `?`, `await`, `display` and what its last line gives.

IPython is loaded when a cell or a function asks for it: it takes longer than most notebooks.
"""

import ast
import builtins
import importlib
import linecache
import re
import sys

#: Lines that do nothing for what is computed, or can do nothing where there is no network.
IDLE = (
    r"^([ \t]*)(?:%(?:matplotlib|config|load_ext|reload_ext|autoreload|pip|conda|colors|precision|xmode)\b|!pip\b).*$"
)
LOOP = re.compile(r"\b(create_task|ensure_future|get_running_loop|get_event_loop|IPython|run_cell_magic)\b")
#: What Python can't read and IPython can: magics, `!`, `?`, prompts, a cell that is indented, `await`.
OTHER = re.compile(r"\A[ \t]|^\s*(?:[%!?,;/]|>>>|In \[)|\?\s*(?:#.*)?$|=\s*[%!]|\b(?:await|async)\b", re.M)

_shells = []


def ready(module):
    """Let a module be that in which cells run: `__main__`, with the working folder on the path."""
    sys.modules["__main__"] = module
    sys.path.insert(0, "")
    builtins.get_ipython = lambda: shell(module)
    builtins.display = lambda *values, **options: _display(module, *values, **options)


def run(source, name, module):
    """Run a cell. name: how errors call it, as "<cell 3>"."""
    importlib.invalidate_caches()  # a cell may have written the module that this one imports
    source = re.sub(IDLE, r"\1pass", source, flags=re.M) if not source.lstrip().startswith("%%") else source
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    code = None if LOOP.search(source) else _compiled(source, name)
    if code is None:
        _as_ipython(source, shell(module))
        return
    space = vars(module)
    exec(code[0], space)
    value = eval(code[1], space)
    if value is not None and not callable(space.get("_")):  # which is gettext's, then
        space["_"] = value


def _compiled(source, name):
    """(all but what the last line gives, that), as code; None where it takes IPython to read it."""
    try:
        tree = ast.parse(source, name)
        last = tree.body.pop().value if tree.body and isinstance(tree.body[-1], ast.Expr) else ast.Constant(None)
        last = ast.fix_missing_locations(ast.Expression(last))
        return compile(tree, name, "exec"), compile(last, name, "eval")
    except SyntaxError:
        if not OTHER.search(source):
            raise
        return None


def shell(module):
    """IPython's, made when it is first asked for; it shows nothing."""
    if not _shells:
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config

        class Shell(InteractiveShell):
            def enable_gui(self, gui=None):
                pass

            def showtraceback(self, *_, **__):
                pass

            showsyntaxerror = showindentationerror = showtraceback

        settings = Config()
        settings.HistoryManager.enabled = False
        _shells.append(Shell.instance(config=settings, user_module=module, user_ns=vars(module)))
    return _shells[0]


def _display(module, *values, **options):
    shell(module)
    from IPython.display import display

    return display(*values, **options)


def _as_ipython(source, within):
    """Run a cell in IPython; what it raises is raised."""
    import asyncio

    if "asyncio.run(" in source:
        result = within.run_cell(source, store_history=True)
    else:  # as in Jupyter, where a loop is at work
        if not hasattr(within, "loop"):
            within.loop = asyncio.new_event_loop()
        changed = within.transform_cell(source)
        result = within.loop.run_until_complete(within.run_cell_async(source, True, transformed_cell=changed))
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        raise error
