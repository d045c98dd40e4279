#pragma once

#include "osimNMMDLL.h"

#include <OpenSim/Common/Function.h>
#include <nmm/paths/FittedPath.h>

#include <vector>

namespace OpenSim {

/// A muscle-tendon length (m) as a polynomial of coordinates, by the runtime's kernel: the length
/// function of a FunctionBasedPath where an artefact holds fitted paths.
///
///     L(q) = sum_e c_e prod_j x_j^{e_j},   x_j = (q_j - center_j)/half_range_j,
///
/// over all exponents e whose sum is at most `degree`. In a model file it stands in the path of a
/// muscle, and keeps every digit, so that such a model gives the paths that NMMTool computes with.
/// It holds for |x_j| <= 1: DeepEMGPredictor and NMMTool refuse a motion that leaves that range.
///
/// OpenSim asks for the length and for each derivative by a call of its own, all with the same
/// argument. One evaluation gives them all, so the last one is kept.
///
/// @code{.xml}
/// <FunctionBasedPath name="path">
///     <coordinate_paths>/jointset/ankle_r/ankle_angle_r</coordinate_paths>
///     <length_function>
///         <FittedPathFunction>
///             <center>0.1</center>
///             <half_range>0.6</half_range>
///             <degree>2</degree>
///             <coefficients>0.31 -0.02 0.003</coefficients>
///         </FittedPathFunction>
///     </length_function>
/// </FunctionBasedPath>
/// @endcode
class OSIMNMM_API FittedPathFunction : public Function {
    OpenSim_DECLARE_CONCRETE_OBJECT(FittedPathFunction, Function);

public:
    OpenSim_DECLARE_LIST_PROPERTY(center, double,
            "Middle of the range that the path was fitted on, one number (rad or m) per coordinate "
            "of the path.");
    OpenSim_DECLARE_LIST_PROPERTY(half_range, double,
            "Half of that range, one number above 0 (rad or m) per coordinate.");
    OpenSim_DECLARE_PROPERTY(degree, int,
            "Degree of the polynomial: the largest sum of exponents of a term. Default: 0.");
    OpenSim_DECLARE_LIST_PROPERTY(coefficients, double,
            "Coefficients (m) in lexicographic order of the exponents, the first coordinate's "
            "outermost and each ascending.");

    FittedPathFunction();
    explicit FittedPathFunction(const nmm::FittedPath& path);

    /// Whether these are the same numbers.
    bool isSame(const nmm::FittedPath& path) const;

    double calcValue(const SimTK::Vector& x) const override;
    double calcDerivative(
            const std::vector<int>& derivComponents, const SimTK::Vector& x) const override;
    int getArgumentSize() const override;
    int getMaxDerivativeOrder() const override { return 1; }
    SimTK::Function* createSimTKFunction() const override;

private:
    void constructProperties();
    const nmm::FittedPath& getPath() const;
    void evaluate(const SimTK::Vector& x) const;

    // Made from the properties when it is first needed after they changed.
    mutable nmm::FittedPath _path;
    mutable std::vector<double> _argument;
    mutable std::vector<double> _gradient;
    mutable double _length = 0.0;
};

} // namespace OpenSim
