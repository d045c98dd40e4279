#include "ExampleArtefact.h"

#include "SafeTensorsWriter.h"

#include <cmath>

namespace {

nlohmann::json describeMuscle(const std::string& name, const nlohmann::json& source) {
    return {{"name", name}, {"max_isometric_force", 1500.0}, {"optimal_fiber_length", 0.06},
            {"tendon_slack_length", 0.39}, {"pennation_angle_at_optimal", 0.17},
            {"activation_time_constant", 0.01}, {"deactivation_time_constant", 0.04},
            {"minimum_activation", 0.01}, {"shape_factor", -1.5}, {"source", source}};
}

} // namespace

ExampleArtefact::ExampleArtefact() {
    content = {{"format", 1}, {"created_with", {{"nmm_opensim", "0.1.0"}}},
            {"model", {{"name", "leg"}, {"fingerprint", {{"poses", nlohmann::json::array()}}}}},
            {"path_model", "model"}, {"tendon", "rigid"},
            {"channels", {{{"name", "gasmed"}, {"gain", 0.5}}, {{"name", "tibant"}, {"gain", 1}}}},
            {"electromechanical_delay", 0.05}, {"coordinates", {"ankle_angle_r", "knee_angle_r"}},
            {"moment_coordinates", {"ankle_angle_r"}},
            {"muscles",
                    {describeMuscle(
                             "glmax_r", {{"kind", "tied"}, {"to", "gasmed_r"}, {"ratio", 0.8}}),
                            describeMuscle("gasmed_r",
                                    {{"kind", "measured"}, {"channels", {"gasmed", "tibant"}},
                                            {"weights", {2.0, 0.5}}}),
                            describeMuscle("soleus_r", {{"kind", "deep"}, {"output", 0},
                                                               {"recorded_channel", "soleus"}}),
                            describeMuscle("perlong_r", {{"kind", "unscored"}, {"output", 1}})}},
            {"predictor", {{"family", "mlp"}, {"hidden_activation", "tanh"}, {"layers", 2},
                                  {"inputs", {{"emg_lags", {0.0, 0.02}},
                                                     {"coordinates", {"ankle_angle_r"}},
                                                     {"speeds", {"ankle_angle_r"}}}}}},
            {"training", nlohmann::json::object()}};
    const std::vector<double> zeros(12, 0.0), ones(6, 1.0);
    tensors["predictor.input_mean"] = {{6}, {zeros.begin(), zeros.begin() + 6}};
    tensors["predictor.input_scale"] = {{6}, ones};
    tensors["predictor.0.weight"] = {{2, 6}, zeros};
    tensors["predictor.0.bias"] = {{2}, {0.0, 0.0}};
    tensors["predictor.1.weight"] = {{2, 2}, {0.0, 0.0, 0.0, 0.0}};
    tensors["predictor.1.bias"] = {{2}, {0.0, std::log(3.0)}};
}

ExampleArtefact ExampleArtefact::makePosterior() {
    ExampleArtefact example;
    auto& content = example.content;
    content["format"] = 3;
    content["muscles"][2]["source"].update(
            {{"verdict", "use with care"}, {"reason", "nobody looked"}, {"moments", nullptr},
                    {"interval", {{"lower", {0.05, 0.5}}, {"upper", {0.1, 0.25}}}},
                    {"expectation", {{"r", 0.75}, {"r_range", {0.55, 0.88}}, {"error", 0.12},
                                            {"error_range", {0.08, 0.2}}}}});
    content["predictor"]["family"] = "posterior";
    content["predictor"]["prior"] = {{"rest", 0.02},
            {"pose", {{"coordinates", {"ankle_angle_r"}}, {"kernel_width", std::log(2.0)}}},
            {"muscles", {{{"gain", 0.5}, {"channels", {"gasmed", "tibant"}},
                                 {"channel_peaks", {2.0, 0.4}}, {"weights", {0.6, -0.2}}},
                                {{"gain", 1.0}, {"channels", nlohmann::json::array()},
                                        {"channel_peaks", nlohmann::json::array()},
                                        {"weights", nlohmann::json::array()}}}}};
    auto& tensors = example.tensors;
    tensors["predictor.1.weight"] = {{4, 2}, std::vector<double>(8, 0.0)};
    tensors["predictor.1.bias"] = {{4}, {-0.3, 0.0, 0.05, 0.0}};
    tensors["pose.mean"] = {{2}, {0.0, 0.0}};
    tensors["pose.scale"] = {{2}, {1.0, 1.0}};
    tensors["pose.frames"] = {{1, 2}, {0.0, 0.0}};
    tensors["pose.weights"] = {{2, 1}, {0.5, -1.0}};
    tensors["pose.offsets"] = {{2}, {-1.0, -0.25}};
    return example;
}

ExampleArtefact ExampleArtefact::makePosteriorOfFormat2() {
    auto example = makePosterior();
    example.content["format"] = 2;
    example.content["muscles"][2]["source"].update(
            {{"verdict", "not determined"}, {"interval", {{"margin", 0.5}, {"floor", 0.1}}}});
    auto& prior = example.content["predictor"]["prior"];
    prior["population"] = prior["pose"];
    prior.erase("pose");
    prior["muscles"] = {{{"gain", 0.5}, {"channels", {"gasmed"}}, {"channel_peaks", {2.0}},
                                {"population_peak", 1.0}},
            {{"gain", 1.0}, {"channels", {"tibant"}}, {"channel_peaks", {0.4}},
                    {"population_peak", nullptr}}};
    auto& tensors = example.tensors;
    for (const std::string name : {"mean", "scale", "frames", "weights", "offsets"}) {
        tensors["population." + name] = tensors.extract("pose." + name).mapped();
    }
    tensors["population.weights"].values = {0.5, 0.0};
    tensors["population.offsets"].values = {0.1, 0.0};
    return example;
}

ExampleArtefact ExampleArtefact::makeTransformer() {
    ExampleArtefact example;
    auto& content = example.content;
    content["format"] = 3;
    content["muscles"][2]["source"].update({{"verdict", nullptr}, {"reason", nullptr},
            {"moments", nullptr}, {"expectation", nullptr}, {"interval", nullptr}});
    content["predictor"].update({{"family", "transformer"}, {"heads", 2}, {"rest", 0.02}});
    content["predictor"]["inputs"]["motion_lags"] = {0.0, 0.1};
    auto& tensors = example.tensors;
    tensors.clear();
    double phase = 0.0;
    const auto add = [&](const std::string& name, const std::vector<std::size_t>& shape,
                             double mean = 0.0, double height = 0.6) {
        std::size_t count = 1;
        for (const auto extent : shape) {
            count *= extent;
        }
        phase += 0.37;
        auto& tensor = tensors["predictor." + name] = {shape, std::vector<double>(count)};
        for (std::size_t i = 0; i < count; ++i) {
            tensor.values[i] = mean + height * std::sin(1.7 * static_cast<double>(i) + phase);
        }
    };
    add("input_mean", {8});
    add("input_scale", {8}, 1.5, 0.5);
    add("embedding.weight", {5, 4, 8});
    add("embedding.bias", {5, 4});
    for (const std::string layer : {"0.", "1."}) {
        add(layer + "attention_norm.weight", {4}, 1.0, 0.4);
        add(layer + "attention_norm.bias", {4}, 0.0, 0.2);
        add(layer + "attention.in.weight", {12, 4});
        add(layer + "attention.in.bias", {12});
        add(layer + "attention.out.weight", {4, 4});
        add(layer + "attention.out.bias", {4});
        add(layer + "feed_forward_norm.weight", {4}, 1.0, 0.4);
        add(layer + "feed_forward_norm.bias", {4}, 0.0, 0.2);
        add(layer + "feed_forward.0.weight", {3, 4});
        add(layer + "feed_forward.0.bias", {3});
        add(layer + "feed_forward.1.weight", {4, 3});
        add(layer + "feed_forward.1.bias", {4});
    }
    add("norm.weight", {4}, 1.0, 0.4);
    add("norm.bias", {4}, 0.0, 0.2);
    add("output.weight", {4, 4}, 0.0, 0.3);
    add("output.bias", {4}, -1.0, 0.3);
    add("skip.weight", {4, 8}, 0.0, 0.1);
    tensors["predictor.channel_peaks"] = {{2}, {2.0, 0.4}};
    tensors["predictor.output_scale"] = {{4}, {0.5, 0.7, 0.9, 1.1}};
    return example;
}

void ExampleArtefact::write(const std::filesystem::path& file) const {
    writeSafeTensors(file, {{{"nmm", content.dump()}}, tensors});
}
