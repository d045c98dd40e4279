#include "BenchmarkProgram.h"
#include "files/Tables.h"
#include "model/CalibratedModel.h"
#include "model/ModelLookup.h"
#include "model/ModelPoser.h"
#include "trial/CoordinateTrajectory.h"
#include "trial/Trial.h"

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>
#include <OpenSim/Simulation/Model/Model.h>
#include <nmm/excitation/ExcitationModel.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

using namespace nmm::osim;

namespace {

constexpr double RequiredRatio = 2.0;
constexpr double LowpassCutoffFrequency = 6.0; // Hz, as in setups/walking_nmm.xml
// Below this a coordinate does not move a muscle: 1 micrometre per radian.
constexpr double SmallestMomentArm = 1e-6;

constexpr auto Help = R"(nmm_tool_vs_realization MODEL ARTEFACT COORDINATES EMG [REPETITIONS]

Time per frame of the plugin's whole computation of a trial (deep EMG, activations, muscle forces,
joint moments) against what OpenSim itself needs for the same muscles and frames: to realize the
state, muscle lengths and speeds, and the moment arms of the muscles that cross the moment
coordinates, all of the model's own paths. Model loading counts for neither. Both are timed alternately, REPETITIONS times
(default: 10), and the best of each counts, because other processes may slow a run down but nothing
speeds one up.

Example, from the repository's root:
  nmm_tool_vs_realization data/example3DWalking/subject_walk_scaled.osim \
      results/walking/walking.nmm results/walking/walking_coordinates.mot \
      data/example3DWalking/electromyography.sto
)";

/// OpenSim's own evaluation of an artefact's muscles along a motion.
class Realization {
public:
    Realization(const OpenSim::Model& model, const nmm::Artefact& artefact,
            const CoordinateTrajectory& trajectory)
            : _model(model), _trajectory(trajectory), _state(model.getWorkingState()),
              _poser(model, _state, trajectory.coordinates) {
        for (const auto& muscle : artefact.muscles) {
            _muscles.push_back(&findMuscle(model, muscle.name));
        }
        findCrossings(artefact);
    }

    std::size_t getNumMuscles() const { return _muscles.size(); }
    std::size_t getNumMomentArms() const { return _crossings.size(); }

    /// @returns a sum of all that was evaluated, so that no compiler leaves it out
    double evaluatePaths() {
        return evaluateFrames([this] { return sumPaths(); });
    }
    double evaluatePathsAndMomentArms() {
        return evaluateFrames([this] { return sumPaths() + sumMomentArms(); });
    }

private:
    struct Crossing {
        const OpenSim::Muscle* muscle;
        OpenSim::Coordinate* coordinate;
    };

    template <typename Evaluate>
    double evaluateFrames(const Evaluate& evaluate) {
        double sum = 0;
        for (std::size_t frame = 0; frame < _trajectory.times.size(); ++frame) {
            const auto first = frame * _trajectory.values.columns;
            _poser.setPose(_state, _trajectory.values.values.data() + first,
                    _trajectory.speeds.values.data() + first);
            _model.realizeVelocity(_state);
            sum += evaluate();
        }
        return sum;
    }

    double sumPaths() const {
        double sum = 0;
        for (const auto* muscle : _muscles) {
            sum += muscle->getLength(_state) + muscle->getLengtheningSpeed(_state);
        }
        return sum;
    }

    double sumMomentArms() const {
        double sum = 0;
        for (const auto& crossing : _crossings) {
            sum += crossing.muscle->computeMomentArm(_state, *crossing.coordinate);
        }
        return sum;
    }

    /// Only pairs that have a moment arm in some frame: OpenSim is not charged for others.
    void findCrossings(const nmm::Artefact& artefact) {
        std::vector<Crossing> candidates;
        for (const auto& name : artefact.momentCoordinates) {
            // OpenSim's computeMomentArm() asks for a coordinate that is not const.
            auto& coordinate = const_cast<OpenSim::Coordinate&>(findCoordinate(_model, name));
            for (const auto* muscle : _muscles) {
                candidates.push_back({muscle, &coordinate});
            }
        }
        std::vector<double> largest(candidates.size());
        evaluateFrames([&] {
            for (std::size_t i = 0; i < candidates.size(); ++i) {
                const auto& candidate = candidates[i];
                largest[i] = std::max(largest[i], std::abs(candidate.muscle->computeMomentArm(
                                                          _state, *candidate.coordinate)));
            }
            return 0.0;
        });
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            if (largest[i] > SmallestMomentArm) {
                _crossings.push_back(candidates[i]);
            }
        }
    }

    const OpenSim::Model& _model;
    const CoordinateTrajectory& _trajectory;
    SimTK::State _state;
    ModelPoser _poser;
    std::vector<const OpenSim::Muscle*> _muscles;
    std::vector<Crossing> _crossings;
};

/// The artefact without its fitted paths: OpenSim's side always evaluates the model's own.
nmm::Artefact withoutFittedPaths(nmm::Artefact artefact) {
    for (auto& muscle : artefact.muscles) {
        muscle.path.reset();
    }
    return artefact;
}

void compare(const std::string& modelFile, const std::string& artefactFile,
        const std::string& coordinatesFile, const std::string& emgFile, int repetitions) {
    const nmm::ExcitationModel excitationModel(nmm::Artefact::read(artefactFile));
    const auto& artefact = excitationModel.getArtefact();
    const auto model = loadCalibratedModel(modelFile, artefact, artefactFile);
    const auto trajectory =
            readCoordinates({coordinatesFile, LowpassCutoffFrequency, std::nullopt, std::nullopt},
                    *model, artefact.coordinates);
    const auto recordings = readRecordings({emgFile, 0.0, ""}, artefact);

    const auto own = withoutFittedPaths(artefact);
    const auto ownModel = loadCalibratedModel(modelFile, own, artefactFile);
    Realization realization(*ownModel, own, trajectory);
    BestTime paths, opensim, plugin;
    double sum = 0;
    for (int i = 0; i < repetitions; ++i) {
        paths.measure([&] { sum += realization.evaluatePaths(); });
        opensim.measure([&] { sum += realization.evaluatePathsAndMomentArms(); });
        plugin.measure([&] {
            sum += computeTrial(*model, excitationModel, trajectory, recordings).moments(0, 0);
        });
    }
    if (!std::isfinite(sum)) {
        throw std::runtime_error("Expected finite paths and moments, but received others.");
    }

    const auto frames = static_cast<double>(trajectory.times.size());
    std::printf("%.0f frames, %zu muscles, %zu moment arms; best of %d repetitions, ms per frame\n",
            frames, realization.getNumMuscles(), realization.getNumMomentArms(), repetitions);
    std::printf("  OpenSim: lengths and speeds alone     %7.3f\n", paths.get() / frames);
    std::printf("  OpenSim: lengths, speeds, moment arms %7.3f\n", opensim.get() / frames);
    std::printf("  plugin: the whole trial               %7.3f\n", plugin.get() / frames);
    std::printf("  ratio of the last two                 %7.2f  (required: at most %.0f)\n",
            plugin.get() / opensim.get(), RequiredRatio);
}

} // namespace

int main(int argc, char** argv) {
    return runBenchmark(
            argc, argv, Help, 4, [](const std::vector<std::string>& arguments, int repetitions) {
                compare(arguments[0], arguments[1], arguments[2], arguments[3], repetitions);
            });
}
