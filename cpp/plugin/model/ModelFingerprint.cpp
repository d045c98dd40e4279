#include "ModelFingerprint.h"

#include "FittedModelPaths.h"
#include "ModelLookup.h"
#include "ModelPoser.h"

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>
#include <OpenSim/Simulation/Model/Model.h>
#include <nmm/Error.h>
#include <nmm/Text.h>
#include <nmm/artefact/Json.h>

#include <cmath>
#include <vector>

namespace nmm::osim {

namespace {

constexpr double LengthTolerance = 1e-7; // m
constexpr double RelativeTolerance = 1e-9;
constexpr double RoundingTolerance = 1e-12; // a curve's zero need not be exact

struct Comparison {
    std::string modelFile;
    std::string artefactFile;

    [[noreturn]] void fail(
            const std::string& what, const std::string& expected, const std::string& found) const {
        throw Error("Model file '" + modelFile + "': Expected the model that artefact '" +
                    artefactFile + "' was made for, with " + what + " = " + expected +
                    ", but found " + found + ". Use that model, or train again with this one.");
    }

    void checkNumber(const std::string& what, double expected, double found) const {
        const double tolerance = RelativeTolerance * std::abs(expected) + RoundingTolerance;
        if (!(std::abs(found - expected) <= tolerance)) {
            fail(what, toText(expected), toText(found));
        }
    }
};

void checkCurve(const JsonReader& curve, const OpenSim::Function& function, const std::string& what,
        const Comparison& comparison) {
    const auto x = curve.at("x").numbers();
    const auto y = curve.at("y").numbers();
    if (x.size() != y.size()) {
        curve.fail("as many values 'y' as 'x'");
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        comparison.checkNumber(
                what + "(" + toText(x[i]) + ")", y[i], function.calcValue(SimTK::Vector(1, x[i])));
    }
}

void checkProperties(const JsonReader& entry, const OpenSim::Millard2012EquilibriumMuscle& muscle,
        const Comparison& comparison) {
    const auto what = [&](const std::string& of) { return of + " of '" + muscle.getName() + "'"; };
    const auto className = entry.at("class").string();
    if (className != muscle.getConcreteClassName()) {
        comparison.fail(what("class"), className, muscle.getConcreteClassName());
    }
    const auto check = [&](const std::string& property, double found) {
        comparison.checkNumber(what(property), entry.at(property).number(), found);
    };
    check("max_contraction_velocity", muscle.get_max_contraction_velocity());
    check("fiber_damping", muscle.get_fiber_damping());
    check("maximum_pennation_angle", muscle.get_maximum_pennation_angle());
    const auto curves = entry.at("curves");
    for (const auto& name : curves.keys()) {
        if (!muscle.hasProperty(name)) {
            curves.fail("curves of a Millard2012EquilibriumMuscle");
        }
        const auto& property = muscle.getPropertyByName(name);
        checkCurve(curves.at(name),
                dynamic_cast<const OpenSim::Function&>(property.getValueAsObject()), what(name),
                comparison);
    }
}

void checkLengths(const OpenSim::Model& model, SimTK::State& state, const JsonReader& fingerprint,
        const std::vector<Muscle>& muscles, const Comparison& comparison) {
    const auto poses = fingerprint.at("poses").items();
    for (std::size_t pose = 0; pose < poses.size(); ++pose) {
        const auto names = poses[pose].keys();
        std::vector<double> values, speeds(names.size());
        for (const auto& name : names) {
            values.push_back(poses[pose].at(name).number());
        }
        ModelPoser(model, state, names).setPose(state, values.data(), speeds.data());
        model.realizePosition(state);
        for (const auto& muscle : muscles) {
            if (hasFittedPath(model, muscle)) {
                continue;
            }
            const auto lengths = fingerprint.at("muscles").at(muscle.name).at("lengths");
            const auto expected = lengths.numbers();
            if (expected.size() != poses.size()) {
                lengths.fail("one length per pose");
            }
            const double found = findMuscle(model, muscle.name).getLength(state);
            if (!(std::abs(found - expected[pose]) <= LengthTolerance)) {
                comparison.fail("length of '" + muscle.name + "' in pose " + std::to_string(pose),
                        toText(expected[pose]) + " m", toText(found) + " m");
            }
        }
    }
}

} // namespace

void checkFingerprint(const OpenSim::Model& model, SimTK::State state, const Artefact& artefact,
        const std::string& modelFile, const std::string& artefactFile) {
    const auto json = parseJson(artefact.modelFingerprint, "'" + artefactFile + "'");
    const JsonReader fingerprint(json, artefactFile, "model.fingerprint");
    const Comparison comparison{modelFile, artefactFile};
    for (const auto& muscle : artefact.muscles) {
        checkProperties(fingerprint.at("muscles").at(muscle.name), findMuscle(model, muscle.name),
                comparison);
    }
    checkLengths(model, state, fingerprint, artefact.muscles, comparison);
}

} // namespace nmm::osim
