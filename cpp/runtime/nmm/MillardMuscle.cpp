#include "MillardMuscle.h"

#include <algorithm>
#include <cmath>

namespace nmm {

namespace {

// Keeps a muscle without pennation and without a shortest active length from dividing by zero.
constexpr double LeastFiberLength = 1e-12; // m

} // namespace

MillardMuscle::MillardMuscle(const MuscleProperties& properties, const MuscleParameters& parameters)
        : _properties(&properties), _parameters(parameters),
          _damping(properties.fiberDamping < MinFiberDamping ? 0.0 : properties.fiberDamping),
          _height(parameters.optimalFiberLength * std::sin(parameters.pennationAngleAtOptimal)),
          _minimumFiberLength(
                  std::max({properties.minimumActiveFiberLength * parameters.optimalFiberLength,
                          _height / std::sin(properties.maximumPennationAngle), LeastFiberLength})),
          _velocityScale(
                  1.0 / (parameters.optimalFiberLength * properties.maxContractionVelocity)) {}

double MillardMuscle::calcFiberLengthAtSlack(double length) const {
    return std::hypot(_height, std::max(length - _parameters.tendonSlackLength, 0.0));
}

double MillardMuscle::clampActivation(double activation) const {
    return std::clamp(activation, _properties->minimumActivation, 1.0);
}

bool MillardMuscle::isActivationClamped(double activation) const {
    return activation < _properties->minimumActivation || activation > 1.0;
}

MillardMuscle::CosineAndPartials MillardMuscle::calcCosPennation(double fiberLength) const {
    const double sine = _height / fiberLength;
    const double cosine = std::sqrt((1.0 - sine) * (1.0 + sine));
    const double byFiberLength = sine * sine / (cosine * fiberLength);
    return {cosine, byFiberLength, -sine / (cosine * fiberLength)};
}

MillardMuscle::ForceAndPartials MillardMuscle::calcFiberForce(
        double activation, double fiberLength, double velocity) const {
    const double perLength = 1.0 / _parameters.optimalFiberLength;
    const double normalizedLength = fiberLength * perLength;
    const double normalizedVelocity = velocity * _velocityScale;
    const auto active = _properties->activeForceLength->evaluate(normalizedLength);
    const auto passive = _properties->passiveForceLength->evaluate(normalizedLength);
    const auto byVelocity = _properties->forceVelocity->evaluate(normalizedVelocity);
    const double lengthSlope = activation * active.slope * byVelocity.value + passive.slope;
    const double velocitySlope = activation * active.value * byVelocity.slope + _damping;
    ForceAndPartials result;
    result.force = activation * active.value * byVelocity.value + passive.value +
                   _damping * normalizedVelocity;
    result.partials.fiberLength = lengthSlope * perLength;
    result.partials.fiberVelocity = velocitySlope * _velocityScale;
    result.partials.activation = active.value * byVelocity.value;
    result.partials.optimalFiberLength =
            -(lengthSlope * normalizedLength + velocitySlope * normalizedVelocity) * perLength;
    return result;
}

MillardMuscle::ForceAndPartials MillardMuscle::calcTendonForce(
        double length, double fiberLength, const CosineAndPartials& cosine) const {
    const double perLength = 1.0 / _parameters.tendonSlackLength;
    const double normalized = (length - fiberLength * cosine.value) * perLength;
    const auto tendon = _properties->tendonForceLength->evaluate(normalized);
    const double slope = tendon.slope * perLength;
    ForceAndPartials result;
    result.force = tendon.value;
    result.partials.fiberLength = -slope / cosine.value;
    result.partials.length = slope;
    result.partials.tendonSlackLength = -slope * normalized;
    result.partials.height = -slope * fiberLength * cosine.byHeight;
    return result;
}

MillardMuscle::ForceAndPartials MillardMuscle::calcImbalance(
        double activation, double length, double fiberLength, double velocity) const {
    const auto fiber = calcFiberForce(activation, fiberLength, velocity);
    const auto cosine = calcCosPennation(fiberLength);
    const auto tendon = calcTendonForce(length, fiberLength, cosine);
    const auto& f = fiber.partials;
    const auto& t = tendon.partials;
    ForceAndPartials result;
    result.force = fiber.force * cosine.value - tendon.force;
    result.partials.fiberLength =
            f.fiberLength * cosine.value + fiber.force * cosine.byFiberLength - t.fiberLength;
    result.partials.fiberVelocity = f.fiberVelocity * cosine.value;
    result.partials.activation = f.activation * cosine.value;
    result.partials.length = -t.length;
    result.partials.optimalFiberLength = f.optimalFiberLength * cosine.value;
    result.partials.tendonSlackLength = -t.tendonSlackLength;
    result.partials.height = fiber.force * cosine.byHeight - t.height;
    return result;
}

MuscleParameters MillardMuscle::toParameterGradient(const MusclePartials& partials) const {
    MuscleParameters gradient;
    const double angle = _parameters.pennationAngleAtOptimal;
    gradient.optimalFiberLength = partials.optimalFiberLength + partials.height * std::sin(angle);
    gradient.tendonSlackLength = partials.tendonSlackLength;
    gradient.pennationAngleAtOptimal =
            partials.height * _parameters.optimalFiberLength * std::cos(angle);
    return gradient;
}

MusclePartials MillardMuscle::calcMinimumFiberLengthPartials() const {
    MusclePartials partials;
    const double active = _properties->minimumActiveFiberLength * _parameters.optimalFiberLength;
    if (active >= _minimumFiberLength) {
        partials.optimalFiberLength = _properties->minimumActiveFiberLength;
    } else {
        partials.height = 1.0 / std::sin(_properties->maximumPennationAngle);
    }
    return partials;
}

} // namespace nmm
