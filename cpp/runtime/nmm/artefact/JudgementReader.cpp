#include "JudgementReader.h"

#include <cmath>

namespace nmm {

namespace {

ErrorBound readBound(const JsonReader& reader) {
    const auto items = reader.items();
    if (items.size() != 2) {
        reader.fail("a list [floor, slope]");
    }
    return {readNonNegative(items[0]), readNonNegative(items[1])};
}

Trust readTrust(const JsonReader& reader) {
    const auto word = reader.choice(
            {toText(Trust::Trust), toText(Trust::UseWithCare), toText(Trust::DoNotUse)});
    return word == toText(Trust::Trust)         ? Trust::Trust
           : word == toText(Trust::UseWithCare) ? Trust::UseWithCare
                                                : Trust::DoNotUse;
}

/// @param name of the value; its range is called `<name>_range`
/// @param expected what both ends and the value satisfy, see JsonReader::number()
ExpectedValue readExpected(const JsonReader& reader, const std::string& name,
        const std::string& expected, const std::function<bool(double)>& accepts) {
    const auto range = reader.at(name + "_range");
    const auto ends = range.items();
    if (ends.size() != 2) {
        range.fail("a range [low, high]");
    }
    const ExpectedValue value{reader.at(name).number(expected, accepts),
            ends[0].number(expected, accepts), ends[1].number(expected, accepts)};
    if (value.low > value.high) {
        range.fail("a range [low, high] with low not above high");
    }
    return value;
}

std::optional<Expectation> readExpectation(const JsonReader& reader) {
    if (reader.isNull()) {
        return std::nullopt;
    }
    return Expectation{readExpected(reader, "r", "a correlation from -1 to 1",
                               [](double x) { return std::abs(x) <= 1.0; }),
            readExpected(
                    reader, "error", "a number, 0 or greater", [](double x) { return x >= 0.0; })};
}

} // namespace

std::optional<ExcitationInterval> readInterval(const JsonReader& reader, std::size_t format) {
    if (format < 2 || reader.at("interval").isNull()) {
        return std::nullopt;
    }
    const auto interval = reader.at("interval");
    if (format > 2) {
        return ExcitationInterval{readBound(interval.at("lower")), readBound(interval.at("upper"))};
    }
    const double margin = readNonNegative(interval.at("margin"));
    const ErrorBound bound{margin * readNonNegative(interval.at("floor")), margin};
    return ExcitationInterval{bound, bound};
}

std::optional<Judgement> readJudgement(const JsonReader& reader, std::size_t format) {
    if (format < 3) {
        return std::nullopt;
    }
    const auto verdict = reader.at("verdict");
    const auto reason = reader.at("reason");
    const auto expectation = readExpectation(reader.at("expectation"));
    const auto text = reason.isNull() ? "" : reason.string();
    if (verdict.isNull()) {
        return std::nullopt;
    }
    return Judgement{readTrust(verdict), text, expectation};
}

} // namespace nmm
