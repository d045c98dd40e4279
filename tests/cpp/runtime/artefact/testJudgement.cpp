#include "ErrorText.h"
#include "excitation/PosteriorExample.h"

using Catch::Contains;
using nlohmann::json;
using nmm::Trust;

TEST_CASE("A judgement is read whole") {
    auto example = ExampleArtefact::makePosterior();
    const auto soleus = [&] { return readExample(example).muscles[Soleus].source; };
    const auto judgement = soleus().judgement;
    REQUIRE(judgement);
    CHECK(judgement->trust == Trust::UseWithCare);
    CHECK(judgement->reason == "nobody looked");
    REQUIRE(judgement->expectation);
    const auto& [r, error] = *judgement->expectation;
    CHECK((r.value == 0.75 && r.low == 0.55 && r.high == 0.88));
    CHECK((error.value == 0.12 && error.low == 0.08 && error.high == 0.2));

    auto& source = example.content["muscles"][Soleus]["source"];
    source["verdict"] = "trust";
    source["reason"] = nullptr;
    source["expectation"] = nullptr;
    CHECK(soleus().judgement->trust == Trust::Trust);
    CHECK(soleus().judgement->reason.empty());
    CHECK(!soleus().judgement->expectation);
    source["verdict"] = "do not use";
    CHECK(soleus().judgement->trust == Trust::DoNotUse);
    source["verdict"] = nullptr;
    source["interval"] = nullptr;
    CHECK(!soleus().judgement);
    CHECK(!soleus().interval);
}

TEST_CASE("What older formats call a verdict is none") {
    const auto example = ExampleArtefact::makePosteriorOfFormat2();
    const auto soleus = readExample(example).muscles[Soleus].source;
    CHECK(!soleus.judgement);
    CHECK(soleus.interval);
    CHECK(!readExample(ExampleArtefact()).muscles[Soleus].source.judgement);
}

TEST_CASE("A judgement that does not fit is refused") {
    auto example = ExampleArtefact::makePosterior();
    auto& source = example.content["muscles"][Soleus]["source"];
    std::string message;
    SECTION("a verdict of an older format") {
        source["verdict"] = "not determined";
        message = "muscles[2].source.verdict: Expected one of 'trust', 'use with care', 'do not "
                  "use', but found 'not determined'";
    }
    SECTION("no word of a verdict") {
        source.erase("verdict");
        message = "source.verdict: Expected this entry, but found none";
    }
    SECTION("no word of what to expect") {
        source.erase("expectation");
        message = "source.expectation: Expected this entry, but found none";
    }
    SECTION("a reason that is no text") {
        source["reason"] = 3;
        message = "source.reason: Expected a string, but found 3";
    }
    SECTION("an interval of an older format") {
        source["interval"] = {{"margin", 0.5}, {"floor", 0.1}};
        message = "interval.lower: Expected this entry, but found none";
    }
    SECTION("a negative floor") {
        source["interval"]["upper"][0] = -0.1;
        message = "interval.upper[0]: Expected a number, 0 or greater, but found -0.1";
    }
    SECTION("a slope too few") {
        source["interval"]["lower"] = {0.1};
        message = "interval.lower: Expected a list [floor, slope], but found a list of 1";
    }
    SECTION("a correlation that is none") {
        source["expectation"]["r"] = 1.5;
        message = "expectation.r: Expected a correlation from -1 to 1, but found 1.5";
    }
    SECTION("an end that is no number") {
        source["expectation"]["r_range"][1] = nullptr;
        message = "expectation.r_range[1]: Expected a correlation from -1 to 1, but found null";
    }
    SECTION("ends the wrong way round") {
        source["expectation"]["r_range"] = {0.9, 0.2};
        message = "expectation.r_range: Expected a range [low, high] with low not above high";
    }
    SECTION("a range of one end") {
        source["expectation"]["error_range"] = {0.1};
        message = "expectation.error_range: Expected a range [low, high], but found a list of 1";
    }
    SECTION("a negative error") {
        source["expectation"]["error"] = -0.1;
        message = "expectation.error: Expected a number, 0 or greater, but found -0.1";
    }
    SECTION("no error") {
        source["expectation"].erase("error");
        message = "expectation.error: Expected this entry, but found none";
    }
    CHECK_THAT(errorText([&] { readExample(example); }), Contains(message));
}
