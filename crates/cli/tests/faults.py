"""Runs that are killed, and disks that fail: what was shown as done is stored, and the end is the same bytes as without.

    cargo build --release
    python crates/cli/tests/faults.py [kill] [calls] [size] [full] [readers] [syncs] [--mlpsweep target/release/mlpsweep] [--rounds 200]

kill    `kill -9` after a random time, again and again, until the sweep is finished; then the next sweep. After each: the count that was
        shown last is at most what is stored, everything stored before is there unchanged, no unit is there twice, PRAGMA quick_check is ok.
        At the end of a sweep ranked.csv, folds.csv, curves.csv and the model are those of a run without interruption.
calls   with strace: the Nth write, sync, rename, ... of a run fails with EIO, N = 1, 2, 3 ... until all succeed. Each run ends with 8, or
        with 0 where the failure does not matter, says no panic, and the next one ends as if nothing had happened.
size    the same with a limit on the size of files (prlimit).
full    the same on a file system that is full (tmpfs of so many KiB, through unshare); reports of an earlier run stay as they are.
readers sixteen processes that read the store all the time while it is written (rank, status, report, export --to store), and one reader
        that never lets go of the moment it reads: each of them ends with 0, and the run with the bytes of an undisturbed one. By strace
        the run never slept, which it does where it waits for a lock of the store.
syncs   with strace: whenever a count of folds is shown, all that was written to the log of the store before has been synced.

Linux alone. Exits with 1 where something is otherwise, and prints a line a kind with its counts.
"""

import argparse
import collections
import itertools
import os
import pty
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

SWEEP = """name = "faults"
seed = 5
[data]
builtin = "moons"
rows = 200
test = 0
[cv]
folds = 3
[search]
{search}
[parameters]
learning_rate = {{ min = 1e-3, max = 1e-1, scale = "log" }}
width = {{ values = [4, 8, 16] }}
{more}
"""
SWEEPS = {
    "random": SWEEP.format(search="trials = 1200\nracing = \"off\"", more="epochs = 20"),
    "tpe, raced": SWEEP.format(search="trials = 600\nsampler = \"tpe\"", more="epochs = 30"),
    "hyperband": SWEEP.format(search="trials = 540\nsampler = \"tpe\"\nbudget = \"hyperband\"", more="epochs = 27"),
}
TINY = SWEEP.format(search="trials = 4", more="epochs = 2")
RESULTS = ["ranked.csv", "folds.csv", "curves.csv", "model/model.safetensors"]
CALLS = ["write", "pwrite64", "fdatasync", "fsync", "ftruncate", "rename", "openat", "fcntl", "unlink"]

problems = []


def check(holds, what):
    if not holds:
        problems.append(what)
        print("WRONG:", what, flush=True)


def results(folder):
    return [(folder / name).read_bytes() for name in RESULTS]


def command(binary, folder, *more):
    return [binary, "run", "s.toml", "--out", folder, "--jobs", "2", *more]


def reference(binary, place):
    done = subprocess.run(command(binary, place / "whole", "--quiet"), cwd=place, capture_output=True)
    check(done.returncode == 0, f"an undisturbed run: {done.stderr.decode()}")
    return results(place / "whole")


def units(folder):
    """What is stored of each unit; looked at in a copy, since looking would tidy up what the kill has left."""
    store = folder / "study.db"
    if not store.exists():
        return {}
    with tempfile.TemporaryDirectory() as copy:
        for name in ("study.db", "study.db-wal"):
            if (folder / name).exists():
                shutil.copy(folder / name, copy)
        connection = sqlite3.connect(Path(copy) / "study.db")
        check(connection.execute("PRAGMA quick_check").fetchall() == [("ok",)], "quick_check")
        rows = connection.execute("SELECT trial, split, record FROM folds").fetchall()
        connection.close()
    check(len({row[:2] for row in rows}) == len(rows), "a unit is there twice")
    return {row[:2]: row[2] for row in rows}


def killed(binary, place, folder, rng):
    """Starts a run in a terminal, kills it after a while, and gives the count it has shown last; None when it was done before."""
    parent, child = pty.openpty()
    run = subprocess.Popen(command(binary, folder), cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=child)
    os.close(child)
    until, said = time.monotonic() + rng.choice([0.02, 0.1, 0.4]) * rng.random() * 2, b""
    os.set_blocking(parent, False)
    while time.monotonic() < until and run.poll() is None:
        try:
            said += os.read(parent, 65536)
        except BlockingIOError:
            time.sleep(0.001)
        except OSError:
            break
    run.send_signal(signal.SIGKILL)
    run.wait()
    try:
        said += os.read(parent, 1 << 20)
    except OSError:
        pass
    os.close(parent)
    shown = re.findall(rb"(\d+)/\d+ folds", said)
    return (run.returncode == 0), max(map(int, shown), default=0), said


def kill(binary, rounds):
    rng = random.Random(1)
    counts = collections.Counter()
    for name, text in SWEEPS.items():
        with tempfile.TemporaryDirectory() as place:
            place = Path(place)
            (place / "s.toml").write_text(text)
            expected = reference(binary, place)
            n, folder, before = 0, place / "o", {}
            while n < rounds // len(SWEEPS) + 1:
                is_done, shown, said = killed(binary, place, folder, rng)
                n += 1
                check(b"panicked" not in said and b"internal error" not in said, f"{name}: {said[-300:]}")
                stored = units(folder)
                if "hyperband" in name:
                    # A fold that goes on replaces what stood of it, and counts once a rung.
                    check(before.keys() <= stored.keys(), f"{name}: {len(before.keys() - stored.keys())} units have gone")
                else:
                    check(shown <= len(stored), f"{name}: {shown} folds were shown as done, {len(stored)} are stored")
                    check(before.items() <= stored.items(), f"{name}: a stored unit has changed or gone")
                counts["rounds"] += 1
                counts["in which folds were added"] += len(stored) > len(before)
                before = stored
                if is_done or n == rounds // len(SWEEPS) + 1:
                    done = subprocess.run(command(binary, folder, "--quiet"), cwd=place, capture_output=True)
                    check(done.returncode == 0, f"{name}: the last run: {done.stderr.decode()}")
                    check(results(folder) == expected, f"{name}: other results than without interruption")
                    counts["sweeps finished with the bytes of an undisturbed one"] += results(folder) == expected
                    shutil.rmtree(folder)
                    before = {}
    print("kill:", ", ".join(f"{value} {key}" for key, value in counts.items()), flush=True)


def disturbed(kinds, expected_codes=(0, 8)):
    """Runs each kind's attempts: (folder, command, what is checked afterwards, whether that was the last one)."""
    for name, attempts in kinds:
        codes = collections.Counter()
        for place, line, again, is_over in attempts():
            done = subprocess.run(line, cwd=place, capture_output=True, text=True)
            codes[done.returncode] += 1
            check(done.returncode in expected_codes, f"{name}: exit {done.returncode}: {' '.join(map(str, line))}: {done.stderr[-300:]}")
            check("panicked" not in done.stderr and "internal error" not in done.stderr, f"{name}: {done.stderr}")
            for path in (place / "o").glob("*"):
                check(path.is_dir() or path.stat().st_size > 0 or path.name in ("study.lock", "study.db-wal", "study.db-shm"), f"{name}: {path.name} is empty")
            again(done)
            if is_over(done):
                break
        print(f"{name}: " + ", ".join(f"{n} ended with {code}" for code, n in sorted(codes.items())), flush=True)


def calls(binary):
    def attempts(call):
        def each():
            for n in range(1, 2000):
                with tempfile.TemporaryDirectory() as place:
                    place = Path(place)
                    (place / "s.toml").write_text(TINY)
                    log = place / "strace.log"
                    line = ["strace", "-f", "-o", log, "-e", f"trace={call}", "-e", f"inject={call}:error=EIO:when={n}"]
                    line += command(binary, place / "o", "--quiet")

                    def again(done):
                        done = subprocess.run(command(binary, place / "o", "--quiet"), cwd=place, capture_output=True, text=True)
                        check(done.returncode == 0, f"{call} {n}: the run after it: {done.stderr}")
                        check(results(place / "o") == expected, f"{call} {n}: other results")

                    yield place, line, again, lambda done: "INJECTED" not in log.read_text()
        return each

    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "s.toml").write_text(TINY)
        expected = reference(binary, Path(place))
    # 2 where the sweep file cannot be read; 127 is the loader's, where it finds no library.
    disturbed([(f"call {call}", attempts(call)) for call in CALLS], (0, 2, 8, 127))


def size(binary):
    def each():
        for limit in [*range(4096, 200_000, 4096), 1 << 24]:
            with tempfile.TemporaryDirectory() as place:
                place = Path(place)
                (place / "s.toml").write_text(TINY)
                line = ["prlimit", f"--fsize={limit}", *command(binary, place / "o", "--quiet")]

                def again(_):
                    done = subprocess.run(command(binary, place / "o", "--quiet"), cwd=place, capture_output=True, text=True)
                    check(done.returncode == 0, f"size {limit}: the run after it: {done.stderr}")
                    check(results(place / "o") == expected, f"size {limit}: other results")

                yield place, line, again, lambda done: limit == 1 << 24

    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "s.toml").write_text(TINY)
        expected = reference(binary, Path(place))
    disturbed([("size", each)])


def full(binary):
    """A tmpfs of so many KiB: a run fills it, room is made by growing it, and the run goes on."""
    script = """
        set -u
        mount -t tmpfs -o size=$1k tmpfs "$2/o" || exit 99
        "$3" run s.toml --out "$2/o" --jobs 2 --quiet >/dev/null 2>"$2/err"; echo "first $?"
        find "$2/o" -type f -size 0 ! -name '*.lock' ! -name '*-wal'
        mount -o remount,size=64m "$2/o"
        "$3" run s.toml --out "$2/o" --jobs 2 --quiet >/dev/null 2>"$2/err2"; echo "second $?"
        for f in ranked.csv folds.csv curves.csv model/model.safetensors; do cmp "$2/o/$f" "$2/whole/$f" || echo "other $f"; done
        cp "$2/o/ranked.csv" "$2/before.csv"
        # Now reports cannot be written: they stay as they are.
        dd if=/dev/zero of="$2/o/filler" bs=4k 2>/dev/null
        "$3" run s.toml --set search.trials=8 --out "$2/o" --jobs 2 --quiet >/dev/null 2>"$2/err3"; echo "third $?"
        cmp "$2/o/ranked.csv" "$2/before.csv" || echo "the report has changed"
        rm "$2/o/filler"
        "$3" run s.toml --set search.trials=8 --out "$2/o" --jobs 2 --quiet >/dev/null 2>"$2/err4"; echo "fourth $?"
    """
    codes = collections.Counter()
    for kib in [16, 32, 48, 64, 96, 128, 160, 192, 224, 256, 320, 384, 512, 640, 768, 896, 1024, 2048]:
        with tempfile.TemporaryDirectory() as place:
            place = Path(place)
            (place / "s.toml").write_text(TINY)
            (place / "o").mkdir()
            reference(binary, place)
            line = ["unshare", "-rm", "bash", "-c", script, "bash", str(kib), place, binary]
            done = subprocess.run(line, cwd=place, capture_output=True, text=True)
            said = done.stdout.split("\n")
            first = int(said[0].removeprefix("first "))
            codes[first] += 1
            check(first in (0, 8), f"full, {kib} KiB: {done.stdout} {done.stderr} {(place / 'err').read_text()}")
            check(said[1:-1] == ["second 0", "third 8", "fourth 0"], f"full, {kib} KiB: {said} {[(place / e).read_text() for e in ('err2', 'err3', 'err4')]}")
    print("full: " + ", ".join(f"{n} first runs ended with {code}" for code, n in sorted(codes.items())), flush=True)


def syncs(binary):
    counts = collections.Counter()
    for name, text in SWEEPS.items():
        with tempfile.TemporaryDirectory() as place:
            place = Path(place)
            (place / "s.toml").write_text(text)
            log = place / "strace.log"
            line = ["strace", "-f", "-y", "-o", log, "-e", "trace=write,pwrite64,fdatasync,fsync"]
            with open(place / "err", "wb") as err:
                done = subprocess.run([*line, *command(binary, place / "o")], cwd=place, stdout=subprocess.DEVNULL, stderr=err)
            check(done.returncode == 0, f"{name}: {(place / 'err').read_text()[-300:]}")
            unsynced = 0
            for call in log.read_text(errors="replace").splitlines():
                of_log = "study.db-wal>" in call
                if of_log and "pwrite64(" in call:
                    unsynced += 1
                elif of_log and ("fdatasync(" in call or "fsync(" in call):
                    check("= 0" in call or "unfinished" in call, f"{name}: {call}")
                    counts["syncs of the log"] += 1
                    unsynced = 0
                elif re.search(r'write\(2<[^>]*>, "\d+/\d+ folds', call):
                    check(unsynced == 0, f"{name}: shown before it was synced: {call}")
                    counts["counts shown"] += 1
    check(counts["syncs of the log"] > len(SWEEPS) and counts["counts shown"] > len(SWEEPS), f"nothing to see: {counts}")
    print("syncs:", ", ".join(f"{value} {key}" for key, value in counts.items()), flush=True)


def readers(binary):
    codes = collections.Counter()
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        (place / "s.toml").write_text(SWEEPS["random"])
        expected = reference(binary, place)
        traced = ["strace", "-f", "-qq", "-e", "trace=nanosleep,clock_nanosleep", "-o", place / "sleeps"]
        line = [*traced, *command(binary, place / "o", "--quiet")]
        run = subprocess.Popen(line, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        while not units(place / "o"):
            time.sleep(0.01)
        holder = sqlite3.connect(f"file:{place}/o/study.db?mode=ro", uri=True, isolation_level=None)

        def count():
            return holder.execute("SELECT count(*) FROM folds").fetchone()[0]

        holder.execute("BEGIN")
        n_held = count()

        def read(n):
            verbs = ["rank o", "status o", f"report o --out r{n}", f"export o --to store --out {n}.db"]
            for turn in itertools.count(n):
                verb = verbs[turn % len(verbs)]
                done = subprocess.run([binary, *verb.split(" ")], cwd=place, capture_output=True, text=True)
                codes[done.returncode] += 1
                check(done.returncode == 0, f"{verb} during a run: {done.returncode}, {done.stderr}")
                if run.poll() is not None:
                    return

        threads = [threading.Thread(target=read, args=(n,)) for n in range(16)]
        for thread in threads:
            thread.start()
        said = run.communicate()[1]
        for thread in threads:
            thread.join()
        check(run.returncode == 0, f"a run that is read meanwhile: {said.decode()}")
        sleeps = [line for line in (place / "sleeps").read_text().splitlines() if "nanosleep" in line]
        check(not sleeps, f"the run waited: {sleeps}")
        check(count() == n_held, "the moment that was held has changed")
        holder.execute("COMMIT")
        check(count() > n_held, "no more folds than the holder saw")
        holder.close()
        check(results(place / "o") == expected, "other results where the store is read meanwhile")
    print("readers: " + ", ".join(f"{n} ended with {code}" for code, n in sorted(codes.items())), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", default=["kill", "calls", "size", "full", "readers", "syncs"])
    parser.add_argument("--mlpsweep", default="target/release/mlpsweep")
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    binary = Path(options.mlpsweep).resolve()
    for kind in options.kinds:
        if kind == "kill":
            kill(binary, options.rounds)
        else:
            {"calls": calls, "size": size, "full": full, "readers": readers, "syncs": syncs}[kind](binary)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
