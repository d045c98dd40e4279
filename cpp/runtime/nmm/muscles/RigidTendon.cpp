#include "TendonModels.h"

#include <algorithm>
#include <cmath>

namespace nmm {

namespace {

/// A fibre whose length follows from the path.
struct RigidFiber {
    RigidFiber(const MillardMuscle& muscle, double pathLength)
            : alongTendon(pathLength - muscle.getParameters().tendonSlackLength),
              length(muscle.calcFiberLengthAtSlack(pathLength)),
              pulls(alongTendon > 0.0 && length > muscle.getMinimumFiberLength()) {
        if (pulls) {
            sine = muscle.getHeight() / length;
            cosine = alongTendon / length;
        }
    }

    double alongTendon;
    double length;
    bool pulls; ///< a slack tendon, or a fibre too short for force, does not
    double sine = 0.0;
    double cosine = 0.0;
};

} // namespace

ForceColumn computeRigidTendon(const MillardMuscle& muscle, const MuscleColumn& inputs) {
    const auto numFrames = inputs.length.size();
    ForceColumn result{std::vector<double>(numFrames), std::vector<double>(numFrames)};
    for (std::size_t k = 0; k < numFrames; ++k) {
        const RigidFiber fiber(muscle, inputs.length[k]);
        result.fiberLength[k] = std::max(fiber.length, muscle.getMinimumFiberLength());
        if (fiber.pulls) {
            const auto force = muscle.calcFiberForce(muscle.clampActivation(inputs.activation[k]),
                                             fiber.length, inputs.speed[k] * fiber.cosine)
                                       .force;
            // A fibre cannot push.
            result.tendonForce[k] =
                    muscle.getParameters().maxIsometricForce * std::max(force, 0.0) * fiber.cosine;
        }
    }
    return result;
}

GradientColumn computeRigidTendonGradients(
        const MillardMuscle& muscle, const MuscleColumn& inputs, const ForceColumn& gradient) {
    const auto numFrames = inputs.length.size();
    const double maxForce = muscle.getParameters().maxIsometricForce;
    GradientColumn result(numFrames);
    MusclePartials sum;
    double byMaxForce = 0.0;
    const auto minimumLength = muscle.calcMinimumFiberLengthPartials();
    for (std::size_t k = 0; k < numFrames; ++k) {
        const RigidFiber fiber(muscle, inputs.length[k]);
        const double byLength = gradient.fiberLength[k];
        if (!fiber.pulls && fiber.length <= muscle.getMinimumFiberLength()) {
            sum.optimalFiberLength += byLength * minimumLength.optimalFiberLength;
            sum.height += byLength * minimumLength.height;
            continue;
        }
        // A pulling fibre, or one as long as its height over a slack tendon.
        const double cosine = fiber.pulls ? fiber.cosine : 0.0;
        const double sine = fiber.pulls ? fiber.sine : 1.0;
        double byAlongTendon = byLength * cosine;
        sum.height += byLength * sine;
        if (fiber.pulls) {
            const double speed = inputs.speed[k];
            const auto [force, partials] = muscle.calcFiberForce(
                    muscle.clampActivation(inputs.activation[k]), fiber.length, speed * cosine);
            if (force > 0.0) {
                const double g = gradient.tendonForce[k];
                const double byFiber = g * maxForce * cosine;
                const double byCosine =
                        g * maxForce * (force + cosine * partials.fiberVelocity * speed);
                byMaxForce += g * force * cosine;
                byAlongTendon += byFiber * partials.fiberLength * cosine +
                                 byCosine * sine * sine / fiber.length;
                sum.height += byFiber * partials.fiberLength * sine -
                              byCosine * cosine * sine / fiber.length;
                sum.optimalFiberLength += byFiber * partials.optimalFiberLength;
                result.speed[k] = byFiber * partials.fiberVelocity * cosine;
                if (!muscle.isActivationClamped(inputs.activation[k])) {
                    result.activation[k] = byFiber * partials.activation;
                }
            }
        }
        result.length[k] = byAlongTendon;
        sum.tendonSlackLength -= byAlongTendon;
    }
    result.parameters = muscle.toParameterGradient(sum);
    result.parameters.maxIsometricForce = byMaxForce;
    return result;
}

} // namespace nmm
