#pragma once

#include "MillardMuscle.h"
#include "TendonModel.h"

#include <nmm/Matrix.h>

#include <vector>

namespace nmm {

/// What moves muscles; all but the times are frames x muscles.
struct MuscleInputs {
    std::vector<double> times; ///< s, increasing
    Matrix activations;
    Matrix lengths; ///< of the muscle-tendon paths, m
    Matrix speeds;  ///< lengthening speeds of the paths, m/s
};

/// Frames x muscles.
struct MuscleForces {
    Matrix tendonForces; ///< N
    Matrix fiberLengths; ///< m
};

/// Gradients of a scalar with respect to what MuscleSet::computeForces() takes.
struct MuscleForceGradients {
    Matrix activations;
    Matrix lengths;
    Matrix speeds;
    std::vector<MuscleParameters> parameters;
};

/// Muscles with what is fixed of them; what is trained is given to every call. Their forces are
/// those of Millard2012EquilibriumMuscles, as OpenSim's class of that name computes them.
///
/// Rigid: no force where the tendon is slack, and no fibre that pushes; frames are independent.
///
/// Elastic: the fibre length l is integrated along the frames, one implicit step of the second
/// order (BDF2 with variable steps; the first step, and one more than twice as long as the step
/// before, is a backward Euler step) from frame to frame. At each frame the fibre velocity is that
/// difference of fibre lengths which brings fibre and tendon into equilibrium. l starts where
/// they are in equilibrium while the fibre takes up the whole speed of the path, and is kept from
/// falling below OpenSim's minimum fibre length. Speeds after the first frame have no influence.
class MuscleSet {
public:
    MuscleSet(TendonModel tendon, std::vector<MuscleProperties> properties);

    const std::vector<MuscleProperties>& getProperties() const { return _properties; }

    /// @param parameters one per muscle
    /// @throws Error if shapes differ, times do not increase, an input is not finite or beyond what
    /// a muscle can be, naming the muscle and the time.
    MuscleForces computeForces(
            const std::vector<MuscleParameters>& parameters, const MuscleInputs& inputs) const;

    /// The exact adjoint of computeForces(): discretise, then differentiate.
    /// @param computed what computeForces() gave; its fibre lengths are enough
    /// @param gradient d(scalar)/d(computed)
    MuscleForceGradients computeGradients(const std::vector<MuscleParameters>& parameters,
            const MuscleInputs& inputs, const MuscleForces& computed,
            const MuscleForces& gradient) const;

private:
    TendonModel _tendon;
    std::vector<MuscleProperties> _properties;
};

} // namespace nmm
