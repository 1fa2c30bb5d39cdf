"""The rows of published results: what is read of them, which fold each is in, and how names are taken apart."""

import csv
import hashlib
import math
import re
from dataclasses import dataclass, field

import numpy as np

FOLDS = 5
LOADS = [f"w_{load}" for load in range(0, 101, 10)]

# Column `generation` tells some apart that the model does not: too few of each.
GROUPS = {"netburst": "pre2009", "k8": "pre2009", "core2": "pre2009", "arm-other": "other", "arrowlake": "other",
          "grace": "other"}

# By whom the processor is made; the others are Intel's.
AMD = {"k10", "bulldozer", "naples", "rome", "milan", "genoa", "turin", "zen-am5"}
NEITHER = {"altra", "other"}

# Makers of machines, by how their names begin; those with one result tell nothing of the next.
MAKERS = [("hewlett", "hp"), ("fujitsu",), ("dell",), ("lenovo",), ("ibm",), ("acer",), ("huawei", "xfusion"), ("nec",),
          ("hitachi",), ("asus",), ("super",), ("inspur", "ieit"), ("sugon",), ("h3c", "new h3c"), ("quanta", "qct"),
          ("nettrix",), ("giga",), ("sgi",), ("tyan",)]

# What says nothing of a processor beyond its generation.
IDLE_WORDS = {"intel", "amd", "ampere", "cpu", "processor", "xeon", "platinum", "gold", "silver", "bronze", "epyc",
              "opteron", "core", "altra", "64-bit", "multi-core", "e", "0", "ghz"}


@dataclass
class Row:
    """One machine: sockets, cores, memory in GB and watts of one node."""

    generation: str
    maker: int
    key: str
    cpu: str
    sockets: float
    cores: float
    memory: float
    megahertz: float
    year: float
    tdp: float
    nodes: int
    is_client: bool
    is_full: bool
    fold: int
    watts: np.ndarray = field(repr=False)


def maker(name):
    """The number of a machine's maker, from 1; 0 for any other."""
    name = name.lower()
    return next((number for number, starts in enumerate(MAKERS, 1) if name.startswith(starts)), 0)


def plain(name):
    """A processor's name in lower case, without marks and without what follows it."""
    return re.split(r"[(@,]", name.lower().replace("(r)", " ").replace("(tm)", " "))[0]


def key(name):
    """What tells a processor from others of its generation, such as `8380` or `e52670v2`; empty for nothing."""
    words = re.findall(r"[a-z0-9+.-]+", plain(name))
    kept = []
    for word, following in zip(words, words[1:] + [""]):
        is_frequency = word.endswith("ghz") or following == "ghz" or re.fullmatch(r"\d+\.\d+", word)
        if not (word in IDLE_WORDS or word.endswith(("-core", "-cores")) or is_frequency):
            kept.append(word)
    return "".join(kept).replace("-", "").replace(".", "")


def is_low_power(key):
    """Whether a key is that of a processor for little power: L before its number, or HE, EE, L, T or U after it.

    After the numbers of Xeon Scalable, L stands for much memory.
    """
    return bool(re.match(r"l\d|(e[357]\d+|i[3579]\d+)[ltu](v\d)?$|\d+(he|ee)$", key))


def is_client(name):
    """Whether the processor is a desktop-derived one for a single socket."""
    words = [word for word in re.split(r"[^a-z0-9+-]+", name.lower()) if word]
    if any(re.fullmatch(r"(i[3579]|ultra|pentium|celeron)(-.*)?", word) for word in words):
        return True
    if "core2" in "".join(words):
        return True
    if "epyc" in words:
        return any(re.match(r"4\d\d4", word) or re.match(r"4\d\d5", word) for word in words)
    if any(word.startswith(("e3-", "e-2", "w-1")) for word in words):
        return True
    if any(word in ("platinum", "gold", "silver", "bronze") or re.match(r"w\d?-", word) for word in words):
        return False
    for word in words:
        number = re.match(r"\D*(\d{4})(.*)", word)
        if number and 1000 <= int(number[1]) <= 9999:
            return 3000 <= int(number[1]) <= 3499 or 6300 <= int(number[1]) <= 6399 and number[2] == "p"
    return False


def identity(row):
    """The machine's number: the same for every result of one model with one processor."""
    names = (re.sub("[^a-z0-9]", "", row[column].lower()) for column in ("vendor", "model", "cpu"))
    return int(hashlib.sha1("|".join(names).encode()).hexdigest(), 16)


def number(text):
    """A number that may be missing."""
    return float(text) if text else math.nan


def read(path):
    """Reads every row of the table; watts, sockets, cores and memory are divided by the nodes."""
    rows = []
    with open(path, newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            nodes = int(row["nodes"] or 1)
            watts = np.array([number(row[load]) / nodes for load in LOADS])
            rows.append(Row(
                generation=GROUPS.get(row["generation"], row["generation"]),
                maker=maker(row["vendor"]), key=key(row["cpu"]), cpu=row["cpu"],
                sockets=float(row["sockets"]) / nodes, cores=float(row["cores"]) / nodes,
                memory=float(row["memory_gb"]) / nodes, megahertz=float(row["mhz"]), year=number(row["hw_year"]),
                tdp=number(row["tdp_w"]), nodes=nodes, is_client=is_client(row["cpu"]),
                is_full=row["full_curve"] == "1" and not np.isnan(watts).any(),
                fold=identity(row) // 5 % FOLDS, watts=watts))
    years = {g: np.nanmedian([r.year for r in rows if r.generation == g]) for g in {r.generation for r in rows}}
    for row in rows:
        if math.isnan(row.year):
            row.year = years[row.generation]
    return rows
