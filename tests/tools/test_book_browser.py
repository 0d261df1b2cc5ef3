"""The site in a real browser: no page complains, none is too wide, all are accessible, all works."""
from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tessera.book import npm

from conftest import REPOSITORY
from sites import needs, rendered

pytestmark = needs("doxygen", "dot", "ctags", "chromium", "node")

CHECKS = ("console", "resource", "width", "access", "action")


def looked_at(site: Path, patience: int = 120) -> dict[str, list[str]]:
    """What the browser finds wrong with a site, by check; under `done` how much it looked at."""
    command = [
        "node",
        REPOSITORY / "tests/browser/site.mjs",
        npm.folder(REPOSITORY),
        site,
        "--patience",
        str(patience),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1500)
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        check, page, what = line.split("\t")
        found.setdefault(check, []).append(f"{page}: {what}")
    assert "done" in found, done.stderr
    return found


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    """What is wrong with the site of this tree."""
    return looked_at(rendered())


@pytest.mark.parametrize("check", CHECKS)
def test_the_browser_finds_nothing_wrong(check: str, found: dict[str, list[str]]) -> None:
    assert found.get(check, []) == []


def test_every_page_is_looked_at_and_every_cast_played(found: dict[str, list[str]]) -> None:
    pages, actions = found["done"][0].split(": ")
    site = rendered()
    assert int(pages) == len(list(site.rglob("*.html")))
    assert int(actions) >= 10 + len(list(site.glob("stage-*.html")))


BAD = """<!DOCTYPE html><html lang="en"><head><title>Bad</title></head><body><main><h1>Bad</h1>
<div style="width: 2000px">wide</div><p style="color: #ccc">pale</p><img src="missing.png" alt="">
<script>throw new Error("on purpose")</script></main></body></html>"""


def test_each_check_can_fail(tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text(BAD, encoding="utf-8")
    found = looked_at(tmp_path)
    assert any("on purpose" in line for line in found["console"])
    assert any("missing.png" in line for line in found["resource"])
    assert len(found["width"]) == 2
    assert any("color-contrast" in line for line in found["access"])


#: A stage's page with a cast that can be started, and shows nothing.
STILL = """<!DOCTYPE html><html lang="en"><head><title>Still</title></head><body><main><h1>Still</h1>
<details class="boot" open><summary>Boot</summary><pre class="timed"><code><b>1</b> Hello</code></pre>
<button class="play">Play</button></details></main></body></html>"""


@pytest.mark.parametrize("page, why", [(BAD, "page.evaluate"), (STILL, "page.waitForFunction")])
def test_an_action_that_does_not_work_is_found(tmp_path: Path, page: str, why: str) -> None:
    (tmp_path / "stage-03.html").write_text(page, encoding="utf-8")
    (action,) = looked_at(tmp_path, patience=8)["action"]
    assert f"the cast of stage-03.html plays: {why}" in action
