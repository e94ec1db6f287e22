"""What the map offers can be shown: an indicator only ever stated of a part (a breakdown) is no choice."""

import pytest
from reading_house import ReadingHouse


def test_every_choice_of_the_map_has_something_to_show(house: ReadingHouse) -> None:
    client = house.client()
    choices = client.get("/api/pages/map/").json()["choices"]
    assert choices
    for choice in choices:
        shown = [
            client.get(f"/api/pages/map/?indicator={choice['key']}&status={status}").json()
            for status in ("actual", "target", "estimate", "claim")
        ]
        assert any(page["known"] for page in shown), choice["key"]
        for page in shown:
            assert bool(page["known"]) == bool(page["years"]), (choice["key"], page["status"])


@pytest.mark.parametrize("status", ["actual", "target"])
def test_every_year_offered_is_known_for_some_county(house: ReadingHouse, status: str) -> None:
    client = house.client()
    for choice in client.get("/api/pages/map/").json()["choices"][:5]:
        address = f"/api/pages/map/?indicator={choice['key']}&status={status}"
        for year in client.get(address).json()["years"]:
            assert client.get(f"{address}&year={year}").json()["known"], (choice["key"], year)
