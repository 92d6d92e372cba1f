"""SQL of users: what a statement may be, the processes that run it, and the engine inside of them.

Law: whatever a statement does, it does to a process of its own.
"""
