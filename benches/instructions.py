#!/usr/bin/env python3
"""Instructions of one training step, counted by callgrind, against the recorded counts.

    instructions = (count(2n steps) - count(n steps)) / n

The difference leaves out start-up, the table, and the scoring at the end; each epoch's shuffle is in it. One thread and one
seed: the same binary gives the same count to within a few instructions, however busy the machine is.

    python3 benches/instructions.py               # exit 1 when a count is more than 2 % above the recorded one
    python3 benches/instructions.py --record      # write the counts as they are now

A count holds for the vector unit and the compiler it was recorded with, which stand beside it. valgrind knows AVX2 and FMA and
no AVX-512. It counts instructions and not time: fewer that are slower would pass, so it stands beside the clock, not for it.
"""

import argparse
import csv
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

RECORD = pathlib.Path(__file__).with_name("instructions.csv")
COLUMNS = ["workload", "vector_unit", "rustc", "instructions_per_step"]
WORKLOADS = ["W1", "W2", "W3", "W4", "W5"]
QUICK = ["W1", "W2", "W3", "W5"]    # W4 takes minutes, and its products are those of W3, larger
EPOCHS = 2              # n is EPOCHS times the ten mini-batches of an epoch
TOLERANCE = 0.02        # above the repeatability (under 0.1 %) and what a compiler's other mood costs, below any lost vector loop


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="write the counts to instructions.csv")
    parser.add_argument("--workloads", type=lambda text: text.split(","), default=QUICK, help="such as W1,W4; all but W4 unless said")
    options = parser.parse_args()
    unknown = set(options.workloads) - set(WORKLOADS)
    if unknown:
        parser.error(f"no such workload: {', '.join(sorted(unknown))}; they are {', '.join(WORKLOADS)}")
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is not installed")

    binary = build()
    rustc = subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True, cwd=RECORD.parent).stdout.split()[1]
    recorded = read_record()
    is_worse = is_unknown = False
    for workload in options.workloads:
        vector_unit, count = instructions_per_step(binary, workload)
        key = (workload, vector_unit)
        line = f"{workload} {vector_unit} {count:>12,} instructions a step"
        if options.record:
            recorded[key] = (rustc, count)
        elif key not in recorded:
            is_unknown = True
            line += f", and no count for {vector_unit} is recorded"
        else:
            rustc_then, count_then = recorded[key]
            change = count / count_then - 1
            line += f", {change:+.2%} of {count_then:,}"
            if rustc_then != rustc:
                line += f" (recorded with rustc {rustc_then}, this is {rustc})"
            if change > TOLERANCE:
                is_worse = True
                line += ": WORSE"
        print(line, flush=True)
    if options.record:
        write_record(recorded)
    elif is_worse:
        print(f"a step has grown by more than {TOLERANCE:.0%}; if that is meant, `{sys.argv[0]} --record`")
        sys.exit(1)
    elif is_unknown:
        sys.exit(2)


def build():
    """The release build of examples/workload.rs."""
    command = "cargo build --release --locked -p mlpsweep-benches --example workload --message-format json-render-diagnostics"
    lines = subprocess.run(command.split(), check=True, stdout=subprocess.PIPE, text=True, cwd=RECORD.parent).stdout.splitlines()
    messages = [json.loads(line) for line in lines if line.startswith("{")]
    return next(message["executable"] for message in messages if message.get("target", {}).get("name") == "workload")


def instructions_per_step(binary, workload):
    """(vector unit, instructions), rounded to whole ones."""
    once, steps, vector_unit = count(binary, workload, EPOCHS)
    twice, steps_twice, _ = count(binary, workload, 2 * EPOCHS)
    return vector_unit, round((twice - once) / (steps_twice - steps))


def count(binary, workload, epochs):
    """(instructions, steps, vector unit) of a whole process."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "callgrind.out")
        command = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={out}", binary, workload, "--epochs", str(epochs)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
        told = json.loads(done.stdout)
        totals = next(line for line in out.read_text().splitlines() if line.startswith("totals:"))
        return int(totals.split()[1]), told["steps"], told["vector_unit"]


def read_record():
    """{(workload, vector unit): (rustc, instructions)}"""
    if not RECORD.exists():
        return {}
    with RECORD.open(newline="") as file:
        return {(row["workload"], row["vector_unit"]): (row["rustc"], int(row["instructions_per_step"])) for row in csv.DictReader(file)}


def write_record(recorded):
    with RECORD.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((*key, *recorded[key]) for key in sorted(recorded))


if __name__ == "__main__":
    main()
