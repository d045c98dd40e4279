#!/usr/bin/env bash
# The paper's own experiment on simulated people (docs/paper.md): makes fifteen people, five subjects in three regimes,
# asks all estimators for their deep muscles, and writes tables and figure. Stopped at any place, the same
# command goes on; what is there is not made again.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

cd "$root"
# Two processes on two cores: threads of their own would only wait for each other.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
regimes=(drifting small_drift pose_sharing)
seeds=(2 3 4 5 6)

# Runs a step and says how long it took.
timed() {
    local what="$1" began=$SECONDS
    shift
    say "$what"
    if ! "$@"; then
        printf '%s failed; once it is mended the same command goes on from there\n' "$what" >&2
        exit 1
    fi
    say "$what: took $((SECONDS - began)) s"
}

# One person into results/paper; what it says goes into a log.
make_person() {
    local began=$SECONDS log="build/paper_$1_$2.log"
    if ! python -m nmm_opensim.elbow "results/paper/$1_$2" --regime "$1" --seed "$2" >"$log" 2>&1; then
        tail -n 5 "$log" >&2
        return 255  # xargs begins nobody else then
    fi
    echo "  $1_$2: $((SECONDS - began)) s"
}

# Two at a time; Ctrl-C reaches both.
make_people() {
    local regime
    mkdir -p build
    export -f make_person
    for regime in "${regimes[@]}"; do
        printf "$regime %s\n" "${seeds[@]}"
    done | xargs -P 2 -L 1 bash -c 'make_person "$@"' make_person
}

timed "fifteen simulated people, results/paper" make_people
timed "all estimators on all of them, results/paper_benchmark" \
    nmm-opensim benchmark setups/paper_benchmark.xml --processes 2
timed "parameters against truth, tables and figure" \
    python benchmarks/paper.py setups/paper_benchmark.xml --processes 2
say "done: docs/paper.md, docs/paper_people.md, docs/images/paper.png"
