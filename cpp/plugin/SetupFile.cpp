#include "SetupFile.h"

#include <OpenSim/Common/Object.h>
#include <nmm/Error.h>
#include <nmm/TimeSeries.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

namespace nmm::osim {

namespace {

std::string readText(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// The line of the `count`-th start tag of an element, comments left out. The XML parser keeps no
/// line numbers.
std::size_t findLine(const std::string& text, const std::string& element, std::size_t count) {
    const std::string endOfName = " \t\r\n/>";
    std::size_t position = 0;
    while ((position = text.find('<', position)) != std::string::npos) {
        if (text.compare(position, 4, "<!--") == 0) {
            position = text.find("-->", position);
            continue;
        }
        const auto end = ++position + element.size();
        if (text.compare(position, element.size(), element) == 0 && end < text.size() &&
                endOfName.find(text[end]) != std::string::npos && --count == 0) {
            break;
        }
    }
    const auto stop = text.begin() + static_cast<std::ptrdiff_t>(std::min(position, text.size()));
    return 1 + static_cast<std::size_t>(std::count(text.begin(), stop, '\n'));
}

SimTK::Xml::Element findElement(SimTK::Xml::Document& document, const std::string& className) {
    auto root = document.getRootElement();
    return root.getElementTag() == className ? root : root.getRequiredElement(className);
}

std::vector<std::string> getPropertyNames(const OpenSim::Object& object) {
    std::vector<std::string> names;
    for (int i = 0; i < object.getNumProperties(); ++i) {
        names.push_back(object.getPropertyByIndex(i).getName());
    }
    return names;
}

bool isReadable(const SimTK::Xml::Element& element, const OpenSim::AbstractProperty& property) {
    const SimTK::String text = SimTK::String(element.getValue()).trimWhiteSpace();
    const bool mayBeEmpty = property.isOptionalProperty();
    double number = 0;
    bool flag = false;
    if (property.getTypeName() == "double") {
        return text.empty() ? mayBeEmpty : text.tryConvertTo(number);
    }
    return property.getTypeName() != "bool" || text.tryConvertTo(flag);
}

} // namespace

void checkSetupFile(const OpenSim::Object& object, const std::string& setupFile) {
    const auto text = readText(setupFile);
    const auto names = getPropertyNames(object);
    SimTK::Xml::Document document(setupFile);
    auto parent = findElement(document, object.getConcreteClassName());
    std::set<std::string> seen;
    for (auto element = parent.element_begin(); element != parent.element_end(); ++element) {
        const std::string name = element->getElementTag();
        const auto fail = [&](std::size_t count, const std::string& message) {
            throw Error("Setup file '" + setupFile + "', line " +
                        std::to_string(findLine(text, name, count)) + ": " + message);
        };
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            fail(1, "Expected an element of " + object.getConcreteClassName() + ", but received <" +
                            name + ">; the nearest are: " + nearestNames(name, names) + ".");
        }
        if (!seen.insert(name).second) {
            fail(2, "Expected <" + name + "> once, but received it again.");
        }
        const auto& property = object.getPropertyByName(name);
        if (!isReadable(*element, property)) {
            fail(1, "Expected a " + property.getTypeName() + " in <" + name + ">, but received '" +
                            std::string(element->getValue()) + "'.");
        }
    }
}

} // namespace nmm::osim
