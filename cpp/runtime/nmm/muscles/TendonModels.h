#pragma once

#include "MillardMuscle.h"

#include <vector>

namespace nmm {

/// Everything about one muscle over the frames; the kernels work on one muscle at a time.
struct MuscleColumn {
    const std::vector<double>* times = nullptr;
    std::vector<double> activation;
    std::vector<double> length;
    std::vector<double> speed;
};

struct ForceColumn {
    std::vector<double> tendonForce;
    std::vector<double> fiberLength;
};

/// Gradients by a MuscleColumn and by the muscle's parameters.
struct GradientColumn {
    explicit GradientColumn(std::size_t numFrames)
            : activation(numFrames), length(numFrames), speed(numFrames) {}

    std::vector<double> activation;
    std::vector<double> length;
    std::vector<double> speed;
    MuscleParameters parameters;
};

ForceColumn computeRigidTendon(const MillardMuscle& muscle, const MuscleColumn& inputs);
GradientColumn computeRigidTendonGradients(
        const MillardMuscle& muscle, const MuscleColumn& inputs, const ForceColumn& gradient);

ForceColumn computeElasticTendon(const MillardMuscle& muscle, const MuscleColumn& inputs);
/// @param computed what computeElasticTendon() gave
GradientColumn computeElasticTendonGradients(const MillardMuscle& muscle,
        const MuscleColumn& inputs, const ForceColumn& computed, const ForceColumn& gradient);

} // namespace nmm
