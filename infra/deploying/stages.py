"""The stages of infra/stages.yaml, and which parameters of the two templates each sets."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from chalicelib.mail.addresses import AddressRefused, check_address
from infra.deploying.problems import NotAStage, StagesUnreadable, StillSamples

STAGES = Path(__file__).resolve().parents[1] / "stages.yaml"
_NAME = re.compile(r"[a-z][a-z0-9]{1,11}")
#: What CloudWatch and infra/app.yaml let logs be kept, in days.
_LOG_DAYS = (14, 30, 60, 90, 180, 365)
_ADDRESSES = ("mail_from", "secretariat_address", "alarm_address")
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
        NotAStage: the file doesn't have it, or not all of it, or something more, or a value that AWS would refuse late.
        StagesUnreadable: the file is no list of stages.
    """
    if not _NAME.fullmatch(name):
        raise NotAStage(name, "a stage's name is 2 to 12 small letters and digits, a letter first")
    stages = _read(path)
    if (described := stages.get(name)) is None:
        raise NotAStage(name, f"there is no such stage; there are {', '.join(map(str, stages))}")
    wanted = {field.name for field in fields(Stage)} - {"name"}
    if wrong := wanted ^ described.keys():
        raise NotAStage(name, f"missing or unknown: {', '.join(sorted(wrong))}")
    _check_values(name, described)
    return Stage(name=name, **described)


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        stages = yaml.safe_load(path.read_text("utf-8"))
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise StagesUnreadable(f"{line}{error.problem or error.context}") from None
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise StagesUnreadable(" ".join(str(error).split())) from None
    if not isinstance(stages, dict):
        raise StagesUnreadable("it holds no stages, each a name with its keys below")
    if wrong := [str(name) for name, each in stages.items() if not isinstance(each, dict)]:
        raise StagesUnreadable(f"{', '.join(wrong)} has no keys below it")
    return stages


def _check_values(name: str, described: dict[str, Any]) -> None:
    if wrong := [key for key, value in described.items() if key != "log_retention_days" and not isinstance(value, str)]:
        raise NotAStage(name, f"{', '.join(wrong)}: a text is missing")
    if not re.fullmatch(r"https://[a-z0-9.-]+", described["base_url"]):
        raise NotAStage(name, "base_url is https:// and a host's name, without a slash at the end")
    if not described["mail_from"].endswith("@" + described["mail_domain"]):
        raise NotAStage(name, "mail_from isn't in mail_domain, so its mails would not be signed")
    for key in _ADDRESSES:
        try:
            check_address(described[key])
        except AddressRefused:
            raise NotAStage(name, f"{key} is no mail address, such as hotline@ddh.example") from None
    if described["log_retention_days"] not in _LOG_DAYS:
        raise NotAStage(name, f"log_retention_days is one of {', '.join(map(str, _LOG_DAYS))}")


def filled_in(stage: Stage) -> Stage:
    """Return the stage, which holds no sample any more.

    Raises:
        StillSamples: it does; names the keys.
    """
    if keys := [key for key, value in asdict(stage).items() if _SAMPLE.search(str(value))]:
        raise StillSamples(stage.name, keys)
    return stage
