#include "FittedPathFunction.h"

#include "files/OpenSimErrors.h"

#include <limits>

namespace OpenSim {

namespace {

void setValues(const std::vector<double>& values, Property<double>& property) {
    property.clear();
    for (const double value : values) {
        property.appendValue(value);
    }
}

std::vector<double> getValues(const Property<double>& property) {
    std::vector<double> values;
    for (int i = 0; i < property.size(); ++i) {
        values.push_back(property.getValue(i));
    }
    return values;
}

} // namespace

FittedPathFunction::FittedPathFunction() {
    constructProperties();
}

FittedPathFunction::FittedPathFunction(const nmm::FittedPath& path) {
    constructProperties();
    setValues(path.center, updProperty_center());
    setValues(path.halfRange, updProperty_half_range());
    set_degree(static_cast<int>(path.degree));
    setValues(path.coefficients, updProperty_coefficients());
}

void FittedPathFunction::constructProperties() {
    constructProperty_center();
    constructProperty_half_range();
    constructProperty_degree(0);
    constructProperty_coefficients();
}

bool FittedPathFunction::isSame(const nmm::FittedPath& path) const {
    const auto& own = getPath();
    return own.center == path.center && own.halfRange == path.halfRange &&
           own.degree == path.degree && own.coefficients == path.coefficients;
}

const nmm::FittedPath& FittedPathFunction::getPath() const {
    if (!isObjectUpToDateWithProperties()) {
        nmm::FittedPath path;
        path.center = getValues(getProperty_center());
        path.halfRange = getValues(getProperty_half_range());
        path.degree = get_degree() < 0 ? nmm::FittedPath::MaxDegree + 1
                                       : static_cast<std::size_t>(get_degree());
        path.coefficients = getValues(getProperty_coefficients());
        // The path that holds this function knows the coordinates; here they only count.
        for (std::size_t i = 0; i < path.center.size(); ++i) {
            path.coordinates.push_back("coordinate " + std::to_string(i));
        }
        nmm::osim::throwAsOpenSim(*this, [&] { path.check("FittedPathFunction"); });
        _argument.assign(path.center.size(), std::numeric_limits<double>::quiet_NaN());
        _gradient.resize(path.center.size());
        _path = std::move(path);
        const_cast<FittedPathFunction*>(this)->setObjectIsUpToDateWithProperties();
    }
    return _path;
}

double FittedPathFunction::calcValue(const SimTK::Vector& x) const {
    evaluate(x);
    return _length;
}

double FittedPathFunction::calcDerivative(
        const std::vector<int>& derivComponents, const SimTK::Vector& x) const {
    OPENSIM_THROW_IF(derivComponents.size() != 1, Exception,
            "Expected a first derivative of a fitted path.");
    evaluate(x);
    return _gradient[static_cast<std::size_t>(derivComponents[0])];
}

int FittedPathFunction::getArgumentSize() const {
    return getProperty_center().size();
}

SimTK::Function* FittedPathFunction::createSimTKFunction() const {
    // Everything that OpenSim would ask it for is overridden.
    OPENSIM_THROW(Exception, "A fitted path has no SimTK::Function.");
}

void FittedPathFunction::evaluate(const SimTK::Vector& x) const {
    const auto& path = getPath();
    bool isKept = true;
    for (std::size_t i = 0; i < _argument.size(); ++i) {
        const double value = x[static_cast<int>(i)];
        isKept = isKept && _argument[i] == value;
        _argument[i] = value;
    }
    if (!isKept) {
        _length = nmm::computeLength(path, _argument.data(), _gradient.data());
    }
}

} // namespace OpenSim
