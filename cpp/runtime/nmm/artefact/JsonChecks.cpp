#include "JsonChecks.h"

#include <nmm/Text.h>
#include <nmm/TimeSeries.h>

#include <algorithm>

namespace nmm {

double readPositive(const JsonReader& reader) {
    return reader.number("a number above 0", [](double x) { return x > 0.0; });
}

double readNonNegative(const JsonReader& reader) {
    return reader.number("a number, 0 or greater", [](double x) { return x >= 0.0; });
}

double readRest(const JsonReader& reader) {
    return reader.number("a number above 0, up to 1", [](double x) { return x > 0.0 && x <= 1.0; });
}

std::size_t readIndex(const JsonReader& reader, const std::vector<std::string>& names,
        const std::string& expected) {
    const auto found = std::find(names.begin(), names.end(), reader.string());
    if (found == names.end()) {
        reader.fail(expected, "the nearest names are: " + nearestNames(reader.string(), names));
    }
    return static_cast<std::size_t>(found - names.begin());
}

std::vector<std::string> readNamesAmong(const JsonReader& reader,
        const std::vector<std::string>& known, const std::string& expected) {
    for (const auto& item : reader.items()) {
        readIndex(item, known, expected);
    }
    return reader.names();
}

std::string readUniqueName(const JsonReader& reader, std::set<std::string>& earlier) {
    const auto name = reader.string();
    if (name.empty() || !earlier.insert(name).second) {
        reader.fail("a name that occurs once");
    }
    return name;
}

} // namespace nmm
