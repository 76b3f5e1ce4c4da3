"""What stops a deployment and is told in a few lines: something that the person at the terminal can change."""

from __future__ import annotations

from collections.abc import Sequence


class CannotDeploy(Exception):
    """Raised when the deployment can't go on; its text is what to show. What was applied stays applied."""


class NotAStage(CannotDeploy):
    """Raised when infra/stages.yaml doesn't describe a stage, or not as it must."""

    def __init__(self, stage: str, reason: str) -> None:
        super().__init__(f"infra/stages.yaml: {stage}: {reason}.")


class StillSamples(CannotDeploy):
    """Raised when a stage still has values of the sample that infra/stages.yaml comes with."""

    def __init__(self, stage: str, keys: Sequence[str]) -> None:
        super().__init__(
            f"infra/stages.yaml: {stage}: {', '.join(keys)} still hold samples (names under .example, a certificate of "
            "account 000000000000). Fill in your own; nothing was sent to AWS."
        )


class WrongAccount(CannotDeploy):
    """Raised when the credentials are for another account or region than the stage's certificate."""

    def __init__(self, stage: str, *, account: str, region: str, certificate_arn: str) -> None:
        super().__init__(
            f"You are signed in to account {account} and deploy to {region}, "
            f"but {stage}'s certificate is {certificate_arn}. "
            "Sign in to the right account, or put the right certificate into infra/stages.yaml."
        )


class ChangeSetFailed(CannotDeploy):
    """Raised when CloudFormation can't make the change set."""

    def __init__(self, stack: str, reason: str) -> None:
        super().__init__(f"{stack}: no change set could be made: {reason}")


class WouldLoseData(CannotDeploy):
    """Raised when tables or buckets would be replaced or removed, and nobody said so expressly."""

    def __init__(self, stack: str, logical_ids: Sequence[str]) -> None:
        named = " ".join(f"--lose {each}" for each in logical_ids)
        super().__init__(
            f"{stack}: refused: {', '.join(logical_ids)} would be replaced or removed. "
            f"If that is what you want, back it up, and add {named}."
        )


class StackStuck(CannotDeploy):
    """Raised when a stack's state takes no changes."""

    def __init__(self, stack: str, status: str) -> None:
        super().__init__(
            f"{stack} is in {status} and takes no changes: see docs/operations.md, "
            "under a deployment that stopped halfway."
        )


class NotApplied(CannotDeploy):
    """Raised when CloudFormation gave up a change set, and what it changed was rolled back."""

    def __init__(self, stack: str, status: str, reasons: Sequence[str]) -> None:
        super().__init__(f"{stack} ended in {status}:\n" + "\n".join(f"- {reason}" for reason in reasons))


class NoSuchPackage(CannotDeploy):
    """Raised when a package to go back to isn't in the stage's bucket."""

    def __init__(self, package: str, bucket: str) -> None:
        super().__init__(f"There is no package {package} in {bucket}: aws s3 ls s3://{bucket}/packages/")


class NotSeeded(CannotDeploy):
    """Raised when the rulebook and the secretariat's account couldn't be stored."""

    def __init__(self, said: str) -> None:
        super().__init__(
            f"Everything is applied, but the first start failed: {said.strip()}\nDeploy again to repeat it."
        )
