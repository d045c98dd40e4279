"""Results in which a muscle has a name that would act, were it taken for HTML."""

from __future__ import annotations

import json
from dataclasses import replace

from safetensors import safe_open

from nmm_opensim.formats.tables import Table
from nmm_opensim.nmm.artefact import parse_artefact
from nmm_opensim.report.content import Content
from nmm_opensim.running.results import RunResults

EVIL = "</script><script>window.acted=1</script><img/src=x/onerror=window.acted=1>$x_{$"


def rename(content: Content, old: str, new: str) -> Content:
    """The same results of a model whose muscle ``old`` is called ``new``."""

    def rename_table(table: Table) -> Table:
        columns = tuple(column.replace(old, new) for column in table.columns)
        return replace(table, columns=columns)

    def rename_run(results: RunResults) -> RunResults:
        return replace(
            results,
            artefact=artefact,
            excitations=rename_table(results.excitations),
            activations=rename_table(results.activations),
            muscle_forces=rename_table(results.muscle_forces),
            agreement={key.replace(old, new): r for key, r in results.agreement.items()},
        )

    with safe_open(content.training.artefact_file, framework="numpy") as file:
        text = file.metadata()["nmm"].replace(old, json.dumps(new)[1:-1])
    artefact = parse_artefact(json.loads(text))
    return replace(
        content,
        artefact=artefact,
        runs=[(run, rename_run(results)) for run, results in content.runs],
        scores=[replace(s, quantity=s.quantity.replace(old, new)) for s in content.scores],
        changes=[f"{new} changed"],
    )
