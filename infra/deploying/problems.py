"""What stops a deployment and is told in a few lines: something that the person at the terminal can change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


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


class NotSignedIn(CannotDeploy):
    """Raised when AWS doesn't know who deploys."""

    def __init__(self, said: str) -> None:
        super().__init__(
            f"AWS: {said}\nSign in to the stage's account first: aws sso login, or name a profile: AWS_PROFILE=…"
        )


class NoSuchRegion(CannotDeploy):
    """Raised when nobody answers in the region."""

    def __init__(self, region: str, said: str) -> None:
        super().__init__(
            f"AWS: {said}\nIs the region right ({region})? It looks like eu-north-1. If it is: the network?"
        )


class StagesUnreadable(CannotDeploy):
    """Raised when infra/stages.yaml is no list of stages; `why` says where."""

    def __init__(self, why: str) -> None:
        super().__init__(f"infra/stages.yaml can't be read: {why}.")


class NoCertificate(CannotDeploy):
    """Raised when the stage's certificate can't be used; `how` says why."""

    def __init__(self, arn: str, how: str) -> None:
        super().__init__(
            f"The certificate {arn} {how}, so the site could have no address; nothing was made. Request it, and "
            "put its validation record into DNS: docs/operations.md, Before the first deployment."
        )


class TooLittleConcurrency(CannotDeploy):
    """Raised when Lambda would refuse to reserve concurrency for our functions. Both are numbers of runs at a time."""

    def __init__(self, region: str, *, unreserved: int, wanted: int) -> None:
        super().__init__(
            f"This account may run {unreserved} functions at a time in {region} beside those reserved, and we need "
            f"{wanted}: Lambda keeps 100 for functions without a reservation. Nothing was made. Ask for more, and "
            "deploy when it is granted:\naws service-quotas request-service-quota-increase --service-code lambda "
            f"--quota-code L-B99A9384 --desired-value 1000 --region {region}"
        )


class ChangeSetFailed(CannotDeploy):
    """Raised when CloudFormation can't make the change set."""

    def __init__(self, stack: str, reason: str) -> None:
        super().__init__(f"{stack}: no change set could be made: {reason}")


class WouldLoseData(CannotDeploy):
    """Raised when something that holds data would go, and nobody said so expressly. `lost` says what, by logical id."""

    def __init__(self, stack: str, lost: Mapping[str, str]) -> None:
        named = " ".join(f"--lose {each}" for each in lost)
        super().__init__(
            f"{stack}: refused: {'; '.join(f'{each} {what}' for each, what in lost.items())}. "
            f"If that is what you want, back it up, and add {named}."
        )


class StackStuck(CannotDeploy):
    """Raised when a stack's state takes no changes."""

    def __init__(self, stack: str, status: str) -> None:
        super().__init__(
            f"{stack} is in {status} and takes no changes: what to do stands in docs/operations.md, under Deploying."
        )


class NotApplied(CannotDeploy):
    """Raised when CloudFormation gave up a change set, and what it changed was rolled back."""

    def __init__(self, stack: str, status: str, reasons: Sequence[str]) -> None:
        super().__init__(f"{stack} ended in {status}:\n" + "\n".join(f"- {reason}" for reason in reasons))


class NoSuchPackage(CannotDeploy):
    """Raised when a package to go back to isn't in the stage's bucket."""

    def __init__(self, package: str, bucket: str) -> None:
        super().__init__(f"There is no package {package} in {bucket}: aws s3 ls s3://{bucket}/packages/")


class UnknownParameters(CannotDeploy):
    """Raised when an earlier package's template asks for parameters that no stage sets any more."""

    def __init__(self, package: str, names: Sequence[str]) -> None:
        super().__init__(
            f"Package {package} asks for {', '.join(names)}, which infra/stages.yaml no longer says. Deploy it "
            "from the sources of its day: git checkout them, and repeat the command."
        )


class NotSeeded(CannotDeploy):
    """Raised when the rulebook and the secretariat's account couldn't be stored."""

    def __init__(self, said: str) -> None:
        super().__init__(
            f"Everything is applied, but the first start failed: {said.strip()}\nDeploy again to repeat it."
        )
