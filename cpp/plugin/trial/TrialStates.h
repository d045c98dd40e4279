#pragma once

#include "Trial.h"

#include <OpenSim/Common/TimeSeriesTable.h>

namespace nmm::osim {

/// The states of a model along a trial, with OpenSim's names: `/jointset/knee_r/knee_angle_r/value`
/// and `/speed` (rad, m, per s), `/forceset/soleus_r/activation` and, with elastic tendons,
/// `/forceset/soleus_r/fiber_length` (m). OpenSim's tools read them as a states file.
OpenSim::TimeSeriesTable makeStatesTable(const OpenSim::Model& model, const Artefact& artefact,
        const CoordinateTrajectory& trajectory, const TrialResults& results);

} // namespace nmm::osim
