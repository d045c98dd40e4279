#include "ExampleArtefact.h"
#include "TemporaryFolder.h"

#include <nmm/excitation/FramePopulation.h>
#include <nmm/excitation/Population.h>

#include <catch2/catch.hpp>

#include <cmath>

using nmm::Artefact;
using nmm::FramePopulation;

namespace {

/// Three frames of other subjects for two outputs. Of the network's inputs the fifth is the
/// coordinate's value, the last its speed; the four before are EMG.
Artefact makeArtefact() {
    auto example = ExampleArtefact::makePosterior();
    example.tensors["population.mean"] = {{2}, {0.5, 1.0}};
    example.tensors["population.scale"] = {{2}, {2.0, 4.0}};
    example.tensors["population.frames"] = {{3, 2}, {0.0, 0.0, 1.0, 0.0, 0.0, 2.0}};
    example.tensors["population.weights"] = {{2, 3}, {0.4, 0.2, 0.8, -0.4, 3.0, 0.0}};
    example.tensors["population.offsets"] = {{2}, {0.1, 0.2}};
    const TemporaryFolder folder;
    example.write(folder / "leg.nmm");
    return Artefact::read(folder / "leg.nmm");
}

} // namespace

TEST_CASE("A frame's population is an offset and a kernel around every frame of others") {
    const FramePopulation population(makeArtefact());
    // Standardised (1, 0): squared distances 1, 0 and 5, and a kernel 2^-distance.
    const auto shares = population.predict({9.0, 9.0, 9.0, 9.0, 2.5, 1.0});
    REQUIRE(shares.size() == 2);
    CHECK(shares[0] == Approx(0.1 + 0.4 / 2.0 + 0.2 + 0.8 / 32.0).epsilon(1e-14));
    CHECK(shares[1] == 1.0); // 0.2 - 0.4/2 + 3, clipped
}

TEST_CASE("A frame alone and frames together have the same population") {
    const auto artefact = makeArtefact();
    const FramePopulation alone(artefact);
    const nmm::Population together(artefact);
    nmm::Matrix inputs(5, 6);
    for (std::size_t i = 0; i < inputs.values.size(); ++i) {
        inputs.values[i] = std::sin(static_cast<double>(i));
    }
    const auto expected = together.predict(inputs);
    for (std::size_t frame = 0; frame < inputs.rows; ++frame) {
        const auto* first = inputs.values.data() + frame * inputs.columns;
        const auto shares = alone.predict({first, first + inputs.columns});
        for (std::size_t j = 0; j < expected.columns; ++j) {
            CHECK(shares[j] == Approx(expected(frame, j)).epsilon(1e-14));
        }
    }
}
