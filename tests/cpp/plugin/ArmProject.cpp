#include "ArmProject.h"

#include "SafeTensorsWriter.h"

#include <DeepEMGPredictor.h>
#include <NMMController.h>

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>
#include <OpenSim/Simulation/SimbodyEngine/PinJoint.h>

#include <cmath>
#include <fstream>

using namespace OpenSim;
using SimTK::Vec3;

namespace {

constexpr double SamplingFrequency = 100.0; // Hz, of the EMG
const std::vector<std::string> Muscles{"flexor", "extensor"};

void addMuscle(Model& model, const Body& forearm, const std::string& name, double side) {
    auto* muscle = new Millard2012EquilibriumMuscle(name, 300.0, 0.1, 0.2, 0.1);
    muscle->set_ignore_tendon_compliance(true);
    muscle->addNewPathPoint("origin", model.updGround(), Vec3(side * 0.03, 0.25, 0));
    muscle->addNewPathPoint("insertion", forearm, Vec3(side * 0.03, -0.05, 0));
    model.addForce(muscle);
}

void writeArm(const std::filesystem::path& file) {
    Model model;
    model.setName("arm");
    auto* forearm = new Body("forearm", 1.0, Vec3(0, -0.2, 0), SimTK::Inertia(0.02));
    model.addBody(forearm);
    auto* elbow =
            new PinJoint("elbow", model.getGround(), Vec3(0), Vec3(0), *forearm, Vec3(0), Vec3(0));
    elbow->updCoordinate().setName("elbow_flexion");
    model.addJoint(elbow);
    addMuscle(model, *forearm, "flexor", 1.0);
    addMuscle(model, *forearm, "extensor", -1.0);
    model.finalizeConnections();
    model.print(file.string());
}

nlohmann::json describeMuscle(const std::string& name, double force, const nlohmann::json& source) {
    return {{"name", name}, {"max_isometric_force", force}, {"optimal_fiber_length", 0.105},
            {"tendon_slack_length", 0.19}, {"pennation_angle_at_optimal", 0.1},
            {"activation_time_constant", 0.012}, {"deactivation_time_constant", 0.048},
            {"minimum_activation", 0.02}, {"shape_factor", -1.5}, {"source", source}};
}

/// What the fingerprint of an artefact says of a model.
nlohmann::json describeModel(const std::filesystem::path& file) {
    Model model(file.string());
    model.initSystem();
    nlohmann::json muscles;
    for (const auto& name : Muscles) {
        const auto& muscle = model.getComponent<Millard2012EquilibriumMuscle>("/forceset/" + name);
        muscles[name] = {{"class", "Millard2012EquilibriumMuscle"},
                {"lengths", {muscle.getLength(model.getWorkingState())}},
                {"max_contraction_velocity", muscle.get_max_contraction_velocity()},
                {"fiber_damping", muscle.get_fiber_damping()},
                {"maximum_pennation_angle", muscle.get_maximum_pennation_angle()},
                {"curves", nlohmann::json::object()}};
    }
    return {{"name", "arm"},
            {"fingerprint", {{"poses", {nlohmann::json::object()}}, {"muscles", muscles}}}};
}

nlohmann::json describeNMM(const std::filesystem::path& modelFile) {
    const nlohmann::json names{"elbow_flexion"};
    return {{"format", 1}, {"created_with", nlohmann::json::object()},
            {"model", describeModel(modelFile)}, {"path_model", "model"}, {"tendon", "rigid"},
            {"channels", {{{"name", "biceps"}, {"gain", 0.8}}, {{"name", "triceps"}, {"gain", 1}}}},
            {"electromechanical_delay", ArmProject::Delay}, {"coordinates", names},
            {"moment_coordinates", names},
            {"muscles",
                    {describeMuscle("flexor", 350.0,
                             {{"kind", "measured"}, {"channels", {"biceps"}}, {"weights", {1.0}}}),
                            describeMuscle("extensor", 280.0,
                                    {{"kind", "deep"}, {"output", 0},
                                            {"recorded_channel", nullptr}})}},
            {"predictor", {{"family", "mlp"}, {"hidden_activation", "tanh"}, {"layers", 2},
                                  {"inputs", {{"emg_lags", {0.0, 0.02}}, {"coordinates", names},
                                                     {"speeds", names}}}}},
            {"training", nlohmann::json::object()}};
}

std::map<std::string, nmm::Tensor> makeNetwork() {
    const auto wave = [](std::size_t count, double step) {
        std::vector<double> values;
        for (std::size_t i = 0; i < count; ++i) {
            values.push_back(std::sin(step * static_cast<double>(i + 1)));
        }
        return values;
    };
    return {{"predictor.input_mean", {{6}, std::vector<double>(6, 0.1)}},
            {"predictor.input_scale", {{6}, std::vector<double>(6, 0.8)}},
            {"predictor.0.weight", {{4, 6}, wave(24, 1.3)}},
            {"predictor.0.bias", {{4}, wave(4, 0.7)}},
            {"predictor.1.weight", {{1, 4}, wave(4, 2.1)}}, {"predictor.1.bias", {{1}, {-0.9}}}};
}

/// A table that OpenSim reads.
template <typename Row>
void writeTable(const std::filesystem::path& file, const std::string& labels, double frequency,
        double finalTime, const Row& row) {
    std::ofstream stream(file);
    stream.precision(17);
    const auto last = static_cast<int>(std::lround(finalTime * frequency));
    stream << "table\nversion=1\nnRows=" << last + 1
           << "\nnColumns=" << 1 + std::count(labels.begin(), labels.end(), '\t')
           << "\ninDegrees=no\nendheader\n"
           << labels << "\n";
    for (int i = 0; i <= last; ++i) {
        const double time = i / frequency;
        stream << time << row(time) << "\n";
    }
}

std::string toCell(double value) {
    std::ostringstream text;
    text.precision(17);
    text << "\t" << value;
    return text.str();
}

} // namespace

ArmProject::ArmProject(const std::function<void(nlohmann::json&)>& change,
        const std::function<void(Network&)>& changeNetwork) {
    writeArm(_folder / "arm.osim");
    auto content = describeNMM(_folder / "arm.osim");
    auto network = makeNetwork();
    change(content);
    changeNetwork(network);
    writeSafeTensors(_folder / "arm.nmm", {{{"nmm", content.dump()}}, network});
    writeEMG("emg.sto");
}

std::unique_ptr<Model> ArmProject::loadArm() const {
    return std::make_unique<Model>((_folder / "arm.osim").string());
}

std::unique_ptr<Model> ArmProject::makePredictingArm(const std::string& externalLoadsFile) const {
    auto model = loadArm();
    const double forces[] = {350.0, 280.0};
    for (std::size_t i = 0; i < Muscles.size(); ++i) {
        auto& muscle = model->updComponent<Millard2012EquilibriumMuscle>("/forceset/" + Muscles[i]);
        muscle.set_max_isometric_force(forces[i]);
        muscle.set_optimal_fiber_length(0.105);
        muscle.set_tendon_slack_length(0.19);
        muscle.set_activation_time_constant(0.012);
        muscle.set_deactivation_time_constant(0.048);
        muscle.set_minimum_activation(0.02);
        muscle.setMinControl(0.02);
    }
    auto* predictor = new DeepEMGPredictor();
    predictor->setName("deep_emg");
    predictor->set_artefact_file("arm.nmm");
    predictor->set_emg_file("emg.sto");
    predictor->set_external_loads_file(externalLoadsFile);
    model->addModelComponent(predictor);
    return model;
}

std::unique_ptr<Model> ArmProject::makeDrivenArm() const {
    auto model = makePredictingArm();
    auto* controller = new NMMController();
    controller->setName("nmm");
    model->addController(controller);
    controller->connectAllMuscles(getPredictor(*model));
    return model;
}

const DeepEMGPredictor& ArmProject::getPredictor(const Model& model) {
    return model.getComponent<DeepEMGPredictor>("/componentset/deep_emg");
}

NMMController& ArmProject::getController(Model& model) {
    return model.updComponent<NMMController>("/controllerset/nmm");
}

void ArmProject::writeEMG(const std::string& name, double finalTime, bool withTriceps) const {
    writeTable(_folder / name, withTriceps ? "time\tbiceps\ttriceps" : "time\tbiceps",
            SamplingFrequency, finalTime, [&](double time) {
                return toCell(0.2 + 0.19 * std::sin(5.0 * time)) +
                       (withTriceps ? toCell(0.15 + 0.1 * std::cos(7.0 * time)) : "");
            });
}

void ArmProject::writeExternalLoads(const std::string& name, double finalTime) const {
    std::ofstream(_folder / (name + ".xml"))
            << "<OpenSimDocument Version=\"40500\"><ExternalLoads name=\"loads\"><objects>"
               "<ExternalForce name=\"hand\"><applied_to_body>forearm</applied_to_body>"
               "<force_identifier>hand_v</force_identifier>"
               "<point_identifier>hand_p</point_identifier></ExternalForce></objects><datafile>"
            << name << ".mot</datafile></ExternalLoads></OpenSimDocument>";
    writeTable(_folder / (name + ".mot"), "time\thand_vx\thand_vy\thand_vz", 50.0, finalTime,
            [](double time) { return toCell(0.0) + toCell(10.0 * (1.0 + time)) + toCell(0.0); });
}

void ArmProject::writeCoordinates(
        const std::string& name, double frequency, double finalTime) const {
    writeTable(_folder / name, "time\telbow_flexion", frequency, finalTime,
            [](double time) { return toCell(0.3 + 0.4 * std::sin(4.0 * time)); });
}
