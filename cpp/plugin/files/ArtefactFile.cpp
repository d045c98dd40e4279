#include "ArtefactFile.h"

#include "Files.h"

namespace nmm::osim {

Artefact readArtefact(const std::string& file) {
    checkFileExists(file, "Artefact file");
    return Artefact::read(file);
}

} // namespace nmm::osim
