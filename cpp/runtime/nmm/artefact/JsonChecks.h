#pragma once

#include "Json.h"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace nmm {

/// A finite number above 0.
double readPositive(const JsonReader& reader);

/// A finite number, 0 or greater.
double readNonNegative(const JsonReader& reader);

/// The least share of a peak that counts: above 0, so that it has a logarithm, up to 1.
double readRest(const JsonReader& reader);

/// The position of a name in a list, or an error that offers the nearest names.
/// @param expected what the list holds, for the message: "one of the artefact's channels"
std::size_t readIndex(const JsonReader& reader, const std::vector<std::string>& names,
        const std::string& expected);

/// Names that must all occur in `known`.
/// @param expected what that holds, see readIndex()
std::vector<std::string> readNamesAmong(const JsonReader& reader,
        const std::vector<std::string>& known, const std::string& expected);

/// A name that `earlier` must not hold yet, and then does.
std::string readUniqueName(const JsonReader& reader, std::set<std::string>& earlier);

} // namespace nmm
