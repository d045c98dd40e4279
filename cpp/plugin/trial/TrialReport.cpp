#include "TrialReport.h"

#include "OutsideTraining.h"
#include "files/ResultFiles.h"
#include "files/Tables.h"
#include "model/ModelLookup.h"

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>
#include <OpenSim/Simulation/Model/Model.h>
#include <nmm/Text.h>

#include <utility>

namespace nmm::osim {

namespace {

using OpenSim::TimeSeriesTable;

std::vector<std::string> getMusclePaths(
        const OpenSim::Model& model, const Artefact& artefact, const std::string& suffix = "") {
    std::vector<std::string> paths;
    for (const auto& muscle : artefact.muscles) {
        paths.push_back(findMuscle(model, muscle.name).getAbsolutePathString() + suffix);
    }
    return paths;
}

void addHeader(TimeSeriesTable& table, const std::string& name, const std::string& units) {
    table.addTableMetaData("header", name);
    table.addTableMetaData("nRows", std::to_string(table.getNumRows()));
    // OpenSim counts the time column.
    table.addTableMetaData("nColumns", std::to_string(table.getNumColumns() + 1));
    table.addTableMetaData("inDegrees", std::string("no"));
    table.addTableMetaData("units", units);
}

void addSources(TimeSeriesTable& table, const std::vector<Muscle>& muscles) {
    using Kind = MuscleSource::Kind;
    const std::pair<Kind, const char*> kinds[] = {{Kind::Measured, "measured"},
            {Kind::Deep, "deep"}, {Kind::Tied, "tied"}, {Kind::Unscored, "unscored"}};
    for (const auto& [kind, key] : kinds) {
        std::string names;
        for (const auto& muscle : muscles) {
            if (muscle.source.kind == kind) {
                names += (names.empty() ? "" : ",") + muscle.name;
            }
        }
        if (!names.empty()) {
            table.addTableMetaData(key, names);
        }
    }
}

std::vector<double> shift(std::vector<double> times, double delay) {
    for (auto& time : times) {
        time -= delay;
    }
    return times;
}

TimeSeriesTable makeIntervals(const TrialReport& report, const Artefact& artefact,
        const std::vector<std::string>& paths) {
    const auto& intervals = report.intervals;
    std::vector<std::string> columns;
    Matrix values(report.times.size(), 2 * intervals.muscles.size());
    for (std::size_t i = 0; i < intervals.muscles.size(); ++i) {
        for (std::size_t row = 0; row < values.rows; ++row) {
            values(row, 2 * i) = intervals.lower(row, i);
            values(row, 2 * i + 1) = intervals.upper(row, i);
        }
        columns.push_back(paths[intervals.muscles[i]] + "/lower");
        columns.push_back(paths[intervals.muscles[i]] + "/upper");
    }
    return makeTable(shift(report.times, artefact.electromechanicalDelay), columns, values);
}

TimeSeriesTable makeMoments(const TrialReport& report) {
    const auto& labels = report.momentLabels;
    const std::size_t columnsPerLabel = report.inverseDynamics ? 2 : 1;
    std::vector<std::string> columns;
    Matrix values(report.times.size(), columnsPerLabel * labels.size());
    const auto addColumn = [&](const std::string& label, const Matrix& source, std::size_t j) {
        for (std::size_t row = 0; row < values.rows; ++row) {
            values(row, columns.size()) = source(row, j);
        }
        columns.push_back(label);
    };
    for (std::size_t j = 0; j < labels.size(); ++j) {
        addColumn(labels[j], report.results.moments, j);
        if (report.inverseDynamics) {
            addColumn(labels[j] + "_inverse_dynamics", *report.inverseDynamics, j);
        }
    }
    return makeTable(report.times, columns, values);
}

} // namespace

std::vector<TrialTable> makeTrialTables(
        const OpenSim::Model& model, const Artefact& artefact, const TrialReport& report) {
    std::vector<TrialTable> tables;
    const auto add = [&](const std::string& kind, TimeSeriesTable table, const std::string& units) {
        addHeader(table, report.name, units);
        tables.push_back({kind, std::move(table)});
    };
    const auto& results = report.results;
    const auto paths = getMusclePaths(model, artefact);

    auto excitations = makeTable(
            shift(report.times, artefact.electromechanicalDelay), paths, results.excitations);
    excitations.addTableMetaData(
            "electromechanical_delay", toText(artefact.electromechanicalDelay));
    addSources(excitations, artefact.muscles);
    addMuscleVerdicts(excitations, report.verdicts);
    add("excitations", std::move(excitations), "dimensionless, 0 to 1");
    if (!report.intervals.muscles.empty()) {
        auto intervals = makeIntervals(report, artefact, paths);
        intervals.addTableMetaData("probability", std::string("0.9"));
        add("excitation_intervals", std::move(intervals), "dimensionless, 0 to 1");
    }
    if (results.novelty) {
        add("outside_training",
                makeOutsideTrainingTable(
                        *results.novelty, shift(report.times, artefact.electromechanicalDelay)),
                "dimensionless: 0 is inside what training saw, 1 its whole range beyond");
    }
    add("activations",
            makeTable(report.times, getMusclePaths(model, artefact, "/activation"),
                    results.activations),
            "dimensionless, 0 to 1");
    add("muscle_forces", makeTable(report.times, paths, results.forces), "N");
    add("joint_moments", makeMoments(report), "N m (moment), N (force)");
    if (!report.scores.empty()) {
        add("agreement", makeAgreementTable(report.scores, report.times.back()),
                "rmse and mae: N m (moment), N (force), dimensionless (excitation)");
    }
    if (report.states) {
        add("states", *report.states, "rad, rad/s, m, m/s; activations: dimensionless");
    }
    return tables;
}

void writeTrialReport(const std::string& folder, const OpenSim::Model& model,
        const Artefact& artefact, const TrialReport& report) {
    ResultFiles files(folder);
    const auto getFileName = [&](const std::string& kind) {
        return report.name + "_" + kind + ".sto";
    };
    for (const auto& [kind, table] : makeTrialTables(model, artefact, report)) {
        files.write(getFileName(kind), table);
    }
    if (report.intervals.muscles.empty()) {
        files.writeNone(getFileName("excitation_intervals"));
    }
    if (!report.results.novelty) {
        files.writeNone(getFileName("outside_training"));
    }
    if (report.scores.empty()) {
        files.writeNone(getFileName("agreement"));
    }
    files.commit();
}

} // namespace nmm::osim
