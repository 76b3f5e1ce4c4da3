"""A hotline that proposes pauses: people decide on the site."""

from tests.evaluation.conftest import hotline
from tests.evaluation.test_proposals import proposed

__all__ = ["hotline", "proposed"]
