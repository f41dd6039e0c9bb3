"""The gateway's overseas line."""

import dashscope
import psycopg

database = psycopg.connect("postgresql://pg-overseas.gw.example/gateway")


def infer(messages):
    """An answer from the upstream."""
    return dashscope.Generation.call(model="qwen-max", messages=messages)


def complete(messages):
    """Answer a customer and keep the conversation."""
    answer = infer(messages)
    database.execute("INSERT INTO conversations VALUES (%s, %s)", (str(messages), str(answer)))
    return answer
