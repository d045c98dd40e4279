#include "Json.h"

#include <nmm/Error.h>
#include <nmm/Text.h>

#include <cmath>
#include <set>
#include <utility>

namespace nmm {

using nlohmann::json;

namespace {

std::string describe(const json& value) {
    switch (value.type()) {
    case json::value_t::object:
        return "an object";
    case json::value_t::array:
        return "a list of " + std::to_string(value.size());
    case json::value_t::string:
        return "'" + value.get<std::string>() + "'";
    default:
        return value.dump();
    }
}

} // namespace

json parseJson(const std::string& text, const std::string& where) {
    std::vector<std::set<std::string>> openObjects;
    const auto refuseDuplicates = [&](int, json::parse_event_t event, json& parsed) {
        if (event == json::parse_event_t::object_start) {
            openObjects.emplace_back();
        } else if (event == json::parse_event_t::object_end) {
            openObjects.pop_back();
        } else if (event == json::parse_event_t::key) {
            const auto name = parsed.get<std::string>();
            if (!openObjects.back().insert(name).second) {
                throw Error(where + ": Expected every entry once, but found '" + name +
                            "' twice. The file is damaged: write it again.");
            }
        }
        return true;
    };
    try {
        return json::parse(text, refuseDuplicates);
    } catch (const json::exception& exception) {
        throw Error(where + ": Expected JSON text, but found something else (" + exception.what() +
                    "). The file is damaged: write it again.");
    }
}

JsonReader::JsonReader(const json& value, std::string file, std::string path)
        : _value(&value), _file(std::move(file)), _path(std::move(path)) {}

JsonReader JsonReader::at(const std::string& key) const {
    if (!_value->is_object()) {
        fail("an object with the entry '" + key + "'");
    }
    const auto entry = _value->find(key);
    const auto path = _path.empty() ? key : _path + "." + key;
    if (entry == _value->end()) {
        throw Error("'" + _file + "', " + path + ": Expected this entry, but found none.");
    }
    return {*entry, _file, path};
}

std::vector<JsonReader> JsonReader::items() const {
    if (!_value->is_array()) {
        fail("a list");
    }
    std::vector<JsonReader> readers;
    for (const auto& value : *_value) {
        readers.emplace_back(value, _file, _path + "[" + std::to_string(readers.size()) + "]");
    }
    return readers;
}

std::vector<std::string> JsonReader::keys() const {
    if (!_value->is_object()) {
        fail("an object");
    }
    std::vector<std::string> names;
    for (const auto& entry : _value->items()) {
        names.push_back(entry.key());
    }
    return names;
}

bool JsonReader::has(const std::string& key) const {
    return _value->is_object() && _value->contains(key);
}

bool JsonReader::isNull() const {
    return _value->is_null();
}

std::string JsonReader::string() const {
    if (!_value->is_string()) {
        fail("a string");
    }
    return _value->get<std::string>();
}

std::string JsonReader::choice(const std::vector<std::string>& choices) const {
    const auto expected = (choices.size() == 1 ? "" : "one of ") + quote(choices);
    if (!_value->is_string()) {
        fail(expected);
    }
    const auto value = _value->get<std::string>();
    for (const auto& choice : choices) {
        if (value == choice) {
            return value;
        }
    }
    fail(expected);
}

std::vector<std::string> JsonReader::names() const {
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (const auto& item : items()) {
        names.push_back(item.string());
        if (names.back().empty()) {
            item.fail("a name");
        }
        if (!seen.insert(names.back()).second) {
            item.fail("a name that the list does not hold yet");
        }
    }
    return names;
}

std::size_t JsonReader::count() const {
    if (!_value->is_number_unsigned()) {
        fail("a whole number, 0 or greater");
    }
    return _value->get<std::size_t>();
}

double JsonReader::number(
        const std::string& expected, const std::function<bool(double)>& accepts) const {
    if (!_value->is_number()) {
        fail(expected);
    }
    const auto value = _value->get<double>();
    if (!std::isfinite(value) || !accepts(value)) {
        fail(expected);
    }
    return value;
}

double JsonReader::number() const {
    return number("a number", [](double) { return true; });
}

std::vector<double> JsonReader::numbers() const {
    std::vector<double> values;
    for (const auto& item : items()) {
        values.push_back(item.number());
    }
    return values;
}

std::string JsonReader::text() const {
    return _value->dump();
}

void JsonReader::fail(const std::string& expected, const std::string& advice) const {
    throw Error("'" + _file + "'" + (_path.empty() ? "" : ", " + _path) + ": Expected " + expected +
                ", but found " + describe(*_value) + (advice.empty() ? "." : ": " + advice + "."));
}

} // namespace nmm
