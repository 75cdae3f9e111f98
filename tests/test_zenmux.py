"""What the cases of ZenMux cannot show: balances that are none."""

from typing import Any

import pytest

from custom_components.ai_quota.quota.providers import zenmux


@pytest.mark.parametrize(
    "data",
    [
        {"currency": "eur", "total_credits": 3},
        {"currency": None, "total_credits": 3},
        {"total_credits": 3},
        {"currency": "usd", "total_credits": None, "bonus_credits": "many"},
    ],
)
def test_what_is_no_balance_in_dollars_is_left_out(data: dict[str, Any]) -> None:
    assert zenmux.balances(data) == ()
