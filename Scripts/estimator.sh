#!/bin/bash
# Runs the estimator's fitting program on the folder that ESTIMATOR_DATA names. Argument: report, write or check.
#
# The training rows are no part of the project, so without them a check is skipped, and says so.
set -euo pipefail
cd "$(dirname "$0")/.."

task=${1:-check}
tables=Sources/PowerSensorsEstimator/Tables/EstimatorTables.swift
examples=Tests/PowerSensorsEstimatorTests/PredictedMachines.swift

if [ -z "${ESTIMATOR_DATA:-}" ]; then
    echo "estimator: skipped: ESTIMATOR_DATA names no folder with specpower_train.csv, so nothing is fitted anew"
    [ "$task" = check ] && exit 0
    exit 1
fi

# The system's own Python has the system's numpy; another one that comes first may have none.
python=""
for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c 'import numpy' 2>/dev/null; then python=$candidate && break; fi
done
if [ -z "$python" ]; then
    echo "estimator: no python3 has numpy. Remedy: sudo apt-get install python3-numpy" >&2
    exit 1
fi

export PYTHONDONTWRITEBYTECODE=1
case $task in
    report) exec "$python" Fitting/fit.py "$ESTIMATOR_DATA" report ;;
    write | check) exec "$python" Fitting/fit.py "$ESTIMATOR_DATA" "$task" "$tables" "$examples" ;;
    *) echo "estimator: '$task' is no task; known are report, write and check" >&2 && exit 64 ;;
esac
