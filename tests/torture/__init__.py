"""Attacks on the stand-in and on the client: what they must survive, and what is measured while they do.

Law: a stand-in is attacked from outside, as a process on a socket, and nothing imports it; a client runs in a process
of its own for each fault.
"""
