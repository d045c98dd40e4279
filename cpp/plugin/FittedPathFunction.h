#pragma once

#include <OpenSim/Common/Function.h>
#include <nmm/FittedPath.h>

#include <vector>

namespace nmm::osim {

/// A fitted path's length (m) of its coordinates, by the runtime's kernel, as the length function
/// of an OpenSim::FunctionBasedPath. It lives in models in memory only: it has no properties and is
/// not registered.
///
/// OpenSim asks for the length and for each derivative by a call of its own, all with the same
/// argument. One evaluation gives them all, so the last one is kept.
class FittedPathFunction : public OpenSim::Function {
    OpenSim_DECLARE_CONCRETE_OBJECT(FittedPathFunction, OpenSim::Function);

public:
    FittedPathFunction() = default;
    explicit FittedPathFunction(FittedPath path);

    double calcValue(const SimTK::Vector& x) const override;
    double calcDerivative(
            const std::vector<int>& derivComponents, const SimTK::Vector& x) const override;
    int getArgumentSize() const override;
    int getMaxDerivativeOrder() const override { return 1; }
    SimTK::Function* createSimTKFunction() const override;

private:
    void evaluate(const SimTK::Vector& x) const;

    FittedPath _path;
    mutable std::vector<double> _argument;
    mutable std::vector<double> _gradient;
    mutable double _length = 0.0;
};

} // namespace nmm::osim
