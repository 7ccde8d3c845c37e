"""Grading a class: `make grade SUBMISSIONS=folder`. docs/teaching/grading.md says how, and what is guarded.

=========  ===============================================================================
collect    every file that lies there, those in archives too (unpack), and whose it is
lms        the names that learning platforms give, the class's list, the tables that platforms import; CSV
reading    a notebook, as data; copies: which of several counts
walls      what of the machine is seen by what a student wrote, and which calls the kernel refuses
groups     where the kernel counts memory for all that runs in a sandbox together
reply      what comes back, measured before it is made into objects
sandbox    one process that runs what a student wrote, and cannot do harm: gdlib.checks.runner.worker
marking    one notebook: run in the sandbox, judged here
policy     how points are given: the teacher's own rules
likeness   who wrote alike; beliefs: what the class predicted before it computed
reports    grades.csv, a page for each student, a page about the class
gradebook  the same grades for nbgrader
=========  ===============================================================================

What a student wrote runs in the sandbox only. What comes back is JSON, and the questions, their solutions and
what is expected never go in.
"""
