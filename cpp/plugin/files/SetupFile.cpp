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
    // Analysis still has properties of OpenSim's older kind.
    const auto& older = const_cast<OpenSim::Object&>(object).getPropertySet();
    for (int i = 0; i < older.getSize(); ++i) {
        names.push_back(older.get(i)->getName());
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

/// Check the elements of an object.
/// @param fail called with the name of a wrong element, its position among those of that name
/// (from 1) and what is wrong
template <typename Fail>
void checkElements(const OpenSim::Object& object, SimTK::Xml::Element& parent, const Fail& fail) {
    const auto names = getPropertyNames(object);
    std::set<std::string> seen;
    for (auto element = parent.element_begin(); element != parent.element_end(); ++element) {
        const std::string name = element->getElementTag();
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            fail(name, 1,
                    "Expected an element of " + object.getConcreteClassName() + ", but received <" +
                            name + ">; the nearest are: " + nearestNames(name, names) + ".");
        }
        if (!seen.insert(name).second) {
            fail(name, 2, "Expected <" + name + "> once, but received it again.");
        }
        if (object.hasProperty(name) && !isReadable(*element, object.getPropertyByName(name))) {
            fail(name, 1,
                    "Expected a " + object.getPropertyByName(name).getTypeName() + " in <" + name +
                            ">, but received '" + std::string(element->getValue()) + "'.");
        }
    }
}

} // namespace

void checkSetupFile(const OpenSim::Object& object, const std::string& setupFile) {
    const auto text = readText(setupFile);
    SimTK::Xml::Document document(setupFile);
    auto parent = findElement(document, object.getConcreteClassName());
    checkElements(object, parent,
            [&](const std::string& name, std::size_t count, const std::string& message) {
                throw Error("Setup file '" + setupFile + "', line " +
                            std::to_string(findLine(text, name, count)) + ": " + message);
            });
}

void checkElement(const OpenSim::Object& object, SimTK::Xml::Element& element) {
    checkElements(
            object, element, [&](const std::string&, std::size_t, const std::string& message) {
                throw Error(message);
            });
}

std::string requireFile(const OpenSim::Property<std::string>& property) {
    if (property.getValue().empty()) {
        throw Error("Expected a file in <" + property.getName() + ">, but received none.");
    }
    return property.getValue();
}

} // namespace nmm::osim
