#include "PosteriorExample.h"

#include <nmm/excitation/TrialVerdict.h>

#include <catch2/catch.hpp>

using nmm::findTrialVerdict;
using nmm::Trust;

TEST_CASE("A trial mostly inside training keeps the artefact's verdict and reason") {
    for (const auto trust : {Trust::Trust, Trust::UseWithCare, Trust::DoNotUse}) {
        for (const double outside : {0.0, 0.25}) {
            const auto verdict = findTrialVerdict({trust, "so it is", {}}, outside);
            CHECK(verdict.trust == trust);
            CHECK(verdict.reason == "so it is");
        }
    }
}

TEST_CASE("More than a quarter outside leaves nothing to trust") {
    const auto lowered = findTrialVerdict({Trust::Trust, "so it is", {}}, 0.286);
    CHECK(lowered.trust == Trust::UseWithCare);
    CHECK(lowered.reason == "29 % of frames lie outside what training saw");
    for (const auto trust : {Trust::UseWithCare, Trust::DoNotUse}) {
        const auto kept = findTrialVerdict({trust, "so it is", {}}, 0.5);
        CHECK(kept.trust == trust);
        CHECK(kept.reason == "so it is");
    }
}

TEST_CASE("More than half outside leaves nothing to use") {
    for (const auto trust : {Trust::Trust, Trust::UseWithCare}) {
        const auto lowered = findTrialVerdict({trust, "so it is", {}}, 1.0);
        CHECK(lowered.trust == Trust::DoNotUse);
        CHECK(lowered.reason == "100 % of frames lie outside what training saw");
    }
    CHECK(findTrialVerdict({Trust::DoNotUse, "so it is", {}}, 0.8).reason == "so it is");
}

TEST_CASE("The share outside counts frames of which any group is outside") {
    nmm::Novelty novelty{{"channels", "speeds"}, nmm::Matrix(4, 2), {"", ""}};
    CHECK(novelty.getOutsideShare() == 0.0);
    novelty.values(1, 0) = 0.2;
    novelty.values(1, 1) = 0.3;
    novelty.values(3, 1) = 0.1;
    CHECK(novelty.getOutsideShare() == 0.5);
    CHECK(novelty.getLargest() == std::vector<double>{0.0, 0.3, 0.0, 0.1});
    novelty.values = nmm::Matrix(0, 2);
    CHECK(novelty.getOutsideShare() == 0.0);
}
