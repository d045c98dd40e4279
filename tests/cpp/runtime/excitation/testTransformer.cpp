#include "ErrorText.h"
#include "ExampleArtefact.h"
#include "TemporaryFolder.h"

#include <nmm/excitation/ExcitationModel.h>
#include <nmm/excitation/Predictor.h>

#include <cmath>

using Catch::Contains;
using nmm::Artefact;
using nmm::ExcitationModel;
using nmm::Matrix;
using nmm::Predictor;
using nmm::TimeSeries;
using Values = std::vector<double>;

namespace {

Artefact read(const ExampleArtefact& example) {
    const TemporaryFolder folder;
    example.write(folder / "leg.nmm");
    return Artefact::read(folder / "leg.nmm");
}

/// The transformer of an artefact as docs/artefact.md writes it, one number after the other.
class PlainTransformer {
public:
    explicit PlainTransformer(const Artefact& artefact)
            : _artefact(artefact), _shape(get("embedding.weight").shape) {}

    Values predict(const Values& inputs) const {
        const auto x = standardise(inputs);
        std::vector<Values> tokens;
        for (std::size_t token = 0; token < _shape[0]; ++token) {
            Values row(_shape[1]);
            for (std::size_t w = 0; w < _shape[1]; ++w) {
                const auto position = token * _shape[1] + w;
                row[w] = get("embedding.bias").values[position];
                for (std::size_t i = 0; i < x.size(); ++i) {
                    row[w] += get("embedding.weight").values[position * x.size() + i] * x[i];
                }
            }
            tokens.push_back(row);
        }
        for (std::size_t layer = 0; layer < _artefact.predictor.numLayers; ++layer) {
            encode(tokens, std::to_string(layer) + ".");
        }
        Values drives;
        const auto& weight = get("output.weight").values;
        for (std::size_t j = 0; j < get("output_scale").values.size(); ++j) {
            const auto token = normalise(tokens[j], "norm");
            double sum = get("output.bias").values[j] + apply(x, "skip", false)[j];
            for (std::size_t w = 0; w < token.size(); ++w) {
                sum += weight[j * token.size() + w] * token[w];
            }
            drives.push_back(get("output_scale").values[j] * std::exp(std::min(sum, 100.0)));
        }
        return drives;
    }

private:
    const nmm::Tensor& get(const std::string& name) const {
        return _artefact.tensors.at("predictor." + name);
    }

    Values standardise(Values inputs) const {
        const auto numChannels = _artefact.channels.size();
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            if (i < _artefact.predictor.emgLags.size() * numChannels) {
                const double peak = get("channel_peaks").values[i % numChannels];
                inputs[i] =
                        std::log(std::max(inputs[i] / peak, _artefact.predictor.transformer->rest));
            }
            inputs[i] -= get("input_mean").values[i];
            inputs[i] /= get("input_scale").values[i];
        }
        return inputs;
    }

    Values apply(const Values& x, const std::string& name, bool hasBias = true) const {
        const auto& weight = get(name + ".weight");
        auto result = hasBias ? get(name + ".bias").values : Values(weight.shape[0], 0.0);
        for (std::size_t j = 0; j < result.size(); ++j) {
            for (std::size_t i = 0; i < x.size(); ++i) {
                result[j] += weight.values[j * x.size() + i] * x[i];
            }
        }
        return result;
    }

    Values normalise(Values token, const std::string& name) const {
        const auto width = static_cast<double>(token.size());
        double mean = 0.0, variance = 0.0;
        for (const double number : token) {
            mean += number / width;
        }
        for (const double number : token) {
            variance += (number - mean) * (number - mean) / width;
        }
        for (std::size_t w = 0; w < token.size(); ++w) {
            token[w] = (token[w] - mean) / std::sqrt(variance + 1e-5) *
                               get(name + ".weight").values[w] +
                       get(name + ".bias").values[w];
        }
        return token;
    }

    void encode(std::vector<Values>& tokens, const std::string& layer) const {
        std::vector<Values> inner;
        for (const auto& token : tokens) {
            inner.push_back(
                    apply(normalise(token, layer + "attention_norm"), layer + "attention.in"));
        }
        for (std::size_t token = 0; token < tokens.size(); ++token) {
            add(apply(attend(inner, token), layer + "attention.out"), tokens[token]);
        }
        for (auto& token : tokens) {
            auto hidden =
                    apply(normalise(token, layer + "feed_forward_norm"), layer + "feed_forward.0");
            for (auto& number : hidden) {
                number = _artefact.predictor.hiddenActivation == "tanh" ? std::tanh(number)
                                                                        : std::max(number, 0.0);
            }
            add(apply(hidden, layer + "feed_forward.1"), token);
        }
    }

    Values attend(const std::vector<Values>& inner, std::size_t token) const {
        const auto width = _shape[1], numHeads = _artefact.predictor.transformer->numHeads;
        const auto headWidth = width / numHeads;
        Values context(width, 0.0);
        for (std::size_t first = 0; first < width; first += headWidth) {
            Values weights;
            double sum = 0.0;
            for (const auto& other : inner) {
                double score = 0.0;
                for (std::size_t i = first; i < first + headWidth; ++i) {
                    score += inner[token][i] * other[width + i];
                }
                weights.push_back(std::exp(score / std::sqrt(static_cast<double>(headWidth))));
                sum += weights.back();
            }
            for (std::size_t other = 0; other < inner.size(); ++other) {
                for (std::size_t i = first; i < first + headWidth; ++i) {
                    context[i] += weights[other] / sum * inner[other][2 * width + i];
                }
            }
        }
        return context;
    }

    static void add(const Values& values, Values& sums) {
        for (std::size_t i = 0; i < sums.size(); ++i) {
            sums[i] += values[i];
        }
    }

    const Artefact& _artefact;
    std::vector<std::size_t> _shape; ///< tokens, width, inputs
};

Matrix makeInputs(std::size_t numFrames, std::size_t numInputs) {
    Matrix inputs(numFrames, numInputs);
    for (std::size_t i = 0; i < inputs.values.size(); ++i) {
        inputs.values[i] = 0.5 + 0.6 * std::sin(1.3 * static_cast<double>(i));
    }
    return inputs;
}

Values getRow(const Matrix& matrix, std::size_t row) {
    const auto* first = &matrix.values[row * matrix.columns];
    return {first, first + matrix.columns};
}

Matrix toRow(const Values& values) {
    Matrix row(1, values.size());
    row.values = values;
    return row;
}

/// Both ways to evaluate a network, and the plain one.
void checkAgreement(const Artefact& artefact, const Matrix& inputs) {
    const Predictor predictor(artefact);
    const PlainTransformer plain(artefact);
    const auto together = predictor.predict(inputs);
    REQUIRE(together.rows == inputs.rows);
    for (std::size_t frame = 0; frame < inputs.rows; ++frame) {
        const auto alone = predictor.predict(toRow(getRow(inputs, frame)));
        const auto expected = plain.predict(getRow(inputs, frame));
        REQUIRE(alone.columns == expected.size());
        REQUIRE(together.columns == expected.size());
        for (std::size_t j = 0; j < expected.size(); ++j) {
            CHECK(alone(0, j) == Approx(expected[j]).epsilon(1e-12));
            CHECK(together(frame, j) == Approx(expected[j]).epsilon(1e-12));
        }
    }
}

/// 1 s of recording at 100 Hz: `gasmed` is the time in s, `tibant` 0.2.
TimeSeries makeRecording() {
    TimeSeries emg{{"gasmed", "tibant"}, {}, Matrix(101, 2)};
    for (std::size_t row = 0; row <= 100; ++row) {
        emg.time.push_back(0.01 * static_cast<double>(row));
        emg.values(row, 0) = emg.time[row];
        emg.values(row, 1) = 0.2;
    }
    return emg;
}

} // namespace

TEST_CASE("A transformer is what its equations say, for all frames and for each alone") {
    auto example = ExampleArtefact::makeTransformer();
    example.content["predictor"]["hidden_activation"] =
            GENERATE(std::string("tanh"), std::string("relu"));
    example.content["predictor"]["heads"] = GENERATE(1, 2, 4);
    checkAgreement(read(example), makeInputs(7, 8));
}

TEST_CASE("A transformer of one layer has no tokens but those of its drives") {
    auto example = ExampleArtefact::makeTransformer();
    example.content["predictor"]["layers"] = 1;
    for (auto tensor = example.tensors.begin(); tensor != example.tensors.end();) {
        tensor = tensor->first.rfind("predictor.1.", 0) == 0 ? example.tensors.erase(tensor)
                                                             : std::next(tensor);
    }
    for (const std::string name : {"embedding.weight", "embedding.bias"}) {
        auto& tensor = example.tensors["predictor." + name];
        tensor.values.resize(tensor.values.size() / 5 * 4);
        tensor.shape[0] = 4;
    }
    checkAgreement(read(example), makeInputs(3, 8));
}

// What PyTorch 2 makes of the example: the tensors as ExampleArtefact lists them, wave k being
// mean + height sin(1.7 i + 0.37 k), in two TransformerEncoderLayer(4, 2, 3, dropout=0,
// activation=torch.tanh, batch_first=True, norm_first=True, dtype=float64), whose in_proj,
// out_proj, linear1, linear2, norm1 and norm2 are attention.in, attention.out, feed_forward.0,
// feed_forward.1, attention_norm and feed_forward_norm.
TEST_CASE("A transformer is PyTorch's") {
    const Predictor predictor(read(ExampleArtefact::makeTransformer()));
    const auto inputs = makeInputs(2, 8);
    const std::vector<Values> expected{
            {0.1599112539609068, 0.4650715991529047, 0.17965769416299185, 0.13444077624452475},
            {0.16433196145356502, 0.13100568916991134, 0.7133973916171747, 0.1938073471909398}};
    for (std::size_t frame = 0; frame < 2; ++frame) {
        const auto drives = predictor.predict(toRow(getRow(inputs, frame)));
        for (std::size_t j = 0; j < 4; ++j) {
            CHECK(drives(0, j) == Approx(expected[frame][j]).epsilon(1e-12));
        }
    }
}

TEST_CASE("More frames than a transformer takes at once are frames like all others") {
    const auto artefact = read(ExampleArtefact::makeTransformer());
    const Predictor predictor(artefact);
    const auto inputs = makeInputs(2500, 8);
    const auto together = predictor.predict(inputs);
    REQUIRE(together.rows == 2500);
    double greatest = 0.0;
    for (std::size_t frame = 0; frame < 2500; ++frame) {
        const auto alone = predictor.predict(toRow(getRow(inputs, frame)));
        for (std::size_t j = 0; j < 4; ++j) {
            greatest = std::max(greatest, std::abs(together(frame, j) / alone(0, j) - 1.0));
        }
    }
    CHECK(greatest < 1e-12);
    CHECK(predictor.predict(Matrix(0, 8)).rows == 0);
}

TEST_CASE("An envelope of nothing is a channel at rest, and no drive overflows") {
    auto example = ExampleArtefact::makeTransformer();
    auto inputs = makeInputs(2, 8);
    inputs(0, 0) = 0.0;
    inputs(1, 0) = 2.0 * 0.02; // peak x rest
    std::copy_n(inputs.values.begin() + 1, 7, inputs.values.begin() + 9);
    const auto drives = Predictor(read(example)).predict(inputs);
    for (std::size_t j = 0; j < 4; ++j) {
        CHECK(drives(0, j) == Approx(drives(1, j)).epsilon(1e-14));
    }
    example.tensors["predictor.output.bias"].values.assign(4, 1e6);
    const Predictor loud(read(example));
    for (const auto& result : {loud.predict(inputs), loud.predict(toRow(getRow(inputs, 0)))}) {
        CHECK(result(0, 3) == Approx(1.1 * std::exp(100.0)).epsilon(1e-12));
    }
}

TEST_CASE("A transformer's drives are the excitations before their sources combine them") {
    const auto artefact = read(ExampleArtefact::makeTransformer());
    const double time = 0.4, delay = 0.05, lag = 0.02;
    Matrix angles(1, 2), speeds(1, 2);
    angles.values = {0.3, 0.1};
    speeds.values = {-0.7, 0.9};
    const auto excitations = ExcitationModel(artefact).computeExcitations(
            makeRecording(), {time}, {angles, speeds, {}});
    // Lag by lag: EMG, then the ankle's angle and speed at t and 0.1 s before.
    const auto drives = PlainTransformer(artefact).predict(
            {time - delay, 0.2, time - delay - lag, 0.2, 0.3, -0.7, 0.1, 0.9});
    REQUIRE(excitations.columns == 4);
    // Its word for the channels, without their gains.
    const double measured = 2.0 * drives[0] + 0.5 * drives[1];
    REQUIRE(measured < 1.0);
    CHECK(excitations(0, 1) == Approx(measured).epsilon(1e-12));
    CHECK(excitations(0, 0) == Approx(0.8 * measured).epsilon(1e-12));
    CHECK(excitations(0, 2) == Approx(drives[2]).epsilon(1e-12));
    CHECK(excitations(0, 3) == Approx(drives[3]).epsilon(1e-12));
}

TEST_CASE("External loads are the last inputs of each motion lag") {
    auto example = ExampleArtefact::makeTransformer();
    auto& inputs = example.content["predictor"]["inputs"];
    inputs["speeds"] = nlohmann::json::array();
    inputs["external_loads"] = {"ground_force_vy"};
    const auto artefact = read(example);
    Matrix angles(1, 2), loads(1, 2);
    angles.values = {0.3, 0.1};
    loads.values = {0.8, 0.6};
    const auto excitations = ExcitationModel(artefact).computeExcitations(
            makeRecording(), {0.4}, {angles, Matrix(1, 0), loads});
    const auto drives =
            PlainTransformer(artefact).predict({0.35, 0.2, 0.33, 0.2, 0.3, 0.8, 0.1, 0.6});
    CHECK(excitations(0, 2) == Approx(drives[2]).epsilon(1e-12));
}

TEST_CASE("Motion without its lags is refused with the shape that was expected") {
    const ExcitationModel model(read(ExampleArtefact::makeTransformer()));
    CHECK_THAT(errorText([&] {
        model.computeExcitations(makeRecording(), {0.4}, {Matrix(1, 1), Matrix(1, 2), {}});
    }),
            Contains("Expected coordinates of shape 1 x 2 (times x 2 motion lags x "
                     "['ankle_angle_r']), but received 1 x 1."));
    Matrix speeds(2, 2, 0.1);
    speeds(1, 1) = std::nan("");
    CHECK_THAT(errorText([&] {
        model.computeExcitations(makeRecording(), {0.4, 0.5}, {Matrix(2, 2), speeds, {}});
    }),
            Contains("Expected finite speeds, but received nan for 'ankle_angle_r' in frame 1."));
}

TEST_CASE("Only the frame's own motion is new or known") {
    auto example = ExampleArtefact::makeTransformer();
    example.content["training_range"] = {{"channels", {{0.0, 1.0}, {0.0, 1.0}}},
            {"coordinates", {{0.0, 1.0}}}, {"speeds", {{0.0, 1.0}}}};
    const ExcitationModel model(read(example));
    Matrix angles(1, 2), speeds(1, 2, 0.5);
    angles.values = {1.5, 9.0};
    const auto novelty = model.computeNovelty(makeRecording(), {0.4}, {angles, speeds, {}});
    REQUIRE(novelty);
    CHECK(novelty->getLargest(0) == Approx(0.5));
}

TEST_CASE("A transformer whose numbers overflow is refused, not silent") {
    auto example = ExampleArtefact::makeTransformer();
    example.tensors["predictor.input_scale"].values.assign(8, 1e-300);
    const ExcitationModel model(read(example));
    for (const std::size_t numFrames : {1, 2}) {
        CHECK_THAT(errorText([&] {
            model.computeExcitations(makeRecording(),
                    numFrames == 1 ? Values{0.4} : Values{0.4, 0.5},
                    {Matrix(numFrames, 2, 1e10), Matrix(numFrames, 2, 1e10), {}});
        }),
                Contains("Expected finite drives, but the network gave") &&
                        Contains("nan in frame 0."));
    }
}
