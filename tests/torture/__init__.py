"""Attacks on a server, from outside: what it must survive, and what is measured while it does.

Law: nothing here imports what it attacks; a server is a process that listens on a socket.
"""
