"""What the cases of Sakana AI cannot show: figures that have to stay away."""

import pytest

from custom_components.ai_quota.quota.providers.sakana import elements_of, spending

BALANCE = '<h2>Credit balance</h2><p class="tabular-nums">$5.00</p>'
TOTAL = "<h2>Usage</h2><span>Total: $2.00</span>"


async def metrics(page: str) -> dict[str, float]:
    return {metric.id: metric.value for metric in spending(await elements_of(page))}


async def test_balance_and_spend() -> None:
    assert await metrics(BALANCE + TOTAL) == {"balance": 5, "spend_30d": 2}


@pytest.mark.parametrize(
    "page",
    [
        BALANCE.replace("Credit balance", "Balance"),
        BALANCE.replace("$5.00", "-$5.00"),
        BALANCE.replace("$5.00", "5.00"),
        BALANCE.replace("$5.00", "$5.00.00"),
        BALANCE.replace("tabular-nums", "tabular"),
        '<p class="tabular-nums">$5.00</p><h2>Credit balance</h2>',
        '<h2>Credit balance</h2><p class="tabular-nums">soon</p><p class="tabular-nums">$7.00</p>',
    ],
)
async def test_without_a_balance_there_is_no_spend(page: str) -> None:
    assert await metrics(page + TOTAL) == {}


@pytest.mark.parametrize(
    "page",
    [
        TOTAL.replace("Usage", "Usage limit"),
        TOTAL.replace("Total", "Sum"),
        TOTAL.replace("$2.00", "€2.00"),
        "<h2>Usage</h2><span>Chart</span><span>Total: $2.00</span>",
        "<h2>Usage</h2><h3>Last year</h3><span>Total: $2.00</span>",
    ],
)
async def test_a_spend_that_is_not_told_is_left_out(page: str) -> None:
    assert await metrics(BALANCE + page) == {"balance": 5}
