"""Runs what a learner wrote, and says what it did. Nothing here knows a question or its answer.

======  =========================================================================================
wire    plain data, and code as text: all that passes between the judge and a learner's code
limits  silence, and an end after some seconds
calls   one call of a learner's function, as an observation
shapes  arrays that say where their shapes do not go together
cells   a cell, as Jupyter runs it
worker  the program that does this in the grader's sandbox, where this folder is all of `checks`
======  =========================================================================================
"""
