#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace nmm {

/// Parse JSON text; an object that names an entry twice is refused, for the reader would otherwise
/// choose one of the two silently.
/// @param where what the text is, for messages: "'/data/a.nmm', header"
nlohmann::json parseJson(const std::string& text, const std::string& where);

/// One value of a JSON document, read with its type checked. Messages name the file and the path of
/// the entry, what was expected and what was found.
class JsonReader {
public:
    JsonReader(const nlohmann::json& value, std::string file, std::string path = "");

    /// The named entry of this object.
    JsonReader at(const std::string& key) const;
    /// The elements of this list.
    std::vector<JsonReader> items() const;
    /// The names of the entries of this object.
    std::vector<std::string> keys() const;

    /// Whether this object has the named entry, for those that may be left out.
    bool has(const std::string& key) const;
    bool isNull() const;
    std::string string() const;
    /// A string that must be one of `choices`.
    std::string choice(const std::vector<std::string>& choices) const;
    /// A list of strings, none of them empty or given twice.
    std::vector<std::string> names() const;
    /// A whole number, 0 or greater.
    std::size_t count() const;
    /// A finite number that satisfies `accepts`.
    /// @param expected what it satisfies, for the message: "a number above 0"
    double number(const std::string& expected, const std::function<bool(double)>& accepts) const;
    double number() const;
    std::vector<double> numbers() const;

    /// The value as JSON text.
    std::string text() const;

    /// @throws Error saying that `expected` was expected here, but this value was found.
    /// @param advice what to do about it
    [[noreturn]] void fail(const std::string& expected, const std::string& advice = "") const;

private:
    const nlohmann::json* _value;
    std::string _file;
    std::string _path;
};

} // namespace nmm
