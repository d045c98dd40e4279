#define CATCH_CONFIG_RUNNER
#include <RegisterTypes_osimNMM.h>

#include <catch2/catch.hpp>

int main(int argc, char** argv) {
    // As loading the plugin does.
    osimNMM_registerTypes();
    return Catch::Session().run(argc, argv);
}
