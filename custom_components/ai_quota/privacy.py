"""What is shown of a person."""

import re

LOCAL_PART = re.compile(r"([^\s@()<>\"',;:])[^\s@()<>\"',;:]*(?=@)")


def hide_email(text: str) -> str:
    """Return the text with nothing but the first letter of what precedes the @ of an e-mail address."""
    return LOCAL_PART.sub(r"\1…", text)
