#include "UnusedForces.h"

#include <OpenSim/Simulation/Model/Model.h>

#include <algorithm>

namespace nmm::osim {

namespace {

bool isPartOf(const std::string& part, const std::string& whole) {
    return part == whole || part.compare(0, whole.size() + 1, whole + "/") == 0;
}

struct Connection {
    std::string from;
    std::string to;
};

std::vector<Connection> findConnections(const OpenSim::Model& model) {
    std::vector<Connection> connections;
    for (const auto& component : model.getComponentList()) {
        for (const auto& name : component.getSocketNames()) {
            const auto& socket = component.getSocket(name);
            for (unsigned i = 0; i < socket.getNumConnectees(); ++i) {
                const auto& connectee = socket.getConnecteeAsObject(static_cast<int>(i));
                if (const auto* to = dynamic_cast<const OpenSim::Component*>(&connectee)) {
                    connections.push_back(
                            {component.getAbsolutePathString(), to->getAbsolutePathString()});
                }
            }
        }
    }
    return connections;
}

} // namespace

void removeUnusedForces(OpenSim::Model& model, const std::vector<std::string>& muscles) {
    const auto connections = findConnections(model);
    auto& forces = model.updForceSet();
    for (int i = forces.getSize() - 1; i >= 0; --i) {
        const auto path = forces.get(i).getAbsolutePathString();
        const bool isUsed =
                std::find(muscles.begin(), muscles.end(), forces.get(i).getName()) !=
                        muscles.end() ||
                std::any_of(connections.begin(), connections.end(), [&](const auto& connection) {
                    return isPartOf(connection.to, path) && !isPartOf(connection.from, path);
                });
        if (!isUsed) {
            forces.remove(i);
        }
    }
}

} // namespace nmm::osim
