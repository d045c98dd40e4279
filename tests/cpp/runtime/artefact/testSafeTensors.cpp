#include "ErrorText.h"
#include "SafeTensorsWriter.h"
#include "TemporaryFolder.h"

#include <nmm/artefact/SafeTensors.h>

using Catch::Contains;
using nmm::SafeTensors;

namespace {

/// The message about a file with this header and `numBytes` of data.
std::string headerError(const std::string& header, std::size_t numBytes) {
    const TemporaryFolder folder;
    const auto file = folder / "damaged.nmm";
    writeRaw(file, header, std::string(numBytes, '\0'));
    const auto text = errorText([&] { SafeTensors::read(file); });
    CHECK_THAT(text, Contains(file.string()));
    return text;
}

std::string describeTensor(const std::string& name, const std::string& shape,
        const std::string& offsets, const std::string& type = "F64") {
    return "\"" + name + "\": {\"dtype\": \"" + type + "\", \"shape\": " + shape +
           ", \"data_offsets\": " + offsets + "}";
}

} // namespace

TEST_CASE("SafeTensors are read as written") {
    const TemporaryFolder folder;
    const SafeTensors written{{{"nmm", "{}"}, {"empty", ""}},
            {{"matrix", {{2, 3}, {1, 2, 3, 4, 5, 6}}}, {"number", {{}, {-0.1}}},
                    {"nothing", {{0, 4}, {}}}}};
    writeSafeTensors(folder / "good.nmm", written);
    const auto read = SafeTensors::read(folder / "good.nmm");
    CHECK(read.metadata == written.metadata);
    REQUIRE(read.tensors.size() == 3);
    for (const auto& [name, tensor] : written.tensors) {
        CHECK(read.tensors.at(name).shape == tensor.shape);
        CHECK(read.tensors.at(name).values == tensor.values);
    }
}

TEST_CASE("SafeTensors refuse a file that is none") {
    const TemporaryFolder folder;
    const auto text = [&](const std::filesystem::path& file) {
        return errorText([&] { SafeTensors::read(file); });
    };
    CHECK_THAT(text(folder / "absent.nmm"), Contains("found none"));
    std::filesystem::create_directory(folder / "folder.nmm");
    CHECK_THAT(text(folder / "folder.nmm"), Contains("found something else"));
    writeBytes(folder / "short.nmm", "abc");
    CHECK_THAT(text(folder / "short.nmm"), Contains("only 3 bytes"));
    writeBytes(folder / "text.nmm", "endheader of some other file");
    CHECK_THAT(text(folder / "text.nmm"), Contains("header of at most 20 bytes"));
    writeBytes(folder / "long.nmm", std::string(8, '\xff'));
    CHECK_THAT(text(folder / "long.nmm"), Contains("18446744073709551615"));
}

TEST_CASE("SafeTensors refuse a damaged header") {
    CHECK_THAT(headerError("{\"a\": ", 0), Contains("Expected JSON text"));
    CHECK_THAT(headerError("[1]", 0), Contains("Expected an object") && Contains("a list of 1"));
    CHECK_THAT(headerError("{\"a\": 3}", 0), Contains("an object with the entry 'dtype'"));
    CHECK_THAT(headerError("{\"a\": {\"dtype\": \"F64\"}}", 0),
            Contains("a.shape: Expected this entry"));
    CHECK_THAT(headerError("{\"__metadata__\": {\"nmm\": 3}}", 0),
            Contains("__metadata__.nmm: Expected a string, but found 3"));
    CHECK_THAT(headerError("{" + describeTensor("a", "[1]", "[0, 8]") + ", " +
                                   describeTensor("a", "[1]", "[0, 8]") + "}",
                       8),
            Contains("'a' twice"));
}

TEST_CASE("SafeTensors refuse tensors that do not fit into the data") {
    const auto error = [](const std::string& tensor, std::size_t numBytes) {
        return headerError("{" + tensor + "}", numBytes);
    };
    CHECK_THAT(error(describeTensor("a", "[1]", "[0, 4]", "F32"), 4),
            Contains("a.dtype: Expected 'F64', but found 'F32'"));
    CHECK_THAT(error(describeTensor("a", "[-1]", "[0, 8]"), 8),
            Contains("a.shape[0]: Expected a whole number, 0 or greater, but found -1"));
    CHECK_THAT(error(describeTensor("a", "[1.5]", "[0, 8]"), 8), Contains("found 1.5"));
    CHECK_THAT(error(describeTensor("a", "[4294967296, 4294967296]", "[0, 8]"), 8),
            Contains("fits into memory"));
    CHECK_THAT(error(describeTensor("a", "[2305843009213693952]", "[0, 0]"), 0),
            Contains("fits into memory"));
    CHECK_THAT(error(describeTensor("a", "[2]", "[0, 8]"), 8), Contains("a range of 16 bytes"));
    CHECK_THAT(error(describeTensor("a", "[1]", "[0, 8, 16]"), 16), Contains("a list of 2"));
    CHECK_THAT(error(describeTensor("a", "[1]", "[8, 0]"), 8), Contains("Expected an end"));
    CHECK_THAT(error(describeTensor("a", "[2]", "[0, 16]"), 8), Contains("the data's size 8"));
}

TEST_CASE("SafeTensors refuse overlaps, holes and data that nobody owns") {
    const auto pair = [](const std::string& first, const std::string& second) {
        return "{" + describeTensor("a", "[2]", first) + ", " + describeTensor("b", "[2]", second) +
               "}";
    };
    CHECK_THAT(headerError(pair("[0, 16]", "[8, 24]"), 24),
            Contains("b: Expected the tensor to begin at byte 16") && Contains("found 8"));
    CHECK_THAT(headerError(pair("[0, 16]", "[24, 40]"), 40),
            Contains("begin at byte 16") && Contains("found 24"));
    CHECK_THAT(headerError(pair("[0, 16]", "[16, 32]"), 40),
            Contains("Expected 32 bytes of tensor data, but found 40"));
}
