#pragma once

#include <nmm/Error.h>

#include <catch2/catch.hpp>

#include <string>

/// The message of the nmm::Error that `action` must throw; it must be one line.
template <typename Action>
std::string errorText(const Action& action) {
    try {
        action();
    } catch (const nmm::Error& error) {
        const std::string text = error.what();
        CHECK(text.find('\n') == std::string::npos);
        return text;
    }
    FAIL("Expected an nmm::Error, but nothing was thrown.");
    return {};
}
