#include "TendonModels.h"

#include <nmm/Error.h>
#include <nmm/Text.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace nmm {

namespace {

// BDF2 is stable up to a step 2.4 times as long as the one before.
constexpr double MaxStepRatio = 2.0;

/// dl/dt at a frame from the fibre lengths at it and before it, 1/s.
struct Difference {
    double now = 0.0;
    double previous = 0.0;
    double beforePrevious = 0.0;

    Difference(const std::vector<double>& times, std::size_t frame) {
        const double step = times[frame] - times[frame - 1];
        const double ratio = frame < 2 ? 0.0 : step / (times[frame - 1] - times[frame - 2]);
        if (frame < 2 || ratio > MaxStepRatio) {
            now = 1.0 / step;
            previous = -now;
            return;
        }
        now = (1.0 + 2.0 * ratio) / ((1.0 + ratio) * step);
        previous = -(1.0 + ratio) / step;
        beforePrevious = ratio * ratio / ((1.0 + ratio) * step);
    }

    double calcHistory(const std::vector<double>& lengths, std::size_t frame) const {
        return previous * lengths[frame - 1] +
               (frame < 2 ? 0.0 : beforePrevious * lengths[frame - 2]);
    }
};

struct Residual {
    double value;
    double slope;
};

// A Newton step squares the error: after a step this small, relative to the interval searched, only
// rounding is left.
constexpr double Tolerance = 1e-9;
constexpr int MaxIterations = 200;

/// The root of a rising function within [low, high], or the end that is nearest to it. Newton's
/// method, with bisection where that would leave the interval.
template <typename Function>
double findRoot(const Function& function, double guess, double low, double high) {
    if (high <= low) {
        return low;
    }
    const double tolerance = Tolerance * high;
    bool lowIsBelow = false, highIsAbove = false;
    double x = std::clamp(guess, low, high);
    for (int i = 0; i < MaxIterations; ++i) {
        const auto residual = function(x);
        const double next = x - residual.value / residual.slope;
        if (residual.slope > 0.0 && std::abs(next - x) <= tolerance) {
            return std::clamp(next, low, high);
        }
        if (residual.value > 0.0) {
            high = x;
            highIsAbove = true;
        } else {
            low = x;
            lowIsBelow = true;
        }
        if (residual.slope > 0.0 && next > low && next < high) {
            x = next;
            continue;
        }
        // Is there a root in between?
        if (!lowIsBelow && function(low).value >= 0.0) {
            return low;
        }
        lowIsBelow = true;
        if (!highIsAbove && function(high).value <= 0.0) {
            return high;
        }
        highIsAbove = true;
        x = 0.5 * (low + high);
    }
    return std::nan("");
}

/// The equilibrium of one muscle at one frame.
class Equilibrium {
public:
    Equilibrium(const MillardMuscle& muscle, const MuscleColumn& inputs, std::size_t frame)
            : _muscle(muscle), _activation(muscle.clampActivation(inputs.activation[frame])),
              _length(inputs.length[frame]), _time((*inputs.times)[frame]) {}

    /// The fibre length at the first frame, where the fibre takes up the path's speed.
    double findFirst(double speed) const {
        const auto residual = [&](double fiberLength) {
            const auto cosine = _muscle.calcCosPennation(fiberLength);
            const auto [force, partials] =
                    _muscle.calcImbalance(_activation, _length, fiberLength, speed * cosine.value);
            return Residual{force,
                    partials.fiberLength + partials.fiberVelocity * speed * cosine.byFiberLength};
        };
        const double slack = _muscle.calcFiberLengthAtSlack(_length);
        return check(findRoot(residual, slack, _muscle.getMinimumFiberLength(), slack), slack);
    }

    /// The fibre length at a later frame, where dl/dt = rate * l + history.
    double findNext(double guess, double rate, double history) const {
        const auto residual = [&](double fiberLength) {
            const auto [force, partials] = _muscle.calcImbalance(
                    _activation, _length, fiberLength, rate * fiberLength + history);
            return Residual{force, partials.fiberLength + partials.fiberVelocity * rate};
        };
        // Beyond a slack tendon and a fibre at rest nothing pulls the fibre longer.
        const double high =
                1.001 * std::max(_muscle.calcFiberLengthAtSlack(_length), -history / rate);
        return check(findRoot(residual, guess, _muscle.getMinimumFiberLength(), high), guess);
    }

private:
    double check(double fiberLength, double guess) const {
        if (std::isfinite(fiberLength)) {
            return fiberLength;
        }
        throw Error("Muscle '" + _muscle.getProperties().name +
                    "': Expected fibre and tendon to find an equilibrium at " + toText(_time) +
                    " s, but there is none near a fibre length of " + toText(guess) +
                    " m, with activation " + toText(_activation) + " and a path of " +
                    toText(_length) + " m. Check the path and the muscle's parameters.");
    }

    const MillardMuscle& _muscle;
    double _activation;
    double _length;
    double _time;
};

void add(MusclePartials& sum, const MusclePartials& partials, double weight) {
    sum.optimalFiberLength += weight * partials.optimalFiberLength;
    sum.tendonSlackLength += weight * partials.tendonSlackLength;
    sum.height += weight * partials.height;
}

/// The adjoint of computeElasticTendon(), frame by frame from the last one to the first.
class ElasticTendonAdjoint {
public:
    ElasticTendonAdjoint(const MillardMuscle& muscle, const MuscleColumn& inputs,
            const std::vector<double>& fiberLength)
            : _muscle(muscle), _inputs(inputs), _fiberLength(fiberLength),
              _carried(fiberLength.size()), _result(fiberLength.size()) {}

    /// @param byForce, byLength d(scalar) by the tendon force and the fibre length of frame k
    void reverse(std::size_t k, double byForce, double byLength) {
        const double l = _fiberLength[k];
        const auto cosine = _muscle.calcCosPennation(l);
        const auto tendon = _muscle.calcTendonForce(_inputs.length[k], l, cosine);
        const double byTendon = byForce * _muscle.getParameters().maxIsometricForce;
        _byMaxForce += byForce * tendon.force;
        add(_sum, tendon.partials, byTendon);
        _result.length[k] += byTendon * tendon.partials.length;
        const double byFiberLength =
                byLength + _carried[k] + byTendon * tendon.partials.fiberLength;
        if (l <= _muscle.getMinimumFiberLength()) {
            add(_sum, _muscle.calcMinimumFiberLengthPartials(), byFiberLength);
        } else if (k == 0 && l >= _muscle.calcFiberLengthAtSlack(_inputs.length[k])) {
            reverseSlack(k, byFiberLength, cosine.value);
        } else {
            reverseEquilibrium(k, byFiberLength, cosine);
        }
    }

    GradientColumn takeGradients() {
        _result.parameters = _muscle.toParameterGradient(_sum);
        _result.parameters.maxIsometricForce = _byMaxForce;
        return std::move(_result);
    }

private:
    void reverseSlack(std::size_t k, double byFiberLength, double cosine) {
        const double sine = _muscle.getHeight() / _fiberLength[k];
        _sum.height += byFiberLength * sine;
        _sum.tendonSlackLength -= byFiberLength * cosine;
        _result.length[k] += byFiberLength * cosine;
    }

    void reverseEquilibrium(
            std::size_t k, double byFiberLength, const MillardMuscle::CosineAndPartials& cosine) {
        const double l = _fiberLength[k];
        double velocity = _inputs.speed[k] * cosine.value;
        double velocitySlope = _inputs.speed[k] * cosine.byFiberLength;
        if (k > 0) {
            const Difference difference(*_inputs.times, k);
            velocity = difference.now * l + difference.calcHistory(_fiberLength, k);
            velocitySlope = difference.now;
        }
        const double activation = _muscle.clampActivation(_inputs.activation[k]);
        const auto partials =
                _muscle.calcImbalance(activation, _inputs.length[k], l, velocity).partials;
        // The equilibrium holds whatever changes: dl = -d(imbalance)/slope.
        const double weight =
                -byFiberLength / (partials.fiberLength + partials.fiberVelocity * velocitySlope);
        add(_sum, partials, weight);
        _result.length[k] += weight * partials.length;
        if (!_muscle.isActivationClamped(_inputs.activation[k])) {
            _result.activation[k] = weight * partials.activation;
        }
        reverseVelocity(k, weight * partials.fiberVelocity, cosine);
    }

    void reverseVelocity(
            std::size_t k, double byVelocity, const MillardMuscle::CosineAndPartials& cosine) {
        if (k == 0) {
            _result.speed[k] = byVelocity * cosine.value;
            _sum.height += byVelocity * _inputs.speed[k] * cosine.byHeight;
            return;
        }
        const Difference difference(*_inputs.times, k);
        _carried[k - 1] += byVelocity * difference.previous;
        if (k > 1) {
            _carried[k - 2] += byVelocity * difference.beforePrevious;
        }
    }

    const MillardMuscle& _muscle;
    const MuscleColumn& _inputs;
    const std::vector<double>& _fiberLength;
    std::vector<double> _carried; ///< d(scalar)/d(fibre length) by way of later frames
    GradientColumn _result;
    MusclePartials _sum;
    double _byMaxForce = 0.0;
};

} // namespace

ForceColumn computeElasticTendon(const MillardMuscle& muscle, const MuscleColumn& inputs) {
    const auto numFrames = inputs.length.size();
    ForceColumn result{std::vector<double>(numFrames), std::vector<double>(numFrames)};
    auto& fiberLength = result.fiberLength;
    for (std::size_t k = 0; k < numFrames; ++k) {
        const Equilibrium equilibrium(muscle, inputs, k);
        if (k == 0) {
            fiberLength[k] = equilibrium.findFirst(inputs.speed[k]);
        } else {
            const Difference difference(*inputs.times, k);
            const double guess =
                    k < 2 ? fiberLength[k - 1] : 2.0 * fiberLength[k - 1] - fiberLength[k - 2];
            fiberLength[k] = equilibrium.findNext(
                    guess, difference.now, difference.calcHistory(fiberLength, k));
        }
        result.tendonForce[k] = muscle.getParameters().maxIsometricForce *
                                muscle.calcTendonForce(inputs.length[k], fiberLength[k],
                                              muscle.calcCosPennation(fiberLength[k]))
                                        .force;
    }
    return result;
}

GradientColumn computeElasticTendonGradients(const MillardMuscle& muscle,
        const MuscleColumn& inputs, const ForceColumn& computed, const ForceColumn& gradient) {
    ElasticTendonAdjoint adjoint(muscle, inputs, computed.fiberLength);
    for (std::size_t k = inputs.length.size(); k-- > 0;) {
        adjoint.reverse(k, gradient.tendonForce[k], gradient.fiberLength[k]);
    }
    return adjoint.takeGradients();
}

} // namespace nmm
