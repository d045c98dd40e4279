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
