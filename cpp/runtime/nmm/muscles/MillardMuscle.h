#pragma once

#include "Curve.h"

#include <cmath>
#include <memory>
#include <string>

namespace nmm {

/// Where curves are sampled: all that a muscle can do. They are linear beyond, like OpenSim's.
struct CurveRange {
    double start;
    double stop;
};
constexpr CurveRange FiberLengthRange{0.0, 2.5};    ///< optimal fiber lengths
constexpr CurveRange FiberVelocityRange{-1.5, 1.5}; ///< maximum contraction velocities
constexpr CurveRange TendonLengthRange{0.95, 1.25}; ///< tendon slack lengths

/// What is fixed of a Millard2012EquilibriumMuscle while it is trained or run.
struct MuscleProperties {
    std::string name;
    double maxContractionVelocity = 10.0; ///< optimal fiber lengths per s
    double fiberDamping = 0.1;
    double maximumPennationAngle = 1.4706289056333368; ///< rad
    double minimumActiveFiberLength = 0.0;             ///< optimal fiber lengths
    double minimumActivation = 0.01;
    // Muscles mostly have the same curves.
    std::shared_ptr<const Curve> activeForceLength;
    std::shared_ptr<const Curve> passiveForceLength;
    std::shared_ptr<const Curve> forceVelocity;
    std::shared_ptr<const Curve> tendonForceLength;
};

/// OpenSim treats a damping below this as none.
constexpr double MinFiberDamping = 0.001;

/// What is trained of a muscle.
struct MuscleParameters {
    double maxIsometricForce = 0.0;       ///< N
    double optimalFiberLength = 0.0;      ///< m
    double tendonSlackLength = 0.0;       ///< m
    double pennationAngleAtOptimal = 0.0; ///< rad
};

/// Partial derivatives by the fibre length and by the muscle's inputs and parameters.
struct MusclePartials {
    double fiberLength = 0.0;
    double fiberVelocity = 0.0; ///< m/s
    double activation = 0.0;
    double length = 0.0; ///< of the muscle-tendon path
    double optimalFiberLength = 0.0;
    double tendonSlackLength = 0.0;
    double height = 0.0; ///< of the fixed-width pennation
};

/// One muscle of the class Millard2012EquilibriumMuscle (Millard et al., 2013), with the parameters
/// of one evaluation. Forces are in units of the maximum isometric force:
///
///     fiber:   (a fL(l/lo) fV(v/(lo vmax)) + fPE(l/lo) + beta v/(lo vmax)) cos(phi)
///     tendon:  fSE((L - l cos(phi))/ls),     l sin(phi) = h = lo sin(phi_o)
class MillardMuscle {
public:
    MillardMuscle(const MuscleProperties& properties, const MuscleParameters& parameters);

    const MuscleProperties& getProperties() const { return *_properties; }
    const MuscleParameters& getParameters() const { return _parameters; }

    /// h, the width that pennation keeps, m.
    double getHeight() const { return _height; }

    /// The fibre length (m) below which OpenSim lets a muscle give no force.
    double getMinimumFiberLength() const { return _minimumFiberLength; }

    /// The fibre length (m) at which the tendon is just slack.
    double calcFiberLengthAtSlack(double length) const;

    /// Activation within OpenSim's limits, and whether changing it changes that.
    double clampActivation(double activation) const;
    bool isActivationClamped(double activation) const;

    struct ForceAndPartials {
        double force;
        MusclePartials partials;
    };

    /// Force of the fibre, not along the tendon.
    /// @param activation within the limits
    /// @param velocity of the fibre, m/s
    ForceAndPartials calcFiberForce(double activation, double fiberLength, double velocity) const;

    struct CosineAndPartials {
        double value;
        double byFiberLength;
        double byHeight;
    };
    CosineAndPartials calcCosPennation(double fiberLength) const;

    /// Force of an elastic tendon.
    /// @param cosine calcCosPennation() of the fibre length
    ForceAndPartials calcTendonForce(
            double length, double fiberLength, const CosineAndPartials& cosine) const;

    /// Force of the fibre along the tendon minus force of the tendon: zero in equilibrium, and
    /// rising with fibre length and velocity.
    ForceAndPartials calcImbalance(
            double activation, double length, double fiberLength, double velocity) const;

    /// Gradient by the trained parameters, of a quantity with these partial derivatives; that by
    /// maxIsometricForce stays 0.
    MuscleParameters toParameterGradient(const MusclePartials& partials) const;

    /// The partial derivatives of getMinimumFiberLength().
    MusclePartials calcMinimumFiberLengthPartials() const;

private:
    const MuscleProperties* _properties;
    MuscleParameters _parameters;
    double _damping;
    double _height;
    double _minimumFiberLength;
    double _velocityScale; ///< 1/(lo vmax), s/m
};

// The kernels' inner loops: inline, because they are called for every frame and iteration.

inline MillardMuscle::CosineAndPartials MillardMuscle::calcCosPennation(double fiberLength) const {
    const double sine = _height / fiberLength;
    const double cosine = std::sqrt((1.0 - sine) * (1.0 + sine));
    const double byFiberLength = sine * sine / (cosine * fiberLength);
    return {cosine, byFiberLength, -sine / (cosine * fiberLength)};
}

inline MillardMuscle::ForceAndPartials MillardMuscle::calcFiberForce(
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

inline MillardMuscle::ForceAndPartials MillardMuscle::calcTendonForce(
        double length, double fiberLength, const CosineAndPartials& cosine) const {
    const double perLength = 1.0 / _parameters.tendonSlackLength;
    const double normalized = (length - fiberLength * cosine.value) * perLength;
    const auto tendon = _properties->tendonForceLength->evaluate(normalized);
    // Where the tendon begins to pull, a table of its curve may dip below zero by 1e-9.
    const bool pulls = tendon.value > 0.0;
    const double slope = pulls ? tendon.slope * perLength : 0.0;
    ForceAndPartials result;
    result.force = pulls ? tendon.value : 0.0;
    result.partials.fiberLength = -slope / cosine.value;
    result.partials.length = slope;
    result.partials.tendonSlackLength = -slope * normalized;
    result.partials.height = -slope * fiberLength * cosine.byHeight;
    return result;
}

inline MillardMuscle::ForceAndPartials MillardMuscle::calcImbalance(
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

} // namespace nmm
