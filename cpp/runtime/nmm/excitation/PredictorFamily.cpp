#include "PredictorFamily.h"

#include "KernelExpansion.h"
#include "Perceptron.h"
#include "Prior.h"
#include "Transformer.h"

#include <nmm/Error.h>
#include <nmm/Text.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nmm {

namespace {

/// Of a channel: its envelope times its gain.
class ChannelGains {
public:
    explicit ChannelGains(const Artefact& artefact) {
        for (const auto& channel : artefact.channels) {
            _gains.push_back(channel.gain);
        }
    }

    Matrix scale(Matrix envelopes) const {
        for (std::size_t i = 0; i < envelopes.values.size(); ++i) {
            envelopes.values[i] *= _gains[i % envelopes.columns];
        }
        return envelopes;
    }

private:
    std::vector<double> _gains;
};

/// "mlp": the network's outputs are the excitations of the predicted muscles.
class DirectFamily : public PredictorFamily {
public:
    explicit DirectFamily(const Artefact& artefact) : _gains(artefact), _network(artefact) {}

    Matrix predict(const Matrix& inputs) const override { return _network.predict(inputs); }

    Drives computeDrives(const Matrix& envelopes, const Matrix& inputs) const override {
        return {_gains.scale(envelopes), predict(inputs)};
    }

private:
    ChannelGains _gains;
    Perceptron _network;
};

/// "posterior": they correct the channels' excitations, which come first, and the priors.
class PosteriorFamily : public PredictorFamily {
public:
    explicit PosteriorFamily(const Artefact& artefact)
            : _gains(artefact), _network(artefact), _prior(*artefact.predictor.prior) {
        if (_prior.pose) {
            _poseKernels.emplace(artefact);
        }
    }

    Matrix predict(const Matrix& inputs) const override { return _network.predict(inputs); }

    Drives computeDrives(const Matrix& envelopes, const Matrix& inputs) const override {
        const auto pose = _poseKernels ? _poseKernels->predict(inputs) : Matrix();
        Drives drives{_gains.scale(envelopes), computePrior(_prior, envelopes, pose)};
        correct(drives, predict(inputs));
        return drives;
    }

private:
    static void correct(Drives& drives, const Matrix& corrections) {
        const auto numChannels = drives.channels.columns;
        for (std::size_t frame = 0; frame < corrections.rows; ++frame) {
            for (std::size_t j = 0; j < corrections.columns; ++j) {
                auto& drive = j < numChannels ? drives.channels(frame, j)
                                              : drives.outputs(frame, j - numChannels);
                drive += corrections(frame, j);
            }
        }
    }

    ChannelGains _gains;
    Perceptron _network;
    ExcitationPrior _prior;
    std::optional<KernelExpansion> _poseKernels;
};

/// "transformer": they are the drives, the channels' first. Its word for a channel stands in the
/// place of the channel's envelope.
class TransformerFamily : public PredictorFamily {
public:
    explicit TransformerFamily(const Artefact& artefact)
            : _numChannels(artefact.channels.size()), _network(artefact) {}

    Matrix predict(const Matrix& inputs) const override { return _network.predict(inputs); }

    Drives computeDrives(const Matrix&, const Matrix& inputs) const override {
        const auto all = predict(inputs);
        checkFinite(all);
        Drives drives{{all.rows, _numChannels}, {all.rows, all.columns - _numChannels}};
        for (std::size_t frame = 0; frame < all.rows; ++frame) {
            const double* row = all.values.data() + frame * all.columns;
            std::copy_n(row, _numChannels,
                    drives.channels.values.begin() + frame * drives.channels.columns);
            std::copy(row + _numChannels, row + all.columns,
                    drives.outputs.values.begin() + frame * drives.outputs.columns);
        }
        return drives;
    }

private:
    /// Norms divide what overflows by what overflows.
    static void checkFinite(const Matrix& drives) {
        for (std::size_t i = 0; i < drives.values.size(); ++i) {
            if (!std::isfinite(drives.values[i])) {
                throw Error("Predictor: Expected finite drives, but the network gave " +
                            toText(drives.values[i]) + " in frame " +
                            std::to_string(i / drives.columns) +
                            ". Check the inputs' units: they are far from those of training.");
            }
        }
    }

    std::size_t _numChannels;
    Transformer _network;
};

} // namespace

std::unique_ptr<PredictorFamily> makePredictorFamily(const Artefact& artefact) {
    if (artefact.predictor.transformer) {
        return std::make_unique<TransformerFamily>(artefact);
    }
    if (artefact.predictor.prior) {
        return std::make_unique<PosteriorFamily>(artefact);
    }
    return std::make_unique<DirectFamily>(artefact);
}

} // namespace nmm
