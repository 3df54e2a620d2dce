"""Makes the built-in data sets of this folder from the copies that scikit-learn ships.

    python make.py        needs numpy and scikit-learn; overwrites the .csv.gz files beside it

The same numbers give the same bytes: no time stamp in the gzip header, numbers in their shortest form.
Prints the shapes and column means that tests/it/builtin.rs holds the files to.
"""

import csv
import gzip
import io
from pathlib import Path

from sklearn import datasets

SETS = {
    "iris": (datasets.load_iris(), "species"),
    "wine": (datasets.load_wine(), "cultivar"),
    "breast_cancer": (datasets.load_breast_cancer(), "diagnosis"),
    "digits": (datasets.load_digits(), "digit"),
    "diabetes": (datasets.load_diabetes(scaled=False), "progression"),
}


def shortest(value: float) -> str:
    text = repr(float(value))
    return text.removesuffix(".0")


for name, (bunch, target) in SETS.items():
    label = (lambda y: str(bunch.target_names[y])) if "target_names" in bunch else shortest
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*bunch.feature_names, target])
    for x, y in zip(bunch.data, bunch.target, strict=True):
        writer.writerow([*map(shortest, x), label(y)])
    with open(Path(__file__).with_name(f"{name}.csv.gz"), "wb") as file:
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=9, mtime=0) as packed:
            packed.write(text.getvalue().encode())
    print(name, bunch.data.shape, [float(mean) for mean in bunch.data.mean(axis=0)])
    print("    target", float(bunch.target.mean()))
