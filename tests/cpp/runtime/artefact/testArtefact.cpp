#include "ErrorText.h"
#include "ExampleArtefact.h"
#include "SafeTensorsWriter.h"
#include "TemporaryFolder.h"

#include <nmm/artefact/Artefact.h>

#include <limits>

using Catch::Contains;
using nlohmann::json;
using nmm::Artefact;
using Kind = nmm::MuscleSource::Kind;

namespace {

std::string readError(const ExampleArtefact& example) {
    const TemporaryFolder folder;
    const auto file = folder / "damaged.nmm";
    example.write(file);
    const auto text = errorText([&] { Artefact::read(file); });
    CHECK_THAT(text, Contains(file.string()));
    return text;
}

/// The message about the example with one entry replaced.
std::string entryError(const std::string& pointer, const json& value) {
    ExampleArtefact example;
    example.content[json::json_pointer(pointer)] = value;
    return readError(example);
}

} // namespace

TEST_CASE("Artefact is read as written") {
    const TemporaryFolder folder;
    ExampleArtefact().write(folder / "leg.nmm");
    const auto artefact = Artefact::read(folder / "leg.nmm");

    CHECK(artefact.modelName == "leg");
    CHECK(artefact.modelFingerprint == R"({"poses":[]})");
    CHECK(artefact.pathModel == "model");
    CHECK(artefact.tendon == nmm::TendonModel::Rigid);
    REQUIRE(artefact.channels.size() == 2);
    CHECK(artefact.channels[0].name == "gasmed");
    CHECK(artefact.channels[0].gain == 0.5);
    CHECK(artefact.electromechanicalDelay == 0.05);
    CHECK(artefact.coordinates == std::vector<std::string>{"ankle_angle_r", "knee_angle_r"});
    CHECK(artefact.momentCoordinates == std::vector<std::string>{"ankle_angle_r"});
    CHECK(artefact.predictor.family == "mlp");
    CHECK(artefact.predictor.hiddenActivation == "tanh");
    CHECK(artefact.predictor.numLayers == 2);
    CHECK(artefact.predictor.emgLags == std::vector<double>{0.0, 0.02});
    CHECK(artefact.predictor.coordinates == std::vector<std::string>{"ankle_angle_r"});
    CHECK(artefact.predictor.speeds == std::vector<std::string>{"ankle_angle_r"});
    CHECK(artefact.getNumOutputs() == 2);
    CHECK(artefact.tensors.size() == 6);

    REQUIRE(artefact.muscles.size() == 4);
    const auto& muscle = artefact.muscles[1];
    CHECK(muscle.name == "gasmed_r");
    CHECK(muscle.maxIsometricForce == 1500.0);
    CHECK(muscle.optimalFiberLength == 0.06);
    CHECK(muscle.tendonSlackLength == 0.39);
    CHECK(muscle.pennationAngleAtOptimal == 0.17);
    CHECK(muscle.activationTimeConstant == 0.01);
    CHECK(muscle.deactivationTimeConstant == 0.04);
    CHECK(muscle.minimumActivation == 0.01);
    CHECK(muscle.shapeFactor == -1.5);
    CHECK(muscle.source.kind == Kind::Measured);
    CHECK(muscle.source.channels == std::vector<std::size_t>{0, 1});
    CHECK(muscle.source.weights == std::vector<double>{2.0, 0.5});
    CHECK(artefact.muscles[0].source.kind == Kind::Tied);
    CHECK(artefact.muscles[0].source.tiedTo == 1);
    CHECK(artefact.muscles[0].source.ratio == 0.8);
    CHECK(artefact.muscles[2].source.kind == Kind::Deep);
    CHECK(artefact.muscles[2].source.recordedChannel == "soleus");
    CHECK(artefact.muscles[3].source.kind == Kind::Unscored);
    CHECK(artefact.muscles[3].source.output == 1);
}

TEST_CASE("Artefact of a deep muscle without recording is read") {
    const TemporaryFolder folder;
    ExampleArtefact example;
    example.content["muscles"][2]["source"]["recorded_channel"] = nullptr;
    example.write(folder / "leg.nmm");
    CHECK_FALSE(Artefact::read(folder / "leg.nmm").muscles[2].source.recordedChannel);
}

TEST_CASE("Artefact refuses other formats and says what to do") {
    CHECK_THAT(entryError("/format", 7),
            Contains("format: Expected a format from 1 to 3, but found 7") &&
                    Contains("update nmm-opensim"));
    CHECK_THAT(entryError("/format", 0), Contains("train again"));
    CHECK_THAT(entryError("/format", "1"), Contains("found '1'"));
}

TEST_CASE("Artefact refuses safetensors of another kind") {
    const TemporaryFolder folder;
    writeSafeTensors(folder / "other.nmm", {{{"format", "pt"}}, {}});
    CHECK_THAT(errorText([&] { Artefact::read(folder / "other.nmm"); }),
            Contains("metadata entry 'nmm'"));
    writeSafeTensors(folder / "other.nmm", {{{"nmm", "{\"format\": 1, \"format\": 1}"}}, {}});
    CHECK_THAT(
            errorText([&] { Artefact::read(folder / "other.nmm"); }), Contains("'format' twice"));
    writeSafeTensors(folder / "other.nmm", {{{"nmm", "{\"format\": 1e999}"}}, {}});
    CHECK_THAT(errorText([&] { Artefact::read(folder / "other.nmm"); }),
            Contains("Expected JSON text"));
}

TEST_CASE("Artefact refuses a missing entry by its path") {
    const auto pointer = GENERATE("/format", "/model", "/model/name", "/model/fingerprint",
            "/path_model", "/tendon", "/channels", "/channels/1/gain", "/electromechanical_delay",
            "/coordinates", "/moment_coordinates", "/muscles", "/muscles/3/name",
            "/muscles/0/max_isometric_force", "/muscles/0/shape_factor", "/muscles/2/source",
            "/muscles/2/source/kind", "/muscles/2/source/output",
            "/muscles/2/source/recorded_channel", "/muscles/1/source/weights",
            "/muscles/0/source/ratio", "/predictor", "/predictor/layers",
            "/predictor/inputs/emg_lags", "/predictor/inputs/speeds");
    const json::json_pointer path(pointer);
    ExampleArtefact example;
    example.content[path.parent_pointer()].erase(path.back());
    CHECK_THAT(readError(example), Contains(path.back() + ": Expected this entry, but found none"));
}

namespace {

struct Damage {
    const char* pointer;
    json value;
    const char* message;
};

} // namespace

TEST_CASE("Artefact refuses entries of the wrong type or out of range") {
    const auto damage = GENERATE(values<Damage>({
            {"/model/fingerprint", "abc", "model.fingerprint: Expected an object"},
            {"/tendon", "stiff", "tendon: Expected one of 'rigid', 'elastic', but found 'stiff'"},
            {"/channels", 3, "channels: Expected a list, but found 3"},
            {"/channels/1/name", "gasmed", "channels[1].name: Expected a name that occurs once"},
            {"/channels/0/gain", -0.5, "channels[0].gain: Expected a number, 0 or greater"},
            {"/electromechanical_delay", 0.2, "from 0 to 0.125 s, but found 0.2"},
            {"/electromechanical_delay", -0.01, "from 0 to 0.125 s, but found -0.01"},
            {"/electromechanical_delay", nullptr, "but found null"},
            {"/coordinates/1", "ankle_angle_r", "coordinates[1]: Expected a name"},
            {"/coordinates/1", "", "coordinates[1]: Expected a name"},
            {"/moment_coordinates/0", "ankle_angle", "the nearest names are: ankle_angle_r"},
            {"/predictor/family", "lstm", "Expected 'mlp', but found 'lstm'"},
            {"/predictor/hidden_activation", "gelu", "Expected one of 'tanh', 'relu'"},
            {"/predictor/layers", 0, "at least 1 layer, but found 0"},
            {"/predictor/layers", 2.5, "a whole number"},
            {"/predictor/inputs/emg_lags/0", -0.01, "emg_lags[0]: Expected a number, 0 or"},
            {"/predictor/inputs/speeds/0", "hip_flexion_r", "one of the artefact's coordinates"},
    }));
    CHECK_THAT(entryError(damage.pointer, damage.value), Contains(damage.message));
}

TEST_CASE("Artefact refuses muscles of the wrong type or out of range") {
    const auto damage = GENERATE(values<Damage>({
            {"/muscles", json::array(), "muscles: Expected at least 1 muscle"},
            {"/muscles/2/name", "gasmed_r", "muscles[2].name: Expected a name that occurs once"},
            {"/muscles/2/name", 4, "muscles[2].name: Expected a string, but found 4"},
            {"/muscles/1/max_isometric_force", 0, "max_isometric_force: Expected a number above 0"},
            {"/muscles/1/max_isometric_force", "big", "but found 'big'"},
            {"/muscles/1/optimal_fiber_length", -0.1, "muscles[1].optimal_fiber_length"},
            {"/muscles/1/tendon_slack_length", 0.0, "muscles[1].tendon_slack_length"},
            {"/muscles/1/pennation_angle_at_optimal", 1.6, "an angle from 0 to below pi/2 rad"},
            {"/muscles/1/activation_time_constant", 0.0, "of at least 0.001 s, but found 0.0"},
            {"/muscles/1/deactivation_time_constant", -1, "muscles[1].deactivation_time_constant"},
            {"/muscles/1/minimum_activation", 1.0, "from 0 to below 1"},
            {"/muscles/1/shape_factor", 0.5, "from -5 to 0, but found 0.5"},
            {"/muscles/1/shape_factor", -6, "from -5 to 0, but found -6"},
            {"/muscles/3/source/kind", "magic",
                    "muscles[3].source.kind: Expected one of 'measured', 'deep', 'tied', "
                    "'unscored', but found 'magic'"},
            {"/muscles/3/source/output", 2,
                    "muscles[3].source.output: Expected an output of the network, from 0 to 1, "
                    "but found 2"},
            {"/muscles/3/source/output", -1, "a whole number, 0 or greater, but found -1"},
            {"/muscles/2/source/recorded_channel", "gasmed", "a channel that is no input"},
            {"/muscles/1/source/channels/0", "gasmod", "the nearest names are: gasmed, tibant"},
            {"/muscles/1/source/channels/0", "tibant", "a name that the list does not hold yet"},
            {"/muscles/1/source/channels", json::array(), "at least 1 channel"},
            {"/muscles/1/source/weights", {1.0}, "a list of 2, one weight per channel"},
            {"/muscles/1/source/weights/1", nullptr, "weights[1]: Expected a number"},
            {"/muscles/0/source/to", "soleus", "the nearest names are: soleus_r"},
            {"/muscles/0/source/ratio", -1, "source.ratio: Expected a number, 0 or greater"},
    }));
    CHECK_THAT(entryError(damage.pointer, damage.value), Contains(damage.message));
}

TEST_CASE("Artefact refuses muscles tied to tied muscles") {
    const auto tiedTo = [](const char* muscle) {
        return json{{"kind", "tied"}, {"to", muscle}, {"ratio", 1.0}};
    };
    const char* expected = "a muscle that is not tied itself";
    CHECK_THAT(entryError("/muscles/2/source", tiedTo("glmax_r")), Contains(expected));
    CHECK_THAT(entryError("/muscles/1/source", tiedTo("glmax_r")), Contains(expected));
    CHECK_THAT(entryError("/muscles/0/source", tiedTo("glmax_r")), Contains(expected));
}

TEST_CASE("Artefact refuses tensors that do not fit the architecture") {
    ExampleArtefact example;
    auto& tensors = example.tensors;
    SECTION("input size") {
        example.content["predictor"]["inputs"]["emg_lags"] = {0.0};
        CHECK_THAT(readError(example),
                Contains("predictor.input_mean: Expected the shape 4, but found 6"));
    }
    SECTION("layer shapes") {
        tensors["predictor.1.weight"] = {{2, 3}, std::vector<double>(6, 0.0)};
        CHECK_THAT(readError(example),
                Contains("predictor.1.weight: Expected the shape 2 x 2, but found 2 x 3"));
        tensors["predictor.1.weight"] = {{}, {0.0}};
        CHECK_THAT(readError(example), Contains("outputs x inputs, but found a single number"));
        tensors["predictor.1.weight"] = {{0, 2}, {}};
        CHECK_THAT(readError(example), Contains("outputs x inputs, but found 0 x 2"));
    }
    SECTION("bias") {
        tensors["predictor.0.bias"] = {{3}, {0.0, 0.0, 0.0}};
        CHECK_THAT(readError(example), Contains("predictor.0.bias: Expected the shape 2"));
    }
    SECTION("a missing layer") {
        example.content["predictor"]["layers"] = 3;
        CHECK_THAT(readError(example), Contains("Expected the tensor predictor.2.weight"));
        example.content["predictor"]["layers"] = std::numeric_limits<std::size_t>::max();
        CHECK_THAT(readError(example), Contains("Expected the tensor predictor.2.weight"));
    }
    SECTION("a layer too many") {
        example.content["predictor"]["layers"] = 1;
        CHECK_THAT(readError(example), Contains("Expected 4 tensors") && Contains("found 6"));
    }
    SECTION("values that are not finite") {
        tensors["predictor.0.weight"].values[7] = std::numeric_limits<double>::quiet_NaN();
        CHECK_THAT(readError(example), Contains("nan at position 7"));
    }
    SECTION("a scale of 0") {
        tensors["predictor.input_scale"].values[2] = 0.0;
        CHECK_THAT(readError(example), Contains("above 0, but found 0 at position 2"));
    }
}

TEST_CASE("Artefact cut off anywhere is refused") {
    const TemporaryFolder folder;
    const auto file = folder / "leg.nmm";
    const auto example = GENERATE(ExampleArtefact(), ExampleArtefact::makePosterior());
    example.write(file);
    for (auto length = std::filesystem::file_size(file); length-- > 0;) {
        std::filesystem::resize_file(file, length);
        REQUIRE_THROWS_AS(Artefact::read(file), nmm::Error);
    }
}

TEST_CASE("Artefact with any byte changed is refused or read, and nothing else happens") {
    const TemporaryFolder folder;
    const auto file = folder / "leg.nmm";
    ExampleArtefact::makePosterior().write(file);
    const auto bytes = readBytes(file);
    const unsigned flip = GENERATE(0x01u, 0x80u);
    for (std::size_t position = 0; position < bytes.size(); ++position) {
        auto damaged = bytes;
        damaged[position] = static_cast<char>(damaged[position] ^ flip);
        writeBytes(file, damaged);
        try {
            Artefact::read(file);
        } catch (const nmm::Error&) {
        }
    }
}

namespace {

/// The example with fitted paths: soleus_r over ankle and knee, the others with the model's.
ExampleArtefact makeFitted() {
    ExampleArtefact example;
    example.content["path_model"] = "fitted";
    for (auto& muscle : example.content["muscles"]) {
        muscle["path"] = nullptr;
    }
    example.content["muscles"][2]["path"] = {{"coordinates", {"knee_angle_r", "ankle_angle_r"}},
            {"center", {0.5, 0.0}}, {"half_range", {0.6, 0.4}}, {"degree", 1}};
    example.tensors["path.soleus_r.coefficients"] = {{3}, {0.3, 0.01, 0.02}};
    return example;
}

std::string pathError(const std::string& key, const json& value) {
    auto example = makeFitted();
    example.content["muscles"][2]["path"][key] = value;
    return readError(example);
}

} // namespace

TEST_CASE("Artefact with fitted paths is read as written") {
    const TemporaryFolder folder;
    makeFitted().write(folder / "leg.nmm");
    const auto artefact = Artefact::read(folder / "leg.nmm");
    CHECK(artefact.pathModel == "fitted");
    CHECK(artefact.tensors.size() == 6);
    CHECK_FALSE(artefact.muscles[0].path);
    REQUIRE(artefact.getFittedPaths().size() == 1);
    const auto& path = *artefact.muscles[2].path;
    CHECK(path.coordinates == std::vector<std::string>{"knee_angle_r", "ankle_angle_r"});
    CHECK(path.center == std::vector<double>{0.5, 0.0});
    CHECK(path.halfRange == std::vector<double>{0.6, 0.4});
    CHECK(path.degree == 1);
    CHECK(path.coefficients == std::vector<double>{0.3, 0.01, 0.02});
}

TEST_CASE("Artefact refuses fitted paths that do not fit") {
    CHECK_THAT(pathError("coordinates", {"knee_angle_r", "hip_flexion_r"}),
            Contains("muscles[2].path.coordinates[1]") && Contains("artefact's coordinates"));
    CHECK_THAT(pathError("center", {0.5}),
            Contains("fitted path of 'soleus_r'") && Contains("2 numbers in 'center'"));
    CHECK_THAT(pathError("half_range", {0.6, -0.4}), Contains("half ranges above 0"));
    CHECK_THAT(pathError("degree", 2), Contains("6 numbers in 'coefficients', but found 3"));
    CHECK_THAT(pathError("degree", 40), Contains("degree of at most 12"));
    CHECK_THAT(pathError("degree", -1), Contains("whole number"));

    auto example = makeFitted();
    example.content["muscles"][1].erase("path");
    CHECK_THAT(readError(example), Contains("muscles[1].path: Expected this entry"));
    example = makeFitted();
    example.tensors.erase("path.soleus_r.coefficients");
    CHECK_THAT(readError(example), Contains("Expected the tensor path.soleus_r.coefficients"));
    example = makeFitted();
    example.tensors["path.other_r.coefficients"] = {{1}, {0.3}};
    CHECK_THAT(readError(example), Contains("Expected 1 tensors of fitted paths, but found 2"));
    example = makeFitted();
    example.content["path_model"] = "model";
    CHECK_THAT(readError(example), Contains("Expected 0 tensors of fitted paths"));
    example = makeFitted();
    example.tensors["path.soleus_r.coefficients"].values[1] =
            std::numeric_limits<double>::infinity();
    CHECK_THAT(readError(example), Contains("finite numbers in 'coefficients'"));
}
