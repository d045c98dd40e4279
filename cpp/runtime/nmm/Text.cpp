#include "Text.h"

#include <cstdio>

namespace nmm {

std::string toText(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", value);
    return text;
}

std::string quote(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "'" : ", '") + word + "'";
    }
    return text;
}

} // namespace nmm
