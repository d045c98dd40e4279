#pragma once

#include "EMGRecording.h"

#include <nmm/ExcitationModel.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace nmm::osim {

/// What the components that run inside other tools need beside a motion: an artefact and the EMG
/// that it reads. Immutable once read, so that copies of a component share it.
class RecordedNMM {
public:
    /// Where the two come from.
    struct Source {
        std::string artefactFile; ///< absolute
        std::string emgFile;      ///< absolute
        double emgTimeOffset = 0; ///< s

        bool operator==(const Source& other) const;
    };

    /// @throws nmm::Error naming the file and what is wrong with it.
    explicit RecordedNMM(Source source);

    const Source& getSource() const { return _source; }
    /// Whether the files are still those that were read.
    bool isCurrent() const;

    const ExcitationModel& getExcitationModel() const { return _excitationModel; }
    const Artefact& getArtefact() const { return _excitationModel.getArtefact(); }
    const std::vector<FittedPath>& getFittedPaths() const { return _fittedPaths; }
    const EMGRecording& getEMG() const { return _emg; }

    /// The excitations of all muscles at one moment.
    /// @param time s
    /// @param coordinates the values that the network listens to, one row
    /// @param speeds the speeds that the network listens to, one row
    /// @throws nmm::Error if the EMG does not reach so far.
    Matrix computeExcitations(double time, const Matrix& coordinates, const Matrix& speeds) const;

private:
    Source _source;
    std::filesystem::file_time_type _artefactTime;
    std::filesystem::file_time_type _emgTime;
    ExcitationModel _excitationModel;
    std::vector<FittedPath> _fittedPaths;
    EMGRecording _emg;
    std::vector<double> _lags; ///< of all EMG samples that a moment needs, s before it
};

} // namespace nmm::osim
