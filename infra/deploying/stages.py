"""The stages of infra/stages.yaml, and which parameters of the two templates each sets."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import yaml

from infra.deploying.problems import NotAStage, StillSamples

STAGES = Path(__file__).resolve().parents[1] / "stages.yaml"
_NAME = re.compile(r"[a-z][a-z0-9]{1,11}")
#: What infra/stages.yaml comes with: a host under .example, and an account that AWS gives nobody.
_SAMPLE = re.compile(r"\.example$|:0{12}:", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A deployment: its name, and what infra/stages.yaml says about it."""

    name: str
    base_url: str
    certificate_arn: str
    mail_domain: str
    mail_from: str
    secretariat_address: str
    alarm_address: str
    log_retention_days: int

    @property
    def data_stack(self) -> str:
        return f"ddh-{self.name}-data"

    @property
    def app_stack(self) -> str:
        return f"ddh-{self.name}"

    @property
    def data_parameters(self) -> dict[str, str]:
        return {"Stage": self.name, "MailDomain": self.mail_domain}

    @property
    def app_parameters(self) -> dict[str, str]:
        return {
            "Stage": self.name,
            "BaseUrl": self.base_url,
            "CertificateArn": self.certificate_arn,
            "MailFrom": self.mail_from,
            "SecretariatAddress": self.secretariat_address,
            "AlarmAddress": self.alarm_address,
            "LogRetentionDays": str(self.log_retention_days),
        }


def stage_named(name: str, path: Path = STAGES) -> Stage:
    """Return a stage.

    Raises:
        NotAStage: the file doesn't have it, or not all of it, or something more.
    """
    if not _NAME.fullmatch(name):
        raise NotAStage(name, "a stage's name is 2 to 12 small letters and digits, a letter first")
    if (described := yaml.safe_load(path.read_text("utf-8")).get(name)) is None:
        raise NotAStage(name, "there is no such stage")
    wanted = {field.name for field in fields(Stage)} - {"name"}
    if wrong := wanted ^ described.keys():
        raise NotAStage(name, f"missing or unknown: {', '.join(sorted(wrong))}")
    if not re.fullmatch(r"https://[a-z0-9.-]+", described["base_url"]):
        raise NotAStage(name, "base_url is https:// and a host's name, without a slash at the end")
    if not described["mail_from"].endswith("@" + described["mail_domain"]):
        raise NotAStage(name, "mail_from isn't in mail_domain, so its mails would not be signed")
    return Stage(name=name, **described)


def filled_in(stage: Stage) -> Stage:
    """Return the stage, which holds no sample any more.

    Raises:
        StillSamples: it does; names the keys.
    """
    if keys := [key for key, value in asdict(stage).items() if _SAMPLE.search(str(value))]:
        raise StillSamples(stage.name, keys)
    return stage
