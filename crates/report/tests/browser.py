"""report.html in a real browser: no error, no request, every plot drawn.

    python3 crates/report/tests/browser.py results/digits/report.html [--screenshot report.png] [--dark] [--empty judged,overtuning]

Takes a `chromium` on the path. `--empty` names the plots for which the sweep has nothing to show. Exits with 1 and says what is
wrong.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PLOTS = ["history", "overtuning", "folds", "importances", "contour", "parallel", "slices", "curves", "gap", "judged", "features",
         "timeline"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path)
    parser.add_argument("--screenshot", type=Path)
    parser.add_argument("--size", default="1250,4300")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--empty", default="", help="plots that may have nothing to show")
    options = parser.parse_args()
    page = options.page.resolve().as_uri()
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "net.json"
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking",
                   "--disable-component-update", "--no-first-run", f"--user-data-dir={folder}/profile",
                   f"--window-size={options.size}", "--virtual-time-budget=5000", "--enable-logging=stderr"]
        if options.dark:
            command.append("--blink-settings=preferredColorScheme=0")
        ran = subprocess.run([*command, f"--log-net-log={log}", "--dump-dom", page], capture_output=True, text=True, timeout=120)
        faults += [line for line in ran.stderr.splitlines() if "CONSOLE" in line]
        events = json.loads(log.read_text())["events"]
        urls = {event["params"]["url"] for event in events if isinstance(event.get("params"), dict) and "url" in event["params"]}
        # The browser asks its maker for updates whatever it shows.
        faults += [f"a request: {url}" for url in sorted(urls) if url.startswith(("http", "ws")) and not any(own in url for own in ("google", "gvt1"))]
        if options.screenshot:
            subprocess.run([*command, f"--screenshot={options.screenshot.resolve()}", page], capture_output=True, timeout=120)
    dom = ran.stdout
    if 'data-drawn="yes"' not in dom:
        faults.append("the script did not come to its end")
    empty = options.empty.split(",")
    for plot in PLOTS:
        found = re.search(rf'<figure id="{plot}"[^>]*>(.*?)</figure>', dom, re.DOTALL)
        marks = len(re.findall(r"<(?:circle|rect|polyline|path)\b", found[1])) if found else 0
        if "NaN" in (found[1] if found else "") or (marks == 0) != (plot in empty):
            faults.append(f"{plot}: {marks} marks{', NaN' if found and 'NaN' in found[1] else ''}")
    size = options.page.stat().st_size
    if size > 2 << 20:
        faults.append(f"{size} bytes are more than 2 MB")
    for fault in faults:
        print(fault)
    print(f"{options.page}: {size} bytes, {len(PLOTS)} plots, {len(faults)} faults")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
