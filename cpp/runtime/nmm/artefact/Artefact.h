#pragma once

#include "SafeTensors.h"

#include <nmm/muscles/TendonModel.h>
#include <nmm/paths/FittedPath.h>

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nmm {

/// An EMG channel that the NMM listens to.
struct Channel {
    std::string name;
    /// Calibrated gain from the recorded envelope to excitation (dimensionless).
    double gain = 1.0;
};

/// How far the true excitation may lie on one side of an estimated e: floor + slope e.
struct ErrorBound {
    double floor = 0.0;
    double slope = 0.0;
};

/// Holds the true excitation where e was estimated, with a probability of 90 %: from
/// e - w (lower.floor + lower.slope e), but not below 0, to e + w (upper.floor + upper.slope e).
/// w = 1 + min(1, n) grows with the novelty n of the frame; in older formats it is 1.
struct ExcitationInterval {
    ErrorBound lower;
    ErrorBound upper;
};

/// Whether a deep muscle's excitation is good for anything.
enum class Trust { Trust, UseWithCare, DoNotUse };

/// "trust", "use with care", "do not use": as in the artefact.
std::string toText(Trust trust);

/// What is expected of a muscle, with the range that holds 80 % of muscles.
struct ExpectedValue {
    double value = 0.0;
    double low = 0.0;
    double high = 0.0; ///< not below low
};

/// How well a deep muscle is expected to be met.
struct Expectation {
    ExpectedValue r;     ///< correlation with the recording that nobody has
    ExpectedValue error; ///< RMSE after the best scale, as a share of the channel's maximum
};

/// How far a deep muscle's excitation is to be believed.
struct Judgement {
    Trust trust = Trust::DoNotUse;
    std::string reason; ///< one clause; empty where none is told
    std::optional<Expectation> expectation;
};

/// Where a muscle's excitation comes from. Exactly one source per muscle.
struct MuscleSource {
    enum class Kind {
        Measured, ///< weighted sum of EMG channels
        Deep,     ///< predicted by the network; scored where a hidden recording exists
        Tied,     ///< a fixed ratio of another muscle's excitation
        Unscored  ///< predicted by the network without any evidence to judge it by
    };
    Kind kind = Kind::Unscored;

    /// Measured: indices into Artefact::channels and one weight each.
    std::vector<std::size_t> channels;
    std::vector<double> weights;

    /// Deep and Unscored: index of the predictor's output.
    std::size_t output = 0;
    /// Deep: the recorded channel that may score it; it is never an input.
    std::optional<std::string> recordedChannel;
    /// Deep: absent where nothing is known of the error.
    std::optional<ExcitationInterval> interval;
    /// Deep: absent where nobody judged.
    std::optional<Judgement> judgement;

    /// Tied: index into Artefact::muscles (never itself tied) and the ratio.
    std::size_t tiedTo = 0;
    double ratio = 1.0;
};

/// One muscle with its calibrated parameters: absolute values, set and never multiplied.
struct Muscle {
    std::string name;
    double maxIsometricForce = 0.0;        ///< N
    double optimalFiberLength = 0.0;       ///< m
    double tendonSlackLength = 0.0;        ///< m
    double pennationAngleAtOptimal = 0.0;  ///< rad
    double activationTimeConstant = 0.0;   ///< s
    double deactivationTimeConstant = 0.0; ///< s
    double minimumActivation = 0.0;
    double shapeFactor = 0.0; ///< A of (exp(A e) - 1)/(exp(A) - 1); 0 is the identity
    MuscleSource source;
    /// Absent where the muscle keeps the model's own path.
    std::optional<FittedPath> path;
};

/// What is known of a deep muscle before the network corrects it.
struct PriorMuscle {
    double gain = 1.0; ///< from a share of its peak to excitation
    /// Indices into Artefact::channels of its witnesses, their peaks in training and the weights of
    /// the logarithms of their shares.
    std::vector<std::size_t> channels;
    std::vector<double> channelPeaks;
    std::vector<double> weights;
    /// The weight of what the pose says; 0 where it says nothing.
    double poseWeight = 0.0;
    /// Format 2: the pose's value is no logarithm but a share of this peak.
    std::optional<double> posePeak;
};

/// A function of the pose for each output: an offset plus a sum of Gaussian kernels around frames.
/// Its numbers are the tensors of the prefix.
struct PoseKernels {
    std::string tensorPrefix;             ///< "pose." or, in format 2, "population."
    std::vector<std::string> coordinates; ///< whose values and speeds are the pose
    /// Of the kernel exp(-width |x - y|^2) over standardised values and speeds.
    double width = 0.0;
};

/// The prior of all deep muscles: the logarithm of each one's share of its peak is a weighted sum
/// of what the pose says and of the logarithms of its channels' shares of theirs. No share is below
/// `rest`.
struct ExcitationPrior {
    double rest = 0.0;
    /// Format 2: no share is above 1 either, which is the peak in training.
    bool endsAtPeak = false;
    std::vector<PriorMuscle> muscles; ///< one per output
    std::optional<PoseKernels> pose;
};

/// What the family "transformer" has beside its layers; its sizes are those of its tensors.
struct TransformerArchitecture {
    std::size_t numHeads = 0; ///< divides the width
    /// No share of a channel's peak is below it, before the logarithm is taken.
    double rest = 0.0;
};

/// What the deep-EMG network looks like. Its weights are the tensors `predictor.*`.
struct PredictorArchitecture {
    /// "mlp": the network gives the deep excitations. "posterior": it corrects the channels'
    /// excitations and then the deep muscles' priors. "transformer": it gives what drives the
    /// channels' muscles and the deep ones.
    std::string family;
    std::string hiddenActivation; ///< "tanh" or "relu"
    /// Linear layers, the output layer included; of a transformer its encoder layers.
    std::size_t numLayers = 0;
    std::vector<double> emgLags; ///< s before the (delayed) time; empty: no EMG input
    /// s before the time, 0 first: when the network sees the motion and the external loads.
    std::vector<double> motionLags{0.0};
    std::vector<std::string> coordinates; ///< coordinate values that are inputs (rad, m)
    std::vector<std::string> speeds;      ///< coordinate speeds that are inputs (rad/s, m/s)
    /// Columns of the external loads' data that are inputs, each in its own unit (N, m, N m).
    std::vector<std::string> externalLoads;
    std::optional<ExcitationPrior> prior;               ///< of the family "posterior"
    std::optional<TransformerArchitecture> transformer; ///< of the family "transformer"

    /// How far back the network sees the motion, s; 0: only the frame's own.
    double getLongestMotionLag() const;
};

/// What training saw of one of the predictor's inputs, and a margin around it.
struct InputRange {
    double low = 0.0;
    double high = 0.0; ///< above low
};

/// What training saw, in the inputs' own units: outside, an NMM only guesses.
struct TrainingRange {
    std::vector<InputRange> channels;    ///< of Artefact::channels: envelopes at t - delay
    std::vector<InputRange> coordinates; ///< of PredictorArchitecture::coordinates
    std::vector<InputRange> speeds;      ///< of PredictorArchitecture::speeds
    std::vector<InputRange> externalLoads;
};

/// The one file that joins Python, which learns, and C++, which runs. docs/artefact.md describes
/// the format.
struct Artefact {
    /// Written now; older ones are read too.
    static constexpr std::size_t FormatVersion = 3;

    std::size_t format = FormatVersion;
    std::string modelName;
    /// JSON text of the model fingerprint: the used coordinates, muscles, paths and curves.
    std::string modelFingerprint;
    std::string pathModel; ///< "model" or "fitted"
    TendonModel tendon = TendonModel::Rigid;
    std::vector<Channel> channels;
    double electromechanicalDelay = 0.0; ///< s
    /// Coordinates (absolute names are not used) that position the muscles or feed the network.
    std::vector<std::string> coordinates;
    /// Coordinates whose muscle moments were fitted and are reported.
    std::vector<std::string> momentCoordinates;
    std::vector<Muscle> muscles;
    PredictorArchitecture predictor;
    /// Absent where the artefact does not tell.
    std::optional<TrainingRange> trainingRange;
    std::map<std::string, Tensor> tensors;

    std::size_t getNumOutputs() const;
    std::vector<std::string> getChannelNames() const;
    std::vector<std::string> getMuscleNames() const;
    /// The fitted paths of those muscles that have one.
    std::vector<FittedPath> getFittedPaths() const;

    /// Read and check a `.nmm` file completely: version, types, indices, ranges, shapes.
    /// @throws Error naming the file, the entry, what was expected and what was found.
    static Artefact read(const std::filesystem::path& file);
};

} // namespace nmm
