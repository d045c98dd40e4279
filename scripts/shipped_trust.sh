#!/usr/bin/env bash
# Learns the trust model that the package ships from masked muscles, and draws how it is met by data
# sets that are left out. Inputs as docs/datasets.md says; ten minutes, then seconds: what was
# gathered is kept in results/trust.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

cd "$root"
people=()
for person in HC002D HC030A HC031A HC032A HC033A HC036A HC044A; do
    people+=("mcgill=data/mcgill/$person/train.xml")
done
python benchmarks/trust.py \
    walking=setups/walking_benchmark.xml walking=setups/walking_subjects_benchmark.xml \
    "${people[@]}" \
    treadmill=setups/treadmill_benchmark.xml treadmill=setups/treadmill_speeds_benchmark.xml \
    treadmill_left=setups/treadmill_left_benchmark.xml cp=setups/cp_benchmark.xml \
    overground=setups/overground_benchmark.xml \
    --judge-only wearable=setups/wearable_benchmark.xml elbow=setups/elbow_benchmark.xml \
    elbow=setups/elbow_speeds_benchmark.xml \
    --kept results/trust --write python/nmm_opensim/estimators/trust/shipped/trust.json \
    --figure docs/images/trust.png
