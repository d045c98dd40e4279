#pragma once

#include "ExampleArtefact.h"
#include "TemporaryFolder.h"

#include <nmm/excitation/ExcitationModel.h>

/// The muscles of an ExampleArtefact.
enum { Glmax, Gasmed, Soleus, Perlong };

inline nmm::Artefact readExample(const ExampleArtefact& example) {
    const TemporaryFolder folder;
    example.write(folder / "leg.nmm");
    return nmm::Artefact::read(folder / "leg.nmm");
}

/// Two seconds in which `gasmed` is the time in s and `tibant` 0.2.
inline nmm::TimeSeries makeRecording() {
    nmm::TimeSeries emg{{"gasmed", "tibant"}, {0.0, 2.0}, nmm::Matrix(2, 2)};
    emg.values.values = {0.0, 0.2, 2.0, 0.2};
    return emg;
}

/// The excitations of one frame.
inline nmm::Matrix compute(
        const ExampleArtefact& example, double time, double angle, double speed = 0.0) {
    return nmm::ExcitationModel(readExample(example))
            .computeExcitations(makeRecording(), {time},
                    {nmm::Matrix(1, 1, angle), nmm::Matrix(1, 1, speed), {}});
}
