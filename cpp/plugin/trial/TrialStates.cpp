#include "TrialStates.h"

#include "files/Tables.h"
#include "model/ModelLookup.h"

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>
#include <OpenSim/Simulation/Model/Model.h>

namespace nmm::osim {

OpenSim::TimeSeriesTable makeStatesTable(const OpenSim::Model& model, const Artefact& artefact,
        const CoordinateTrajectory& trajectory, const TrialResults& results) {
    std::vector<std::string> columns;
    std::vector<const Matrix*> sources;
    std::vector<std::size_t> sourceColumns;
    const auto add = [&](const std::string& name, const Matrix& source, std::size_t column) {
        columns.push_back(name);
        sources.push_back(&source);
        sourceColumns.push_back(column);
    };
    for (std::size_t j = 0; j < trajectory.coordinates.size(); ++j) {
        const auto path = findCoordinate(model, trajectory.coordinates[j]).getAbsolutePathString();
        add(path + "/value", trajectory.values, j);
        add(path + "/speed", trajectory.speeds, j);
    }
    for (std::size_t m = 0; m < artefact.muscles.size(); ++m) {
        const auto path = findMuscle(model, artefact.muscles[m].name).getAbsolutePathString();
        add(path + "/activation", results.activations, m);
        if (artefact.tendon == TendonModel::Elastic) {
            add(path + "/fiber_length", results.fiberLengths, m);
        }
    }

    Matrix values(trajectory.times.size(), columns.size());
    for (std::size_t column = 0; column < columns.size(); ++column) {
        for (std::size_t row = 0; row < values.rows; ++row) {
            values(row, column) = (*sources[column])(row, sourceColumns[column]);
        }
    }
    return makeTable(trajectory.times, columns, values);
}

} // namespace nmm::osim
