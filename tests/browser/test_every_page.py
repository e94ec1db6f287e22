"""Every page as the administrator sees it: desktop and phone, Chinese and English.

It answers, its console is silent, it asks nobody else for anything, it is not wider than the window, it speaks one language,
and the numbers on it are those of its JSON twin.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import polib
import pytest
from browser_house import Window, check, confirm, hand_in, screens

pytestmark = pytest.mark.browser

CATALOGUE = Path(screens.ROOT, "src/jiqun/web/locale/zh_Hans/LC_MESSAGES/django.po")
MORE = (
    "why-fact",
    "why-count",
    "upload",
    "batch",
    "held-row",
    "account",
    "answer",
    "policy-run",
    "ruling",
    "questions",
)
ADDRESSES = {**screens.PAGES, **dict.fromkeys(MORE, "")}
WITHOUT_FACTS = {"clusters", "indicators", "search", "sources", "imports", "matching", "merges", "batches", "quarantine",
                 "audit", "accounts", "tokens", "why-count", "upload", "batch", "held-row", "account", "map", "conflicts",
                 "objections", "collections", "policies", "policy", "per-mu", "replay",
                 "policy-run", "ruling", "questions", "ladders", "recognitions", "titles"}  # fmt: skip
LANGUAGE_OF = {"zh": "zh-Hans", "en": "en"}
PRODUCT = {"zh": "集群 jiqun", "en": "jiqun clusters"}
FACT = re.compile(r"/why/fact/(f[0-9a-f]{19})")
ID = re.compile(r'"(f[0-9a-f]{19})"')
TEXTS = """
() => {
  const said = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const skip = "script, style, code, .mono, blockquote, q, [lang]:not(html)";
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (!node.parentElement.closest(skip)) { said.push(node.textContent); }
  }
  for (const element of document.querySelectorAll("[placeholder], [aria-label], [title]")) {
    for (const name of ["placeholder", "aria-label", "title"]) { said.push(element.getAttribute(name) ?? ""); }
  }
  for (const template of document.querySelectorAll("template")) { said.push(template.content.textContent); }
  said.push(document.title);
  return said.map((text) => text.replace(/\\s+/g, " ").trim()).filter((text) => text);
}
"""


def pattern_of(text: str) -> str:
    """A catalogue text as a pattern: what is filled in can be anything."""
    parts = re.split(r"%\(\w+\)[sd]|%%", " ".join(text.split()))
    return ".*".join(re.escape(part) for part in parts)


def catalogue(side: str, longer_than: int) -> re.Pattern[str]:
    """The texts of one side of the catalogue, except those that are the same in both languages."""
    texts = set()
    for entry in polib.pofile(str(CATALOGUE)):
        for source, said in [
            (entry.msgid, entry.msgstr or entry.msgstr_plural.get(0, "")),
            (entry.msgid_plural, ""),
        ]:
            one = source if side == "en" else said
            fixed = re.sub(r"[.*\\\s]", "", pattern_of(one))
            if (
                len(one) > longer_than and source != said and len(fixed) > 1
            ):  # "19 家" is a number of a fact with its unit
                texts.add(pattern_of(one))
    return re.compile("|".join(sorted(texts, key=len, reverse=True)))


FOREIGN = {"zh": catalogue("en", 6), "en": catalogue("zh", 3)}


def judged(window: Window) -> str:
    """A sheet of two firms judged by a pack on its page; gives the run."""
    rows = (
        "企业名称,区划代码,per_mu_tier,tax_paid_wan\n黄岩甲有限公司,331003,规上,30\n黄岩乙有限公司,331003,,9"
    )
    page = window.page
    window.go("/policies/zhejiang/per_mu/")
    page.fill("input[name=on]", "2023-09-01")
    page.set_input_files(
        "input[name=file]", {"name": "亩均.csv", "mimeType": "text/csv", "buffer": rows.encode("gbk")}
    )
    with page.expect_navigation(url=re.compile(r"/policies/runs/p[^/]+/$")):
        page.click("#run button[type=submit]")
    page.wait_for_selector("#policy-run table tbody tr")
    return page.url.rstrip("/").rpartition("/")[2]


@pytest.fixture(scope="module")
def addresses(opener: Callable[..., Window]) -> dict[str, str]:
    """Addresses of all pages; those of a file, its batch, its held row and an account are found by making and asking."""
    window = opener("demo-admin")
    rows = [
        "企业名称,社会统一信用代码,地址",
        "绍兴示例页面轴承有限公司,,浙江省绍兴市新昌县人民路9号",
        "某厂,12345,不详",
    ]
    upload = hand_in(window, "每页.csv", "\n".join(rows).encode(), title="每页所用名单")
    check(window)
    batch = confirm(window)
    held = window.json(f"/api/quarantine?batch={batch}")["rows"][0]["id"]
    person = window.json("/api/pages/accounts/")["rows"][0]["id"]
    fact = window.json("/api/facts?size=1")["rows"][0]["id"]
    asked = window.json("/api/collections/hecheng-yuebao?state=sent")["respondents"][0]["key"]
    run = judged(window)
    assert window.take_troubles() == []
    window.page.context.close()
    return screens.PAGES | {
        "why-fact": f"/why/fact/{fact}/", "why-count": "/why/count/facts/", "upload": f"/imports/{upload}/",
        "batch": f"/batches/{batch}/", "held-row": f"/quarantine/{held}/", "account": f"/accounts/{person}/",
        "answer": f"/collections/hecheng-yuebao/answers/{asked}/", "policy-run": f"/policies/runs/{run}/",
        "ruling": f"/policies/runs/{run}/2/", "questions": f"/policies/runs/{run}/2/questions/",
    }  # fmt: skip


@pytest.fixture(scope="module", params=[("zh", "desktop", "phone"), ("en", "phone", "desktop")], ids="-".join)
def window(
    request: pytest.FixtureRequest, opener: Callable[..., Window]
) -> Iterator[tuple[Window, str, tuple[str, str]]]:
    """The administrator's window in each language; a page is loaded in the first size and then takes the other."""
    lang, first, then = request.param
    opened = opener("demo-admin", lang, first, reduced_motion="reduce")  # charts stand at once
    yield opened, lang, (first, then)
    opened.page.context.close()


@pytest.mark.parametrize("name", ADDRESSES)
def test_page(name: str, window: tuple[Window, str, tuple[str, str]], addresses: dict[str, str]) -> None:
    opened, lang, (first, then) = window
    page = opened.page
    opened.resize(first)
    answer = opened.go(addresses[name])
    assert answer.status == 200
    assert page.locator("html").get_attribute("lang") == LANGUAGE_OF[lang]
    assert re.fullmatch(rf"\S.* · {PRODUCT[lang]}", page.title()), page.title()
    assert [text for text in page.evaluate(TEXTS) if FOREIGN[lang].fullmatch(text)] == []
    twin = page.locator("link[rel=alternate][type='application/json']").get_attribute("href")
    told = page.request.get(opened.address + twin)
    assert told.status == 200
    shown, known = set(FACT.findall(page.content())), set(ID.findall(told.text()))
    assert shown <= known
    assert bool(shown) == (name not in WITHOUT_FACTS)
    wide = {first: opened.too_wide()}
    opened.resize(then)
    wide[then] = opened.too_wide()
    assert wide == {first: 0, then: 0}
    assert opened.take_troubles() == []
