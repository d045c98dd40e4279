#pragma once

#include <nmm/artefact/SafeTensors.h>

#include <filesystem>
#include <map>
#include <string>

/// A safetensors file with a header and data as given: good or damaged.
void writeRaw(
        const std::filesystem::path& file, const std::string& header, const std::string& data);

void writeSafeTensors(const std::filesystem::path& file, const nmm::SafeTensors& content);

std::string readBytes(const std::filesystem::path& file);
void writeBytes(const std::filesystem::path& file, const std::string& bytes);
