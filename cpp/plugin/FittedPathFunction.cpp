#include "FittedPathFunction.h"

#include <limits>
#include <utility>

namespace nmm::osim {

FittedPathFunction::FittedPathFunction(FittedPath path)
        : _path(std::move(path)),
          _argument(_path.coordinates.size(), std::numeric_limits<double>::quiet_NaN()),
          _gradient(_path.coordinates.size()) {}

double FittedPathFunction::calcValue(const SimTK::Vector& x) const {
    evaluate(x);
    return _length;
}

double FittedPathFunction::calcDerivative(
        const std::vector<int>& derivComponents, const SimTK::Vector& x) const {
    OPENSIM_THROW_IF(derivComponents.size() != 1, OpenSim::Exception,
            "Expected a first derivative of a fitted path.");
    evaluate(x);
    return _gradient[static_cast<std::size_t>(derivComponents[0])];
}

int FittedPathFunction::getArgumentSize() const {
    return static_cast<int>(_path.coordinates.size());
}

SimTK::Function* FittedPathFunction::createSimTKFunction() const {
    // Everything that OpenSim would ask it for is overridden.
    OPENSIM_THROW(OpenSim::Exception, "A fitted path has no SimTK::Function.");
}

void FittedPathFunction::evaluate(const SimTK::Vector& x) const {
    bool isKept = true;
    for (int i = 0; i < getArgumentSize(); ++i) {
        auto& argument = _argument[static_cast<std::size_t>(i)];
        isKept = isKept && argument == x[i];
        argument = x[i];
    }
    if (!isKept) {
        _length = computeLength(_path, _argument.data(), _gradient.data());
    }
}

} // namespace nmm::osim
