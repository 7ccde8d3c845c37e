"""What gdlib.checks is in the sandbox: a notebook that asks for a check or a hint runs through, and learns nothing."""


def check(number, *answer):
    """Nothing: the answer is judged outside."""


def hint(number):
    """Nothing."""


solution = progress = hint
