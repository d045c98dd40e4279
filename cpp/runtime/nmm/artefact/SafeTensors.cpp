#include "SafeTensors.h"

#include "Json.h"

#include <nmm/Error.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <limits>
#include <string_view>

namespace nmm {

namespace {

constexpr std::uint64_t MaxHeaderLength = 100'000'000;

/// Where one tensor lies in the data that follow the header.
struct Range {
    std::uint64_t begin;
    std::uint64_t end;
    std::string name;
};

std::string readFile(const std::filesystem::path& file) {
    std::error_code failure;
    const bool isFile = std::filesystem::is_regular_file(file, failure);
    std::ifstream stream(file, std::ios::binary);
    if (!isFile || !stream) {
        throw Error("'" + file.string() + "': Expected a file that can be read, but found " +
                    (std::filesystem::exists(file, failure) ? "something else" : "none") +
                    ". Check the path.");
    }
    std::string content(std::filesystem::file_size(file), '\0');
    stream.read(content.data(), static_cast<std::streamsize>(content.size()));
    if (static_cast<std::size_t>(stream.gcount()) != content.size()) {
        throw Error("'" + file.string() + "': Expected " + std::to_string(content.size()) +
                    " bytes, but could read only " + std::to_string(stream.gcount()) + ".");
    }
    return content;
}

std::uint64_t readHeaderLength(const std::string& content, const std::string& file) {
    constexpr std::size_t lengthSize = 8;
    if (content.size() < lengthSize) {
        throw Error("'" + file + "': Expected a safetensors file, but found only " +
                    std::to_string(content.size()) + " bytes. Write the file again.");
    }
    std::uint64_t length = 0;
    for (std::size_t byte = 0; byte < lengthSize; ++byte) {
        length |= std::uint64_t{static_cast<unsigned char>(content[byte])} << (8 * byte);
    }
    const auto limit = std::min<std::uint64_t>(content.size() - lengthSize, MaxHeaderLength);
    if (length > limit) {
        throw Error("'" + file + "': Expected a safetensors header of at most " +
                    std::to_string(limit) + " bytes, but found a header length of " +
                    std::to_string(length) + ". The file is cut off or of another kind.");
    }
    return length;
}

Tensor readTensor(const JsonReader& entry, std::string_view data, Range& range) {
    entry.at("dtype").choice({"F64"});

    Tensor tensor;
    std::uint64_t numBytes = sizeof(double);
    const auto shape = entry.at("shape");
    for (const auto& item : shape.items()) {
        const auto extent = item.count();
        if (extent != 0 && numBytes > std::numeric_limits<std::uint64_t>::max() / extent) {
            shape.fail("a shape that fits into memory");
        }
        numBytes *= extent;
        tensor.shape.push_back(extent);
    }

    const auto offsets = entry.at("data_offsets");
    const auto limits = offsets.items();
    if (limits.size() != 2) {
        offsets.fail("a list of 2");
    }
    range.begin = limits[0].count();
    range.end = limits[1].count();
    if (range.begin > range.end || range.end > data.size()) {
        limits[1].fail("an end between the tensor's begin " + std::to_string(range.begin) +
                       " and the data's size " + std::to_string(data.size()));
    }
    if (range.end - range.begin != numBytes) {
        offsets.fail("a range of " + std::to_string(numBytes) + " bytes, as the shape asks for",
                "its length is " + std::to_string(range.end - range.begin));
    }

    tensor.values.resize(numBytes / sizeof(double));
    std::copy_n(data.data() + range.begin, numBytes, reinterpret_cast<char*>(tensor.values.data()));
    return tensor;
}

/// Tensors must fill the data without overlap or hole: then no byte of the file goes unread.
void checkCoverage(std::vector<Range> ranges, std::uint64_t dataSize, const std::string& file) {
    std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::uint64_t position = 0;
    for (const auto& range : ranges) {
        if (range.begin != position) {
            throw Error("'" + file + "', " + range.name +
                        ": Expected the tensor to begin at byte " + std::to_string(position) +
                        " of the data, but found " + std::to_string(range.begin) +
                        ". The file is damaged: write it again.");
        }
        position = range.end;
    }
    if (position != dataSize) {
        throw Error("'" + file + "': Expected " + std::to_string(position) +
                    " bytes of tensor data, but found " + std::to_string(dataSize) +
                    ". The file is damaged: write it again.");
    }
}

} // namespace

SafeTensors SafeTensors::read(const std::filesystem::path& path) {
    const auto file = path.string();
    const auto content = readFile(path);
    const auto headerLength = readHeaderLength(content, file);
    const auto json = parseJson(content.substr(8, headerLength), "'" + file + "', header");
    const auto data = std::string_view(content).substr(8 + headerLength);
    const JsonReader header(json, file);

    SafeTensors result;
    std::vector<Range> ranges;
    for (const auto& name : header.keys()) {
        const auto entry = header.at(name);
        if (name == "__metadata__") {
            for (const auto& key : entry.keys()) {
                result.metadata[key] = entry.at(key).string();
            }
            continue;
        }
        ranges.push_back({0, 0, name});
        result.tensors[name] = readTensor(entry, data, ranges.back());
    }
    checkCoverage(ranges, data.size(), file);
    return result;
}

} // namespace nmm
