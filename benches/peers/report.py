"""The tables of compare.py: medians, ranges, ratios within rounds, and whether the work was the same."""

import datetime
import importlib.metadata
import itertools
import os
import pathlib
import platform
import statistics
import subprocess

from work import WORKLOADS

OURS = "mlpsweep"
LABELS = {"sklearn": "scikit-learn", "jax": "JAX", "torch": "PyTorch", "torch-compile": "torch.compile", "numpy": "NumPy by hand"}
PACKAGES = {"sklearn": "scikit-learn", "jax": "jax", "torch": "torch", "numpy": "numpy"}
# sd/mean of the final loss from seed to seed, of ours and of JAX's alike (8 seeds; W4: 3).
LOSS_NOISE = {"W1": 0.07, "W2": 0.035, "W3": 0.035, "W4": 0.03, "W5": 0.10}
# Of a sweep's mean score over all configurations and folds: what other folds, start weights and orders make of it.
SCORE_NOISE = 0.005


def brief(workload, told):
    """One line while it runs."""
    if workload in WORKLOADS:
        return f"{told['us']:.1f} us a step, loss {told['loss']:.4g}"
    return f"{told['seconds']:.2f} s, {told['bytes'] / 1e6:.0f} MB, mean score {statistics.mean(told['scores']):.4f}"


def about(rounds, jobs, contestants, binaries, load_before):
    """What was measured, where and when."""
    version = subprocess.run([binaries[OURS], "--version"], capture_output=True, text=True).stdout.split()[-1]
    peers = {PACKAGES[name]: importlib.metadata.version(PACKAGES[name]) for name in contestants if name in PACKAGES}
    return {
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "vector_unit": vector_unit(binaries["workload"]),
        "load": [round(load_before, 1), round(os.getloadavg()[0], 1)],
        "rounds": rounds,
        "jobs": jobs,
        "versions": {OURS: version, "Python": platform.python_version(), **peers},
    }


def processor():
    """Its name as the system has it."""
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor() or platform.machine())


def vector_unit(binary):
    """As our kernels find it."""
    told = subprocess.run([binary, "W5"], capture_output=True, text=True).stdout
    return told.split('"vector_unit": "')[1].split('"')[0]


def markdown(about, contestants, results):
    """All of it."""
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    parts = [
        f"Measured on {about['date']} on {about['cores']} cores of a machine with {about['processor']} ({about['vector_unit']}); load "
        f"before and after {about['load'][0]} and {about['load'][1]}. {versions}. Medians of {about['rounds']} rounds, least–most; "
        "the × is the median of the rounds' ratios to mlpsweep.",
    ]
    trainings = {workload: by for workload, by in results.items() if workload in WORKLOADS}
    sweeps = {workload: by for workload, by in results.items() if workload not in WORKLOADS}
    if trainings:
        rows = [
            [describe(workload), gflops(workload, by[OURS]), *(time_cell(by, name, "us") for name in contestants)]
            for workload, by in trainings.items()
        ]
        parts.append(grid("µs a training step, one core", ["our GFLOP/s", *contestants], rows))
    if sweeps:
        names = [name for name in contestants if name != "torch-compile"]
        rows = [[workload, *(time_cell(by, name, "seconds", memory=True) for name in names)] for workload, by in sweeps.items()]
        parts.append(grid(f"a sweep, {about['jobs']} jobs: s, peak MB", names, rows))
    rows = [equal_work(workload, by, contestants) for workload, by in results.items()]
    parts.append(grid("the same work: final loss, mean score", contestants, rows))
    parts.append("**≠** is further from the median of all contestants than noise explains: " + tolerances(about["rounds"], results) + ".")
    return "\n\n".join(parts)


def describe(workload):
    """W1 64→64→64→10, batch 32"""
    _, training = WORKLOADS[workload]
    return f"{workload} {'→'.join(map(str, sizes_of(workload)))}, batch {training.batch_size}"


def gflops(workload, ours):
    """6 batch sum n_in n_out operations a step: a product forward, two backward, a multiplication and an addition each."""
    _, training = WORKLOADS[workload]
    products = sum(n_in * n_out for n_in, n_out in itertools.pairwise(sizes_of(workload)))
    return digits(6e-3 * training.batch_size * products / statistics.median(told["us"] for told in ours))


def sizes_of(workload):
    """n_0 ... n_L"""
    table, training = WORKLOADS[workload]
    return training.sizes({"digits": 64, "friedman": 8, "wide": 784, "iris": 4}[table])


def grid(title, contestants, rows):
    """A table in Markdown."""
    head = [title, *(LABELS.get(name, name) for name in contestants)]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def time_cell(by, name, key, memory=False):
    """median (least–most), ×ratio"""
    if name not in by:
        return ""
    values = [told[key] for told in by[name]]
    cell = digits(statistics.median(values))
    if len(values) > 1:
        cell += f" ({digits(min(values))}–{digits(max(values))})"
    if memory and any(told["bytes"] for told in by[name]):
        cell += f", {max(told['bytes'] for told in by[name]) / 1e6:.0f} MB"
    if name == OURS:
        return cell
    ratio = statistics.median(theirs[key] / ours[key] for theirs, ours in zip(by[name], by[OURS]))
    return f"{cell}, **{digits(ratio)}×**"


def digits(value):
    """Three of them."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


# --- equal work -------------------------------------------------------------------------------------------------------------


def equal_work(workload, by, contestants):
    """The row of final losses or mean scores, with a mark on those that noise does not explain."""
    middles = {name: statistics.median(outcome(told) for told in rounds) for name, rounds in by.items()}
    middle = statistics.median(middles.values())
    allowed = tolerance(workload, min(map(len, by.values()))) * (middle if workload in WORKLOADS else 1)
    cells = []
    for name in contestants:
        is_far = name in middles and not abs(middles[name] - middle) <= allowed
        cells.append((f"{middles[name]:.4g}" if name in middles else "") + (" **≠**" if is_far else ""))
    return [workload, *cells]


def outcome(told):
    """What it all came to: the loss of a training, the mean score over a sweep's configurations."""
    return statistics.mean(told["scores"]) if "scores" in told else told["loss"]


def tolerance(workload, rounds):
    """Of a loss, relative: three standard errors of the difference of two medians, each 1.25 sd/√rounds. Of a score, absolute."""
    if workload not in WORKLOADS:
        return SCORE_NOISE
    return 3 * 2**0.5 * 1.25 * LOSS_NOISE[workload] / rounds**0.5


def tolerances(rounds, results):
    """In words."""
    losses = ", ".join(f"{workload} {tolerance(workload, rounds):.0%}" for workload in results if workload in WORKLOADS)
    sweeps = " and ".join(workload for workload in results if workload not in WORKLOADS)
    return "; ".join(filter(None, [losses, sweeps and f"{sweeps} {SCORE_NOISE}"]))
