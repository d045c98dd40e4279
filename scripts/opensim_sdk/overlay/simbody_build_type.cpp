// Prints "debug" or "release": how the Simbody library was compiled.
#include <cstdio>

extern "C" void SimTK_about_SimTKcommon(const char* key, int maxLength, char* value);

int main() {
    char value[32] = "";
    SimTK_about_SimTKcommon("debug", sizeof value, value);
    std::fputs(value, stdout);
    return 0;
}
