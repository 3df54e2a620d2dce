"""Runs a command on some cores and tells its output, its seconds from start to end, and the peak memory of its process tree."""

import contextlib
import dataclasses
import os
import pathlib
import resource
import subprocess
import threading
import time

# Between two looks at the memory: short enough for a sweep of a second, long enough to cost under 1 % of a core.
INTERVAL_S = 0.05
PAGE_BYTES = resource.getpagesize()


class Failed(Exception):
    """The command did not end well; in one line."""


@dataclasses.dataclass
class Done:
    """`peak_bytes` sums resident memory over processes: pages they share count once for each. 0 is unknown."""

    stdout: str
    seconds: float
    peak_bytes: int


def run(command, environment, n_cores):
    """Where the system can pin, on the last `n_cores` cores this process may use."""
    command = [str(word) for word in command]
    peak = 0
    ended = threading.Event()

    def watch():
        nonlocal peak
        while not ended.wait(INTERVAL_S):
            peak = max(peak, resident(process.pid))

    begin = time.perf_counter()
    with pinned(n_cores):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        stdout, stderr = process.communicate()
        seconds = time.perf_counter() - begin
    finally:
        process.kill()      # does nothing to what has ended
        ended.set()
        watcher.join()
    if process.returncode != 0:
        last = (stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise Failed(f"`{' '.join(command)}` ends with {process.returncode}: {last}")
    return Done(stdout, seconds, peak)


@contextlib.contextmanager
def pinned(n_cores):
    """What is started within inherits the cores, before it has threads."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    all_cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(all_cores)[-n_cores:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, all_cores)


def resident(root):
    """Bytes in memory now of a process and all below it; 0 where there is no /proc, and for what has just ended.

    Only these processes are looked at (psutil looks at all there are to find children, which takes milliseconds).
    """
    total, waiting = 0, [str(root)]
    while waiting:
        process = pathlib.Path("/proc", waiting.pop())
        try:
            total += int((process / "statm").read_text().split()[1]) * PAGE_BYTES
            for thread in (process / "task").iterdir():
                waiting += (thread / "children").read_text().split()
        except (OSError, IndexError):
            continue
    return total
