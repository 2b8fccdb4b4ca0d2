"""Campaigns: one message, or one scene of a bot, to everybody of an audience.

A campaign file says what, to whom and when (``reading``). ``intake`` streams the audience, ``plan`` works out how long
it takes and whether it fits, ``feeder`` puts messages into the outbox a little ahead of the quota, fairly between the
campaigns of an application, and ``desk`` is what a person may do with one.
"""

__all__: list[str] = []
