#include "SafeTensorsWriter.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <fstream>
#include <iterator>

void writeRaw(
        const std::filesystem::path& file, const std::string& header, const std::string& data) {
    std::string length;
    for (int byte = 0; byte < 8; ++byte) {
        length += static_cast<char>(std::uint64_t{header.size()} >> (8 * byte));
    }
    writeBytes(file, length + header + data);
}

void writeSafeTensors(const std::filesystem::path& file, const nmm::SafeTensors& content) {
    auto header = nlohmann::json::object();
    std::string data;
    for (const auto& [name, text] : content.metadata) {
        header["__metadata__"][name] = text;
    }
    for (const auto& [name, tensor] : content.tensors) {
        const auto begin = data.size();
        data.append(reinterpret_cast<const char*>(tensor.values.data()),
                tensor.values.size() * sizeof(double));
        header[name] = {
                {"dtype", "F64"}, {"shape", tensor.shape}, {"data_offsets", {begin, data.size()}}};
    }
    writeRaw(file, header.dump(), data);
}

std::string readBytes(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void writeBytes(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream stream(file, std::ios::binary);
    stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}
