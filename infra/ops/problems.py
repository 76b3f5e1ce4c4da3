"""What may keep an operator's command from working, each said in a line that says what to do."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.common.errors import AppError
from infra import signing_in


class Refused(Exception):
    """Raised when a command can't be done as it was asked for; the text says what to do."""


#: What a command's `main` catches. Anything else is a fault of ours, and shows where.
EXPECTED = (Refused, AppError, BotoCoreError, ClientError, PynamoDBException)


def said(problem: Exception) -> str:
    """Return the line for an EXPECTED problem."""
    match problem:
        case AppError():
            return problem.message
        case Refused():
            return str(problem)
        case BotoCoreError() | ClientError() if signing_in.is_missing(problem):
            return f"sign in to the account, and set AWS_DEFAULT_REGION: {problem}"
    return f"AWS refused or didn't answer; what was done stands, and may be done again: {problem}"
