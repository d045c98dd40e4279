#include "DeepEMGPredictor.h"

#include "files/Files.h"
#include "files/OpenSimErrors.h"
#include "files/SetupFile.h"
#include "model/CalibratedModel.h"
#include "model/ModelFingerprint.h"
#include "model/ModelLookup.h"
#include "trial/RecordedMotion.h"
#include "trial/RecordedNMM.h"

#include <OpenSim/Simulation/Model/Model.h>
#include <nmm/muscles/ShapeFunction.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace OpenSim {

using nmm::osim::RecordedMotion;
using nmm::osim::RecordedNMM;
using nmm::osim::throwAsOpenSim;

namespace {

RecordedNMM::Source findSource(const DeepEMGPredictor& predictor, const Model& model) {
    auto folders = nmm::osim::getFolderOf(model.getInputFileName(), "the model's folder");
    folders.push_back({"the working folder", "."});
    const auto find = [&](const Property<std::string>& property, const std::string& what) {
        return nmm::osim::findFile(nmm::osim::requireFile(property), folders, what);
    };
    const auto findOptional = [&](const Property<std::string>& property, const std::string& what) {
        return property.getValue().empty() ? "" : find(property, what);
    };
    return {find(predictor.getProperty_artefact_file(), "Artefact file"),
            {find(predictor.getProperty_emg_file(), "EMG file"), predictor.get_emg_time_offset(),
                    findOptional(
                            predictor.getProperty_external_loads_file(), "External loads file")},
            {findOptional(predictor.getProperty_coordinates_file(), "Coordinates file"),
                    predictor.get_lowpass_cutoff_frequency_for_coordinates(), std::nullopt,
                    std::nullopt}};
}

std::vector<const Coordinate*> findCoordinates(
        const Model& model, const std::vector<std::string>& names) {
    std::vector<const Coordinate*> coordinates;
    for (const auto& name : names) {
        coordinates.push_back(&nmm::osim::findCoordinate(model, name));
    }
    return coordinates;
}

template <typename GetNumber>
nmm::Matrix getRow(const std::vector<const Coordinate*>& coordinates, const GetNumber& getNumber) {
    nmm::Matrix row(1, coordinates.size());
    for (std::size_t i = 0; i < coordinates.size(); ++i) {
        row.values[i] = getNumber(*coordinates[i]);
    }
    return row;
}

} // namespace

DeepEMGPredictor::DeepEMGPredictor() {
    constructProperty_artefact_file("");
    constructProperty_emg_file("");
    constructProperty_emg_time_offset(0.0);
    constructProperty_external_loads_file("");
    constructProperty_coordinates_file("");
    constructProperty_lowpass_cutoff_frequency_for_coordinates(-1);
}

void DeepEMGPredictor::extendFinalizeFromProperties() {
    Super::extendFinalizeFromProperties();
    // Outside a model there is no folder to look into.
    if (dynamic_cast<const Model*>(&getRoot())) {
        throwAsOpenSim(*this, [this] { load(); });
    }
    setChannels("excitations", _muscles);
    setChannels("excitation_lower_bounds", _intervalMuscles);
    setChannels("excitation_upper_bounds", _intervalMuscles);
}

void DeepEMGPredictor::setChannels(
        const std::string& output, const std::vector<std::string>& muscles) {
    auto& list = updOutput(output);
    list.clearChannels();
    for (const auto& muscle : muscles) {
        list.addChannel(muscle);
    }
}

void DeepEMGPredictor::load() {
    auto source = findSource(*this, dynamic_cast<const Model&>(getRoot()));
    if (!_nmm || !(_nmm->getSource() == source) || !_nmm->isCurrent()) {
        _nmm = std::make_shared<const RecordedNMM>(std::move(source));
        _motion.reset();
        _muscles = _nmm->getArtefact().getMuscleNames();
        _intervalMuscles.clear();
        for (const auto& muscle : _nmm->getArtefact().muscles) {
            if (muscle.source.interval) {
                _intervalMuscles.push_back(muscle.name);
            }
        }
    }
}

void DeepEMGPredictor::extendConnectToModel(Model& model) {
    Super::extendConnectToModel(model);
    throwAsOpenSim(*this, [&] {
        for (const auto& muscle : _muscles) {
            nmm::osim::findMuscle(model, muscle);
        }
        const auto& artefact = _nmm->getArtefact();
        if (!_motion) {
            _motion = std::make_shared<const RecordedMotion>(
                    nmm::osim::readMotion(_nmm->getSource().motion, model, artefact));
        }
        _coordinates = findCoordinates(model, artefact.coordinates);
        _valueInputs = findCoordinates(model, artefact.predictor.coordinates);
        _speedInputs = findCoordinates(model, artefact.predictor.speeds);
    });
}

void DeepEMGPredictor::extendAddToSystem(SimTK::MultibodySystem& system) const {
    Super::extendAddToSystem(system);
    _excitations = addCacheVariable("excitations", SimTK::Vector(static_cast<int>(_muscles.size())),
            SimTK::Stage::Velocity);
}

void DeepEMGPredictor::extendInitStateFromProperties(SimTK::State& state) const {
    Super::extendInitStateFromProperties(state);
    throwAsOpenSim(*this, [&] {
        nmm::osim::checkFingerprint(getModel(), state, _nmm->getArtefact(),
                getModel().getInputFileName(), _nmm->getSource().artefactFile);
    });
}

double DeepEMGPredictor::getExcitation(const SimTK::State& state, const std::string& muscle) const {
    const auto found = std::find(_muscles.begin(), _muscles.end(), muscle);
    OPENSIM_THROW_IF_FRMOBJ(found == _muscles.end(), Exception,
            "Expected one of the artefact's muscles, but received '" + muscle + "'.");
    return getExcitations(state)[static_cast<int>(found - _muscles.begin())];
}

double DeepEMGPredictor::getExcitationLowerBound(
        const SimTK::State& state, const std::string& muscle) const {
    return calcInterval(state, muscle)[0];
}

double DeepEMGPredictor::getExcitationUpperBound(
        const SimTK::State& state, const std::string& muscle) const {
    return calcInterval(state, muscle)[1];
}

SimTK::Vec2 DeepEMGPredictor::calcInterval(
        const SimTK::State& state, const std::string& muscle) const {
    const auto found = std::find(_intervalMuscles.begin(), _intervalMuscles.end(), muscle);
    OPENSIM_THROW_IF_FRMOBJ(found == _intervalMuscles.end(), Exception,
            "Expected a muscle with an interval of its excitation, but received '" + muscle +
                    "', which has none in the artefact.");
    const auto& excitations = getExcitations(state);
    nmm::Matrix row(1, _muscles.size());
    for (int i = 0; i < excitations.size(); ++i) {
        row(0, static_cast<std::size_t>(i)) = excitations[i];
    }
    // NaN where the artefact does not tell.
    const double novelty = getOutsideTraining(state);
    const auto intervals =
            _nmm->getExcitationModel().computeIntervals(row, {std::isnan(novelty) ? 0.0 : novelty});
    const auto i = static_cast<std::size_t>(found - _intervalMuscles.begin());
    return {intervals.lower(0, i), intervals.upper(0, i)};
}

const SimTK::Vector& DeepEMGPredictor::getExcitations(const SimTK::State& state) const {
    if (!isCacheVariableValid(state, _excitations)) {
        throwAsOpenSim(*this,
                [&] { computeExcitations(state, updCacheVariableValue(state, _excitations)); });
        markCacheVariableValid(state, _excitations);
    }
    return getCacheVariableValue(state, _excitations);
}

nmm::Matrix DeepEMGPredictor::getValueWindow(const SimTK::State& state) const {
    return _motion->addEarlierValues(state.getTime(),
            getRow(_valueInputs, [&](const auto& c) { return c.getValue(state); }));
}

nmm::Matrix DeepEMGPredictor::getSpeedWindow(const SimTK::State& state) const {
    return _motion->addEarlierSpeeds(state.getTime(),
            getRow(_speedInputs, [&](const auto& c) { return c.getSpeedValue(state); }));
}

void DeepEMGPredictor::computeExcitations(
        const SimTK::State& state, SimTK::Vector& excitations) const {
    nmm::checkDomain(_nmm->getFittedPaths(), _nmm->getArtefact().coordinates, {state.getTime()},
            getRow(_coordinates, [&](const auto& c) { return c.getValue(state); }),
            "Coordinates of model '" + getModel().getName() + "'");
    const auto row =
            _nmm->computeExcitations(state.getTime(), getValueWindow(state), getSpeedWindow(state));
    ++_numNetworkPasses;
    for (int i = 0; i < excitations.size(); ++i) {
        excitations[i] = row(0, static_cast<std::size_t>(i));
    }
}

double DeepEMGPredictor::getOutsideTraining(const SimTK::State& state) const {
    double novelty = SimTK::NaN;
    throwAsOpenSim(*this, [&] {
        novelty =
                _nmm->computeNovelty(state.getTime(), getValueWindow(state), getSpeedWindow(state));
    });
    return novelty;
}

double DeepEMGPredictor::calcControl(int muscle, double excitation) const {
    const auto& parameters = _nmm->getArtefact().muscles[static_cast<std::size_t>(muscle)];
    return std::max(nmm::ShapeFunction(parameters.shapeFactor).calcValue(excitation),
            parameters.minimumActivation);
}

void DeepEMGPredictor::checkCalibration(const std::string& muscle) const {
    nmm::osim::checkMuscleParameters(getModel(), _nmm->getArtefact(), muscle);
}

void DeepEMGPredictor::updateFromXMLNode(SimTK::Xml::Element& element, int versionNumber) {
    Super::updateFromXMLNode(element, versionNumber);
    nmm::osim::throwAsOpenSim(*this, [&] { nmm::osim::checkElement(*this, element); });
}

} // namespace OpenSim
