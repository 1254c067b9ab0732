#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""html_check.py PAGE: whether every element is closed where it should be, ids are unique and links
lead to one, nothing is loaded, and nothing runs but one script whose hash the policy has. Prints what is wrong; the text of each section as JSON
with --text."""
import base64
import hashlib
import html.parser
import json
import re
import sys

VOID = {"meta", "br", "hr", "img", "link", "input"}
FORBIDDEN = {"img", "link", "iframe", "object", "embed", "form", "input", "base", "video", "foreignobject", "use", "image", "animate", "set"}
# Of pictures, which are drawn in the page: they take neither ids nor links.
DRAWN = {"svg", "g", "title", "rect", "path", "text", "line", "circle"}
DRAWN_ATTRIBUTES = {"class", "role", "width", "height", "viewbox", "x", "y", "rx", "d", "x1", "x2", "y1", "y2", "cx", "cy", "r"}
ATTRIBUTES = {"class", "id", "href", "style", "lang", "charset", "content", "name", "http-equiv", "colspan", "data-s", "data-c", "data-w", "open"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.problems, self.ids, self.links = [], [], [], []
        self.sections, self.policy = {}, ""

    def handle_starttag(self, tag, attributes):
        if tag in FORBIDDEN:
            self.problems.append(f"<{tag}>")
        for name, value in attributes:
            if name not in (DRAWN_ATTRIBUTES if tag in DRAWN else ATTRIBUTES):
                self.problems.append(f"attribute {name} of <{tag}>")
            if name == "id":
                self.ids.append(value)
            if name == "href":
                self.links.append(value)
            if name == "style" and not value.startswith("width:"):
                self.problems.append(f"style {value}")
        if tag == "meta" and dict(attributes).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attributes)["content"]
        if tag not in VOID:
            self.open.append((tag, dict(attributes).get("id")))

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            self.problems.append(f"</{tag}> closes {self.open[-1:]} (line {self.getpos()[0]})")
            return
        self.open.pop()
        if tag in ("td", "th"):
            self.handle_data("\t")

    def handle_data(self, data):
        for _, section in self.open:
            if section:
                self.sections[section] = self.sections.get(section, "") + data


page = Page()
with open(sys.argv[-1], encoding="utf-8") as file:
    text = file.read()
page.feed(text)
page.close()
page.problems += [f"<{tag}> stays open" for tag, _ in page.open]
page.problems += [f"two ids {name}" for name in set(page.ids) if page.ids.count(name) > 1]
page.problems += [f"link {link}" for link in page.links if link[:1] != "#" or link[1:] not in page.ids]
scripts = re.findall(r"<script[^>]*>.*?</script>", text, re.S)
for script in scripts:
    body = re.fullmatch(r"<script>(.*)</script>", script, re.S)
    digest = base64.b64encode(hashlib.sha256(body.group(1).encode()).digest()).decode() if body else ""
    if not body or not re.search(rf"; script-src 'sha256-{re.escape(digest)}'$", page.policy):
        page.problems.append(f"a script whose hash the policy does not have: {digest}")
    if re.search(r"innerHTML|outerHTML|document\.write|insertAdjacentHTML|eval\(|fetch\(|https?:", script):
        page.problems.append("the script makes markup or loads something")
if len(scripts) > 1 or "default-src 'none'" not in page.policy or page.policy.count("script-src") != 1:
    page.problems.append(f"policy {page.policy}")
if "url(" in text or "@import" in text:
    page.problems.append("the style loads something")
if "--text" in sys.argv:
    print(json.dumps(page.sections))
print("\n".join(page.problems), file=sys.stderr)
sys.exit(bool(page.problems))
