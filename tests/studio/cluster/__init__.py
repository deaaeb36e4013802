"""Many machines on one PostgreSQL: whoever dies, nothing is lost, and everything is finished once.

What holds for the queue of one machine as well is asked of both.
"""
