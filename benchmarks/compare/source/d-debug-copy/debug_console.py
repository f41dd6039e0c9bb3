"""What an engineer looks at and takes along."""

import sqlite3

from core_overseas import database


def dump(path):
    """Conversations into a file on the laptop."""
    copy = sqlite3.connect(path)
    copy.executemany("INSERT INTO dump VALUES (?, ?)", database.execute("SELECT * FROM conversations"))
    copy.commit()
