#!/usr/bin/env python3
"""Writes the carbon intensities that the module PowerSensorsCarbon holds as Swift text, from a table of regions.

The table has the columns region, name, kind, gco2e_per_kwh, year, source and licence. Of countries, those by Our World in
Data are taken, so that all come from one source. Their codes of two letters are those of ISO 3166-1, read from Debian's
package iso-codes.
"""
import csv
import json
import sys
from pathlib import Path

# The letter that stands for a source in the table, the text in the source column, and what the user is shown.
SOURCES = [
    ("O", "Our World in Data", "Our World in Data, CC BY 4.0"),
    ("E", "Ember", "Ember, CC BY 4.0"),
    ("U", "EPA eGRID", "US EPA eGRID, public domain"),
    ("G", "Google Cloud", "Google Cloud region carbon info, Apache-2.0"),
    ("C", "CCF", "Cloud Carbon Footprint, Apache-2.0"),
]
FILE = Path(__file__).resolve().parent.parent / "Sources/PowerSensorsCarbon/CarbonRegions+Table.swift"
HEADER = """// Written by Scripts/carbon-table.py; not to be changed by hand.

extension CarbonRegions {
    /// The world, states of the USA, the regions of clouds, and countries.
    ///
    /// A line holds the region's code, a country's code of two letters or a dash, grams of CO2 equivalent a
    /// kilowatt-hour, the year, the letter of the source, and the name; blanks in codes are underscores.
    static let table = \"\"\"
"""


def letter(row):
    """The letter of a row's source; None for a source that is not taken."""
    return next((letter for letter, start, _ in SOURCES if row["source"].startswith(start)), None)


def is_taken(row):
    """One source for countries, and of what is larger than a country only the world."""
    if row["kind"] == "country":
        return letter(row) == "O"
    if row["kind"] == "aggregate":
        return row["region"] == "World"
    return row["region"] != "US-usa"


def is_plausible(row):
    """Whether a grid can be as clean or as dirty as that; 0 stands for what was not known, and 10⁶ for a lost unit."""
    if 1 <= float(row["gco2e_per_kwh"]) <= 2000:
        return True
    print(f"left out: {row['region']}, {row['gco2e_per_kwh']} g/kWh by {row['source']}", file=sys.stderr)
    return False


def line(row, short):
    """One region as a line."""
    code = row["region"].replace(" ", "_")
    alias = short.get(row["region"], "-") if row["kind"] == "country" else "-"
    fields = [code, alias, row["gco2e_per_kwh"], row["year"].replace("<=", "≤"), letter(row), row["name"]]
    return " ".join(fields)


def main():
    """Reads the table that is named, and writes the file."""
    with open(sys.argv[1], newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if is_taken(row) and is_plausible(row)]
    unknown = {row["source"] for row in rows if letter(row) is None}
    if unknown:
        sys.exit(f"{sys.argv[1]}: nobody said what to call these sources: {sorted(unknown)}. Add them to SOURCES.")
    with open("/usr/share/iso-codes/json/iso_3166-1.json", encoding="utf-8") as file:
        short = {one["alpha_3"]: one["alpha_2"] for one in json.load(file)["3166-1"]} | {"XKX": "XK"}
    countries = sorted((row for row in rows if row["kind"] == "country"), key=lambda row: row["region"])
    others = [row for row in rows if row["kind"] != "country"]
    lines = [f"        {line(row, short)}\n" for row in others + countries]
    FILE.write_text(HEADER + "".join(lines) + '        """\n}\n')


main()
