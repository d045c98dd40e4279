// Prints "4.5;3.7;debug": the versions of OpenSim and of its Simbody, and how that was compiled.
#include <cstdio>

extern "C" {
void opensim_version_common(int* major, int* minor, int* build);
void SimTK_version_SimTKcommon(int* major, int* minor, int* build);
void SimTK_about_SimTKcommon(const char* key, int maxLength, char* value);
}

int main() {
    int openSimMajor = 0, openSimMinor = 0, simbodyMajor = 0, simbodyMinor = 0, build = 0;
    char buildType[32] = "";
    opensim_version_common(&openSimMajor, &openSimMinor, &build);
    SimTK_version_SimTKcommon(&simbodyMajor, &simbodyMinor, &build);
    SimTK_about_SimTKcommon("debug", sizeof buildType, buildType);
    std::printf(
            "%d.%d;%d.%d;%s", openSimMajor, openSimMinor, simbodyMajor, simbodyMinor, buildType);
    return 0;
}
