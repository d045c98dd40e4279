#pragma once

#include "trial/CoordinateTrajectory.h"
#include "trial/TrialRecordings.h"

#include <nmm/artefact/Artefact.h>

#include <string>

namespace nmm::osim {

/// The files that a model for forward simulation is made from; absolute paths.
struct ForwardModelSources {
    std::string modelFile;
    std::string artefactFile;
    RecordingFiles recordings;
    CoordinatesFile motion; ///< written only where the artefact's network sees earlier motion
};

/// Write a model for forward simulation: the model that the artefact was made for, with calibrated
/// muscles, the artefact's tendons and fitted paths, a DeepEMGPredictor `deep_emg` and an
/// NMMController `nmm` that drives all the artefact's muscles. It names the artefact and the
/// recordings, the whole motion among them, relative to its own folder. The file appears when it is
/// complete.
/// @param target absolute path of the file (.osim)
/// @throws nmm::Error if the model does not fit the artefact, or the file cannot be written.
void writeForwardModel(
        const ForwardModelSources& sources, const Artefact& artefact, const std::string& target);

} // namespace nmm::osim
