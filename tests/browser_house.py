"""What the browser tests share: the running system, windows that remember what went wrong in them, and a file handed in.

The system is started and the pages are named by tools/screens.py, which `make screens` uses too.
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

import screens

SIZES = {**screens.WIDTHS, "wall": (1920, 1080)}
REFUSED = "Failed to load resource"  # Chromium's own note on a 4xx; expected where a test asks for one
DRAWN = (
    "document.readyState === 'complete' && [...document.querySelectorAll('[data-chart]')]"
    ".every(box => box.offsetParent === null || box.querySelector('canvas'))"
)
TWO_FRAMES = (
    "document.fonts.ready.then(() => new Promise(done =>"
    " requestAnimationFrame(() => requestAnimationFrame(() => done(true)))))"
)
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class System:
    """The running system: its address, the demonstration accounts' passwords as it printed them, and its data folder."""

    address: str
    passwords: dict[str, str]
    home: Path = Path()
    states: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Window:
    """A page of a browser and what went wrong in it; `refusals` when the test asks for a 4xx on purpose."""

    page: Any
    address: str
    refusals: bool = False
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("request", self._request)
        self.page.on("pageerror", lambda error: self.troubles.append(f"page error: {error}"))

    def go(self, path: str) -> Any:
        """Open an address of the system; gives the answer once the page is drawn."""
        answer = self.page.goto(self.address + path)
        self.settle()
        return answer

    def settle(self) -> None:
        """Wait until layout, fonts and every chart stand."""
        self.page.wait_for_function(DRAWN)
        self.page.evaluate(TWO_FRAMES)

    def resize(self, size: str) -> None:
        """Give the window another size of SIZES."""
        width, height = SIZES[size]
        if self.page.viewport_size != {"width": width, "height": height}:
            self.page.set_viewport_size({"width": width, "height": height})
            self.settle()

    def json(self, path: str) -> Any:
        """What the interface answers this person."""
        return self.page.request.get(self.address + path).json()

    def too_wide(self) -> int:
        """How many pixels the page is wider than the window."""
        return self.page.evaluate(TOO_WIDE)

    def heading(self) -> str:
        """The first heading."""
        return self.page.locator("h1").first.inner_text()

    def take_troubles(self) -> list[str]:
        """What went wrong since the last time."""
        found = [said for said in self.troubles if not (self.refusals and REFUSED in said)]
        self.troubles.clear()
        return found

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"console {message.type}: {message.text} at {message.location}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.address + "/", "data:", "blob:")):
            self.troubles.append(f"request to elsewhere: {request.url}")


def log_in(page: Any, system: System, account: str, password: str | None = None) -> None:
    """Fill the login form and send it."""
    if "/login/" not in page.url:
        page.goto(f"{system.address}/login/")
    page.fill("input[name=username]", account)
    page.fill("input[name=password]", system.passwords[account] if password is None else password)
    with page.expect_navigation():
        page.click("form.card-form button[type=submit]")


def hand_in(window: Window, name: str, body: bytes, *, source: str = "", title: str = "") -> str:
    """Hand in a list of enterprises on the import page; gives the id of the upload."""
    window.go("/imports/")
    page = window.page
    page.select_option("select[name=source]", source)
    page.fill("input[name=source_title]", title)
    page.set_input_files("input[name=file]", {"name": name, "mimeType": "text/csv", "buffer": body})
    with page.expect_navigation(url=re.compile(r"/imports/[^/]+/$")):
        page.click("form.hand-in button[type=submit]")
    return page.url.rstrip("/").rpartition("/")[2]


def enter_new(window: Window) -> None:
    """Say that rows without a code are new enterprises, to be entered under their names."""
    window.page.check("input[name=rows-without_code][value=enter]")


def check(window: Window) -> None:
    """Settle the columns as they stand in the form, and wait until every row was looked at."""
    window.page.click("form[action$='/check/'] button[type=submit]")
    window.page.wait_for_selector("form[action$='/confirm/']")


def confirm(window: Window) -> str:
    """Import what was checked; gives the batch once the work is done."""
    window.page.click("form[action$='/confirm/'] button[type=submit]")
    batch = window.page.wait_for_selector("#upload a[href*='/batches/']")
    window.page.wait_for_selector("#upload form", state="detached")
    return batch.get_attribute("href").rstrip("/").rpartition("/")[2]
