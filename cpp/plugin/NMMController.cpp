#include "NMMController.h"

#include "DeepEMGPredictor.h"
#include "files/OpenSimErrors.h"
#include "files/SetupFile.h"
#include "model/ModelLookup.h"

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>
#include <OpenSim/Simulation/Model/Model.h>

#include <algorithm>
#include <set>

namespace OpenSim {

namespace {

/// The muscle that a connection is meant for.
std::string getLabel(const Input<double>& input, unsigned connection) {
    const auto& alias = input.getAlias(connection);
    return alias.empty() ? input.getChannel(connection).getChannelName() : alias;
}

} // namespace

NMMController::NMMController() = default;

void NMMController::connectAllMuscles(const DeepEMGPredictor& predictor) {
    updSocket<Actuator>("actuators").disconnect();
    updInput("controls").disconnect();
    const auto& output = predictor.getOutput("excitations");
    // A component that is not connected yet knows its model only as the root.
    const auto& model = dynamic_cast<const Model&>(predictor.getRoot());
    for (const auto& name : predictor.getMuscleNames()) {
        addActuator(nmm::osim::findMuscle(model, name));
        connectInput_controls(output.getChannel(name));
    }
}

std::vector<std::string> NMMController::getInputControlLabels() const {
    std::vector<std::string> labels;
    const auto& muscles = getSocket<Actuator>("actuators");
    for (unsigned i = 0; i < muscles.getNumConnectees(); ++i) {
        labels.push_back(muscles.getConnectee(static_cast<int>(i)).getName());
    }
    return labels;
}

void NMMController::computeControlsImpl(const SimTK::State& state, SimTK::Vector& controls) const {
    const auto& input = getInput<double>("controls");
    const auto& indices = getControlIndexes();
    for (std::size_t i = 0; i < _drives.size(); ++i) {
        const auto& [predictor, muscle] = _drives[i];
        controls[indices[i]] =
                predictor->calcControl(muscle, input.getValue(state, static_cast<unsigned>(i)));
    }
}

void NMMController::extendConnectToModel(Model& model) {
    // OpenSim's own check says only how many inputs there are.
    if (isEnabled()) {
        nmm::osim::throwAsOpenSim(*this, [this] { checkConnections(); });
    }
    Super::extendConnectToModel(model);
    _drives.clear();
    for (unsigned i = 0; i < getInput<double>("controls").getNumConnectees(); ++i) {
        const auto& predictor = getPredictor(i);
        const auto& names = predictor.getMuscleNames();
        const auto& name = getInput<double>("controls").getChannel(i).getChannelName();
        const auto position = std::find(names.begin(), names.end(), name) - names.begin();
        _drives.push_back({&predictor, static_cast<int>(position)});
    }
}

void NMMController::extendAddToSystem(SimTK::MultibodySystem& system) const {
    Super::extendAddToSystem(system);
    // Other controllers find their muscles while they are connected: now all have.
    if (isEnabled()) {
        nmm::osim::throwAsOpenSim(*this, [this] { checkDrivers(); });
    }
}

const DeepEMGPredictor& NMMController::getPredictor(unsigned connection) const {
    const auto& channel = getInput<double>("controls").getChannel(connection);
    const auto* predictor = dynamic_cast<const DeepEMGPredictor*>(&channel.getOutput().getOwner());
    if (!predictor || channel.getOutput().getName() != "excitations") {
        throw nmm::Error("Expected channels of the output 'excitations' of a DeepEMGPredictor in "
                         "<input_controls>, but received '" +
                         channel.getPathName() + "'.");
    }
    return *predictor;
}

void NMMController::checkConnections() const {
    const auto labels = getInputControlLabels();
    if (labels.empty()) {
        throw nmm::Error("Expected muscles in <socket_actuators>, but received none.");
    }
    const auto& input = getInput<double>("controls");
    if (input.getNumConnectees() != labels.size()) {
        throw nmm::Error("Expected " + std::to_string(labels.size()) +
                         " connections in <input_controls>, one excitation for each muscle of "
                         "<socket_actuators>, but received " +
                         std::to_string(input.getNumConnectees()) + ".");
    }
    for (unsigned i = 0; i < labels.size(); ++i) {
        getPredictor(i);
        if (getLabel(input, i) != labels[i]) {
            throw nmm::Error("Expected <input_controls> in the order of <socket_actuators>, with "
                             "the excitation of '" +
                             labels[i] + "' at position " + std::to_string(i) + ", but received '" +
                             input.getChannel(i).getPathName() + "'.");
        }
    }
}

void NMMController::checkDrivers() const {
    std::set<const Object*> driven;
    const auto& muscles = getSocket<Actuator>("actuators");
    for (unsigned i = 0; i < muscles.getNumConnectees(); ++i) {
        const auto& muscle = muscles.getConnectee(static_cast<int>(i));
        driven.insert(&muscle);
        getPredictor(i).checkCalibration(muscle.getName());
    }
    for (const auto& other : getModel().getComponentList<Controller>()) {
        const auto& actuators = other.getSocket<Actuator>("actuators");
        for (unsigned i = 0;
                &other != this && other.isEnabled() && i < actuators.getNumConnectees(); ++i) {
            const auto& actuator = actuators.getConnectee(static_cast<int>(i));
            if (driven.count(&actuator) != 0) {
                throw nmm::Error("Expected to be the only controller of '" + actuator.getName() +
                                 "', but controller '" + other.getAbsolutePathString() +
                                 "' drives it too. Disable one, or take the muscle out of it.");
            }
        }
    }
}

void NMMController::updateFromXMLNode(SimTK::Xml::Element& element, int versionNumber) {
    Super::updateFromXMLNode(element, versionNumber);
    nmm::osim::throwAsOpenSim(*this, [&] { nmm::osim::checkElement(*this, element); });
}

} // namespace OpenSim
