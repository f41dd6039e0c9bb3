"""Sessions, in a store whose address comes with the deployment."""

import os

import redis

store = redis.from_url(os.environ["SESSIONS_URL"])


def keep(session, messages):
    """Keep what was said so far."""
    store.set(session, str(messages))
