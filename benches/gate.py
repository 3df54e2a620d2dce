"""The gate on real builds: what it says of two copies of one, and of one in which Adam's update does a share of its work twice.

    python benches/gate.py [--tries 5] [--only optimizer/adam,optimizer/sgd,...] [--rounds 200] [--share 9]

Builds the bench target `step` of the commit as it is, and of a copy of it with the injection, then runs `mlpsweep perf` on the
executables: `aa` so many times, which is to find nothing regressed, and `ab` as many, which is to find optimizer/adam regressed and nothing
else. Prints a line a try and the counts; takes about a minute a try beside the builds. Many short rounds, since a machine that others
share is as fast as it is for seconds, not for minutes.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RULE = "crates/optim/src/rule/adam.rs"
BEFORE = "        vectorised(pass, (params, gradient, penalty, self.0.at(range), T::one()));\n"
# A share of the work twice; the second time it is in the cache.
AFTER = """        let n = params.len() / SHARE;
        let part = self.0.at(range.start..range.start + n);
        vectorised(pass, (&mut params[..n], &gradient[..n], penalty, part, T::one()));
        vectorised(pass, (params, gradient, penalty, self.0.at(range), T::one()));
"""


def build(tree, target):
    """The executable of the bench target `step`."""
    command = ["cargo", "bench", "-p", "mlpsweep-benches", "--bench", "step", "--no-run",
               "--message-format", "json", "--target-dir", target]
    out = subprocess.run(command, cwd=tree, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    found = [m["executable"] for m in messages if m.get("executable") and "bench" in m["target"]["kind"]]
    return found[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tries", type=int, default=5)
    parser.add_argument("--only", default="optimizer/adam,optimizer/sgd")
    parser.add_argument("--rounds", default="200")
    parser.add_argument("--verbs", default="aa,ab", help="what is tried")
    parser.add_argument("--share", default="9", help="one in so many parts of the work is done twice; the second time it is in the cache")
    parser.add_argument("--seconds", default="0.05", help="that a process measures")
    parser.add_argument("--warm-up", default="0.03", help="seconds before that")
    parser.add_argument("--injected", default="optimizer/adam", help="the benchmark that is to be found")
    options = parser.parse_args()
    subprocess.run(["cargo", "build", "--release", "-p", "mlpsweep-cli"], cwd=ROOT, check=True)
    mlpsweep = ROOT / "target" / "release" / "mlpsweep"
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        tree = folder / "tree"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", tree, "HEAD"], cwd=ROOT, check=True)
        try:
            plain, injected = folder / "plain" / "step", folder / "injected" / "step"
            for copy in (plain, injected):
                copy.parent.mkdir()
            shutil.copy(build(tree, ROOT / "target"), plain)
            text = (tree / RULE).read_text()
            if BEFORE not in text:
                sys.exit(f"{RULE} has changed: the injection has no place")
            (tree / RULE).write_text(text.replace(BEFORE, AFTER.replace("SHARE", options.share)))
            shutil.copy(build(tree, ROOT / "target"), injected)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", tree], cwd=ROOT, check=True)
        verbs = options.verbs.split(",")
        for verb, arms in [("aa", ["--build", plain]), ("ab", ["--base", plain, "--head", injected])]:
            if verb not in verbs:
                continue
            good = 0
            for attempt in range(options.tries):
                started = time.monotonic()
                out = folder / f"{verb}{attempt}"
                command = [mlpsweep, "perf", verb, *arms, "--only", options.only, "--rounds", options.rounds,
                           "--measurement-time", options.seconds, "--warm-up-time", options.warm_up, "--seed", str(attempt), "--out", out, "--quiet"]
                code = subprocess.run(command, stdout=subprocess.DEVNULL).returncode
                rows = json.loads((out / "verdicts.json").read_text())["benchmarks"]
                loud = [f"{row['benchmark']} {row['verdict']} {100 * row['estimate']['effect']:+.1f} %"
                        for row in rows if row["verdict"] != "equivalent"]
                regressed = [row["benchmark"] for row in rows if row["verdict"] == "regressed"]
                good += regressed == ([] if verb == "aa" else [options.injected])
                print(f"{verb} {attempt + 1}: exit {code}, {time.monotonic() - started:.0f} s, "
                      f"{'; '.join(loud) or 'all equivalent'}", flush=True)
            print(f"{verb}: {good} of {options.tries} as they should be", flush=True)


if __name__ == "__main__":
    main()
