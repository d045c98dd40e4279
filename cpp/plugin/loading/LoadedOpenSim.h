#pragma once

#include <string>

/// What of an OpenSim must fit a plugin.
struct OpenSimBuild {
    std::string openSimVersion;   ///< major.minor
    std::string simbodyVersion;   ///< major.minor
    std::string simbodyBuildType; ///< "debug" or "release": it decides the layout of SimTK::State

    bool operator==(const OpenSimBuild& other) const;
    std::string toText() const;
};

/// The OpenSim that is loaded in this process, and the Simbody that it uses.
/// @param[out] build filled if there is one
/// @returns false if the process holds no OpenSim.
bool findLoadedOpenSim(OpenSimBuild& build);
