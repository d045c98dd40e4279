#!/usr/bin/env bash
# Does all set-up, then every check: format and lint, types, imports, C++ tests, Python tests and
# real opensim-cmd runs. Arguments go to pytest.
test_packages=(chromium chromium-driver)  # the report is looked at in a real browser
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

cd "$root"
say "format and lint"
ruff format --check .
ruff check .
find cpp tests benchmarks scripts -name '*.cpp' -o -name '*.h' | xargs clang-format --dry-run --Werror
say "types"
mypy
say "imports"
lint-imports --no-cache --no-logo
say "C++ tests"
ctest --test-dir "$build" --output-on-failure --parallel 2
say "Python and opensim-cmd tests"
# Side by side on all cores; tests of one file stay together, because they share what is trained.
python -m pytest --numprocesses auto --dist loadscope --no-loadscope-reorder "$@"
say "all checks passed"
