"""The course in another language, out of the same sources: locale/LANGUAGE/*.po hold what they say there.

units     what is translated: the texts of a source, one after another
catalogs  the PO files: what they hold, what is missing, what has changed since
edition   the sources with the texts of a language, in build/LANGUAGE
"""
