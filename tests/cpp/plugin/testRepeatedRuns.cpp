#include "ArmProject.h"
#include "SafeTensorsWriter.h"

#include <NMMTool.h>

#include <OpenSim/Common/Logger.h>

#include <catch2/catch.hpp>

#include <fstream>

using namespace OpenSim;

namespace {

/// Memory of this process that is in use, MB.
double measureMemory() {
#ifdef __SANITIZE_ADDRESS__
    return 0; // the sanitizer keeps freed memory, and finds leaks itself
#endif
    std::ifstream stream("/proc/self/statm");
    double total = 0, resident = 0;
    stream >> total >> resident;
    constexpr double pageSize = 4096.0 / 1e6; // MB
    return resident * pageSize;
}

} // namespace

TEST_CASE("The thousandth run in a process is like the first") {
    const ArmProject project;
    project.writeCoordinates("swing.sto", 50.0, 0.5);
    NMMTool tool;
    tool.setName("swing");
    tool.set_results_directory((project / "results").string());
    tool.set_model_file((project / "arm.osim").string());
    tool.set_artefact_file((project / "arm.nmm").string());
    tool.set_emg_file((project / "emg.sto").string());
    tool.set_coordinates_file((project / "swing.sto").string());
    Logger::setLevel(Logger::Level::Error);
    const auto run = [&] {
        REQUIRE(tool.run());
        return readBytes(project / "results/swing_muscle_forces.sto");
    };
    const auto first = run();
    // What OpenSim and LibTorch keep for good is there after some runs.
    for (int i = 1; i < 100; ++i) {
        run();
    }
    const double early = measureMemory();
    for (int i = 100; i < 999; ++i) {
        run();
    }
    CHECK(run() == first);
    CHECK(measureMemory() - early < 20.0);
    Logger::setLevel(Logger::Level::Info);
}
