#include "TendonModels.h"

#include <nmm/Error.h>
#include <nmm/Text.h>

#include <algorithm>
#include <cmath>

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
    const auto numFrames = inputs.length.size();
    const double maxForce = muscle.getParameters().maxIsometricForce;
    const auto& fiberLength = computed.fiberLength;
    GradientColumn result(numFrames);
    MusclePartials sum;
    // d(scalar)/d(fibre length) by way of later frames.
    std::vector<double> carried(numFrames);
    double byMaxForce = 0.0;
    for (std::size_t k = numFrames; k-- > 0;) {
        const double l = fiberLength[k];
        const double length = inputs.length[k];
        const auto cosine = muscle.calcCosPennation(l);
        const auto tendon = muscle.calcTendonForce(length, l, cosine);
        const double byTendon = gradient.tendonForce[k] * maxForce;
        byMaxForce += gradient.tendonForce[k] * tendon.force;
        add(sum, tendon.partials, byTendon);
        result.length[k] += byTendon * tendon.partials.length;
        const double byFiberLength =
                gradient.fiberLength[k] + carried[k] + byTendon * tendon.partials.fiberLength;

        if (l <= muscle.getMinimumFiberLength()) {
            add(sum, muscle.calcMinimumFiberLengthPartials(), byFiberLength);
            continue;
        }
        if (k == 0 && l >= muscle.calcFiberLengthAtSlack(length)) {
            const double sine = muscle.getHeight() / l;
            sum.height += byFiberLength * sine;
            sum.tendonSlackLength -= byFiberLength * cosine.value;
            result.length[k] += byFiberLength * cosine.value;
            continue;
        }
        const double activation = muscle.clampActivation(inputs.activation[k]);
        double velocity = inputs.speed[k] * cosine.value;
        double velocitySlope = inputs.speed[k] * cosine.byFiberLength;
        if (k > 0) {
            const Difference difference(*inputs.times, k);
            velocity = difference.now * l + difference.calcHistory(fiberLength, k);
            velocitySlope = difference.now;
        }
        const auto partials = muscle.calcImbalance(activation, length, l, velocity).partials;
        // The equilibrium holds whatever changes: dl = -d(imbalance)/slope.
        const double weight =
                -byFiberLength / (partials.fiberLength + partials.fiberVelocity * velocitySlope);
        const double byVelocity = weight * partials.fiberVelocity;
        add(sum, partials, weight);
        result.length[k] += weight * partials.length;
        if (!muscle.isActivationClamped(inputs.activation[k])) {
            result.activation[k] = weight * partials.activation;
        }
        if (k == 0) {
            result.speed[k] = byVelocity * cosine.value;
            sum.height += byVelocity * inputs.speed[k] * cosine.byHeight;
        } else {
            const Difference difference(*inputs.times, k);
            carried[k - 1] += byVelocity * difference.previous;
            if (k > 1) {
                carried[k - 2] += byVelocity * difference.beforePrevious;
            }
        }
    }
    result.parameters = muscle.toParameterGradient(sum);
    result.parameters.maxIsometricForce = byMaxForce;
    return result;
}

} // namespace nmm
