#pragma once

#include "CoordinateTrajectory.h"
#include "TrialRecordings.h"

#include <nmm/excitation/ExcitationModel.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace nmm::osim {

/// What the components that run inside other tools need beside a motion: an artefact and the
/// recordings that it reads. Immutable once read, so that copies of a component share it. A motion
/// that the artefact's network sees is read by readMotion(), which needs a model, but belongs to
/// the files that are current or not.
class RecordedNMM {
public:
    /// Where they come from.
    struct Source {
        std::string artefactFile; ///< absolute
        RecordingFiles recordings;
        /// Absolute, see readMotion(); empty where nobody asks for the motion before a state.
        CoordinatesFile motion = {};

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
    const TrialRecordings& getRecordings() const { return _recordings; }

    /// The excitations of all muscles at one moment.
    /// @param time s
    /// @param coordinates the values that the network listens to, one row, once for each motion lag
    /// @param speeds the speeds that the network listens to, likewise
    /// @throws nmm::Error if a recording does not reach so far.
    Matrix computeExcitations(double time, Matrix coordinates, Matrix speeds) const;

    /// How far that moment lies outside what training saw: 0 is inside; NaN where the artefact does
    /// not tell.
    double computeNovelty(double time, Matrix coordinates, Matrix speeds) const;

private:
    TimeSeries selectEMG(double time) const;
    FrameInputs makeInputs(double time, Matrix coordinates, Matrix speeds) const;

    struct FileTime {
        std::string file;
        std::filesystem::file_time_type time;
    };

    Source _source;
    ExcitationModel _excitationModel;
    std::vector<FittedPath> _fittedPaths;
    TrialRecordings _recordings;
    std::vector<FileTime> _files; ///< all that were read, when they were
    std::vector<double> _lags;    ///< of all EMG samples that a moment needs, s before it
};

} // namespace nmm::osim
