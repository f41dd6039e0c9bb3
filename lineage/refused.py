"""What is refused even where it has the shape of a name: addresses and numbers of people, secrets, sentences."""

from __future__ import annotations

import ipaddress
import re

_SOCIAL_SECURITY = re.compile(r"\d{3}-\d{2}-\d{4}", re.ASCII)
_PERSON = re.compile(r"1[3-9]\d{9}|[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d{4}[\dXx]", re.ASCII)
"""A Chinese mobile telephone number, and an identity number (GB 11643)."""
_SECRET = re.compile(
    r"(?:sk|pk|rk|ak)[-_][A-Za-z0-9_-]{16,}|gh[opsur]_[A-Za-z0-9]{16,}|github_pat_|glpat-|xox[abeprs]-|hf_[A-Za-z0-9]{16,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{20,}|LTAI[A-Za-z0-9]{12,}|eyJ[A-Za-z0-9_-]{8,}|Bearer",
    re.ASCII,
)
"""How keys of well-known vendors begin, and JSON web tokens."""
_RANDOM = re.compile(r"[A-Za-z0-9+/]{32,}", re.ASCII)
_MOST_WORDS = 12
_LONG_WORDS = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2,}(?![A-Za-z0-9])", re.ASCII)
"""A token of more words than this is a sentence whose blanks were replaced."""


def is_email(text: str) -> bool:
    """Whether a text is an e-mail address.

    >>> is_email("li@example.com"), is_email("worker@host-1")
    (True, False)
    """
    name, at, domain = text.partition("@")
    return bool(at and name and "." in domain.strip("."))


def is_secret(text: str) -> bool:
    """Whether a text is a key, a web token, or has a long run in which capitals, small letters and digits are mixed.

    >>> is_secret("sk-" + "a1" * 10), is_secret("ab12" * 16), is_secret("Qwen2.5-72B-Instruct")
    (True, False, False)
    """
    return bool(_SECRET.match(text)) or any(
        any(c.isdigit() for c in run) and run.lower() != run and run.upper() != run
        for run in _RANDOM.findall(text)
    )


def is_number(text: str) -> bool:
    """Whether a text is a long run of digits: a telephone, card or identity number before it is anybody's name.

    >>> is_number("138-0013-8000"), is_number("logs-123456789012"), is_number("192.168.100.200")
    (True, False, False)
    """
    digits = sum(c.isdigit() for c in text)
    long = digits >= 11 and len(text) - digits <= 4 and not is_address(text)
    return long or bool(_SOCIAL_SECURITY.fullmatch(text))


def is_person(text: str) -> bool:
    """Whether a number is a person's for certain, where a machine's may be as long.

    >>> is_person("13800138000"), is_person("4520031799277581759")
    (True, False)
    """
    return bool(_PERSON.fullmatch(text))


def is_sentence(text: str) -> bool:
    """Whether a text without blanks is a sentence all the same.

    >>> is_sentence("tell+me+about+it"), is_sentence("us.anthropic.claude-3-5-sonnet-20240620-v1:0")
    (True, False)
    """
    return len(_LONG_WORDS.findall(text)) > _MOST_WORDS or text.count("+") > 2


def is_address(text: str) -> bool:
    """Whether a text is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
