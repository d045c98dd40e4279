#include "FiberLengths.h"

#include "ModelLookup.h"

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace nmm::osim {

namespace {

/// Samples curves, equal ones once: nearly all muscles have OpenSim's default curves.
class CurveSampler {
public:
    template <typename OpenSimCurve>
    std::shared_ptr<const Curve> sample(const OpenSimCurve& curve, const CurveRange& range) {
        const std::unique_ptr<OpenSimCurve> unnamed(curve.clone());
        unnamed->setName("");
        auto& known = _known[unnamed->dump()];
        if (!known) {
            known = std::make_shared<Curve>(Curve::sample(
                    [&](double x) {
                        return Curve::ValueAndSlope{curve.calcValue(x), curve.calcDerivative(x, 1)};
                    },
                    range.start, range.stop));
        }
        return known;
    }

private:
    std::map<std::string, std::shared_ptr<const Curve>> _known;
};

MuscleProperties readProperties(
        const OpenSim::Millard2012EquilibriumMuscle& muscle, CurveSampler& curves) {
    MuscleProperties properties;
    properties.name = muscle.getName();
    properties.maxContractionVelocity = muscle.get_max_contraction_velocity();
    properties.fiberDamping = muscle.get_fiber_damping();
    properties.maximumPennationAngle = muscle.get_maximum_pennation_angle();
    properties.minimumActiveFiberLength =
            muscle.getActiveForceLengthCurve().getMinActiveFiberLength();
    properties.minimumActivation = muscle.get_minimum_activation();
    properties.activeForceLength =
            curves.sample(muscle.getActiveForceLengthCurve(), FiberLengthRange);
    properties.passiveForceLength =
            curves.sample(muscle.getFiberForceLengthCurve(), FiberLengthRange);
    properties.forceVelocity = curves.sample(muscle.getForceVelocityCurve(), FiberVelocityRange);
    properties.tendonForceLength =
            curves.sample(muscle.getTendonForceLengthCurve(), TendonLengthRange);
    return properties;
}

} // namespace

Matrix integrateFiberLengths(
        const OpenSim::Model& model, const Artefact& artefact, const MuscleInputs& inputs) {
    CurveSampler curves;
    std::vector<MuscleProperties> properties;
    std::vector<MuscleParameters> parameters;
    for (const auto& muscle : artefact.muscles) {
        properties.push_back(readProperties(findMuscle(model, muscle.name), curves));
        parameters.push_back({muscle.maxIsometricForce, muscle.optimalFiberLength,
                muscle.tendonSlackLength, muscle.pennationAngleAtOptimal});
    }
    const MuscleSet muscles(TendonModel::Elastic, std::move(properties));
    return muscles.computeForces(parameters, inputs).fiberLengths;
}

} // namespace nmm::osim
