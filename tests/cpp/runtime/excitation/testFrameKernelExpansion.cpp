#include "ExampleArtefact.h"
#include "TemporaryFolder.h"

#include <nmm/excitation/FrameKernelExpansion.h>
#include <nmm/excitation/KernelExpansion.h>

#include <catch2/catch.hpp>

#include <cmath>

using nmm::Artefact;
using nmm::FrameKernelExpansion;

namespace {

/// Frames for two outputs. Of the network's inputs the fifth is the coordinate's value, the last
/// its speed; the four before are EMG.
Artefact makeArtefact(const nmm::Tensor& frames, const nmm::Tensor& weights) {
    auto example = ExampleArtefact::makePosterior();
    example.tensors["pose.mean"] = {{2}, {0.5, 1.0}};
    example.tensors["pose.scale"] = {{2}, {2.0, 4.0}};
    example.tensors["pose.frames"] = frames;
    example.tensors["pose.weights"] = weights;
    example.tensors["pose.offsets"] = {{2}, {0.1, 0.2}};
    const TemporaryFolder folder;
    example.write(folder / "leg.nmm");
    return Artefact::read(folder / "leg.nmm");
}

/// Three frames.
Artefact makeArtefact() {
    return makeArtefact(
            {{3, 2}, {0.0, 0.0, 1.0, 0.0, 0.0, 2.0}}, {{2, 3}, {0.4, 0.2, 0.8, -0.4, 3.0, 0.0}});
}

} // namespace

TEST_CASE("A kernel expansion is an offset and a kernel around every frame") {
    const FrameKernelExpansion expansion(makeArtefact());
    // Standardised (1, 0): squared distances 1, 0 and 5, and a kernel 2^-distance.
    const auto values = expansion.predict({9.0, 9.0, 9.0, 9.0, 2.5, 1.0});
    REQUIRE(values.size() == 2);
    CHECK(values[0] == Approx(0.1 + 0.4 / 2.0 + 0.2 + 0.8 / 32.0).epsilon(1e-14));
    CHECK(values[1] == Approx(0.2 - 0.4 / 2.0 + 3.0).epsilon(1e-14));
}

TEST_CASE("A frame alone and frames together have the same kernel expansion") {
    const auto artefact =
            GENERATE(makeArtefact(), makeArtefact({{0, 2}, {}}, {{2, 0}, {}})); // only offsets
    const FrameKernelExpansion alone(artefact);
    const nmm::KernelExpansion together(artefact);
    nmm::Matrix inputs(5, 6);
    for (std::size_t i = 0; i < inputs.values.size(); ++i) {
        inputs.values[i] = std::sin(static_cast<double>(i));
    }
    const auto expected = together.predict(inputs);
    for (std::size_t frame = 0; frame < inputs.rows; ++frame) {
        const auto* first = inputs.values.data() + frame * inputs.columns;
        const auto values = alone.predict({first, first + inputs.columns});
        for (std::size_t j = 0; j < expected.columns; ++j) {
            CHECK(values[j] == Approx(expected(frame, j)).epsilon(1e-14));
        }
    }
}
