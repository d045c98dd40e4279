#!/usr/bin/env bash
# Builds the population that comes with the package (setups/walking_population.xml) from a folder
# that holds mean_cycles.csv of walking_cycles_15, and puts it where the package keeps it.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
if [[ $# != 1 || ! -f "$1/mean_cycles.csv" ]]; then
    echo "usage: bash scripts/shipped_population.sh RECORDINGS, a folder that holds mean_cycles.csv" >&2
    exit 2
fi
recordings="$(cd "$1" && pwd)"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/setups" "$folder/data"
cp "$root/setups/walking_population.xml" "$folder/setups"
ln -s "$recordings" "$folder/data/walking_cycles_15"
"$root/.venv/bin/nmm-opensim" population "$folder/setups/walking_population.xml"
shipped="$root/python/nmm_opensim/estimators/prior/shipped"
mkdir -p "$shipped"
cp "$folder/results/population/walking.nmmpop" "$shipped/walking.nmmpop"
echo "Shipped: $shipped/walking.nmmpop"
