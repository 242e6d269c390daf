"""Files that a scanner of models must not pass, and files that it must, made from bytes alone.

Nothing here is ever unpickled, unpacked by a library, rendered or executed, neither while it is made nor while it is
scanned. What a payload would do is harmless: it prints a word.
"""
