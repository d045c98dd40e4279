#pragma once

#include <OpenSim/Common/Exception.h>

#include <catch2/catch.hpp>

#include <string>

/// The message of the OpenSim::Exception that `action` must throw.
template <typename Action>
std::string openSimErrorText(const Action& action) {
    try {
        action();
    } catch (const OpenSim::Exception& exception) {
        return exception.what();
    }
    FAIL("Expected an OpenSim::Exception, but nothing was thrown.");
    return {};
}
