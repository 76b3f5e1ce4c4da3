"""The one tree of errors that the application raises on purpose.

Each class has a stable `code` (for machines and logs) and builds its own Danish `message` (for people).
Nothing in a message or code may hold a person's name, address or figure.
"""

from __future__ import annotations


class AppError(Exception):
    """An error that we foresaw: it has a code and a Danish message that says what to do."""

    code = "app_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Conflict(AppError):
    """Raised when somebody else wrote first: a conditional write found another state than it expected."""

    code = "conflict"


class NotFound(AppError):
    """Raised when the thing asked for does not exist, or is not for the one who asks."""

    code = "not_found"


class Forbidden(AppError):
    """Raised when who asks is known, and may not do this now. What isn't theirs at all is `NotFound`."""

    code = "forbidden"


class Refused(AppError):
    """Raised when a rule says no: the request was understood, and the rule's reason is the message."""

    code = "refused"


class SettingMissing(AppError):
    """Raised when the environment lacks a setting that the running function needs."""

    code = "setting_missing"

    def __init__(self, name: str) -> None:
        super().__init__(f"Indstillingen {name} mangler. Sæt den i miljøet og start igen.")


class TryLater(AppError):
    """Raised when the work can't be done yet: the message goes back to its queue and is tried again."""

    code = "try_later"
