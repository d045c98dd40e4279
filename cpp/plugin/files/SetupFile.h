#pragma once

#include <SimTKcommon.h>

#include <string>

namespace OpenSim {
class Object;
template <class T>
class Property;
} // namespace OpenSim

namespace nmm::osim {

/// Check the setup file that an object was read from. OpenSim passes over an element it does not
/// know and over a number it cannot read, and goes on with the default; a misspelt setting would
/// change results unnoticed.
/// @param object has properties of the types string, double and bool
/// @throws nmm::Error naming file, line and element of the first mistake.
void checkSetupFile(const OpenSim::Object& object, const std::string& setupFile);

/// The same for an object inside another's file, such as a component in a model.
/// @param element the one that the object was read from
/// @throws nmm::Error naming the object and the element of the first mistake.
void checkElement(const OpenSim::Object& object, SimTK::Xml::Element& element);

/// The file that an element of a setup names, as it stands there.
/// @throws nmm::Error if it names none.
std::string requireFile(const OpenSim::Property<std::string>& property);

} // namespace nmm::osim
