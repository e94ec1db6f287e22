"""One real system for the whole run (`jiqun up` on a home of its own, the example loaded once) and one Chromium.

`visit(account)` gives a window; when the test ends, whatever its console said and every request that left this machine is a
failure. Logging in costs a password hash each time, so a session is kept per account.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browser_house import SIZES, System, Window, log_in, screens


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """`python -m jiqun --home … up --port …`, as an office starts it."""
    home = tmp_path_factory.mktemp("home")
    with screens.running_system(home, "--no-plants") as (address, passwords):
        yield System(address, passwords, home)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """One Chromium for every test."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, args=screens.FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def opener(system: System, browser: Any) -> Callable[..., Window]:
    """Open a window: of an account ("" for a stranger), in a language, of a size."""

    def opened(account: str, lang: str = "zh", size: str = "desktop", **more: Any) -> Window:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="light",
            has_touch=size == "phone",
            storage_state=_session(system, browser, account),
            **more,
        )
        context.add_cookies([language_cookie(lang, system)])
        context.set_default_timeout(20_000)
        return Window(context.new_page(), system.address)

    return opened


@pytest.fixture(scope="session")
def kept() -> dict[tuple[object, ...], Window]:
    """Windows of accounts, kept from one test to the next: a new one costs a process."""
    return {}


@pytest.fixture
def visit(
    system: System, opener: Callable[..., Window], kept: dict[tuple[object, ...], Window]
) -> Iterator[Callable[..., Window]]:
    """Windows for one test, in the language asked for; what went wrong in any of them fails it."""
    windows: list[Window] = []

    def opened(account: str, lang: str = "zh", size: str = "desktop", **more: Any) -> Window:
        key = (account, size, *more.items())
        window = kept.get(key) if account else None
        if window is None:
            window = opener(account, lang, size, **more)
        if account:
            kept[key] = window
        window.page.context.add_cookies([language_cookie(lang, system)])
        windows.append(window)
        return window

    yield opened
    troubles = [trouble for window in windows for trouble in window.take_troubles()]
    for window in windows:
        window.refusals = False
        if window not in kept.values():
            window.page.context.close()
    assert not troubles


def language_cookie(lang: str, system: System) -> dict[str, str]:
    """What the language switch leaves in the browser."""
    return {"name": "django_language", "value": screens.LANGUAGES[lang], "url": system.address}


def _session(system: System, browser: Any, account: str) -> Any:
    if account and account not in system.states:
        context = browser.new_context()
        log_in(context.new_page(), system, account)
        system.states[account] = context.storage_state()
        context.close()
    return system.states.get(account)
