#pragma once

#include <nmm/Matrix.h>

#include <cstddef>
#include <string>
#include <vector>

namespace nmm {

/// The length of a muscle-tendon path as a polynomial of coordinates:
///
///     L(q) = sum_e c_e prod_j x_j^{e_j},   x_j = (q_j - center_j)/half_range_j,
///
/// over all exponents e with e_1 + … + e_p <= degree. The coefficients c_e (m) are in lexicographic
/// order of the exponents, the first coordinate's outermost and each ascending: for p = 2 and
/// degree 2 they belong to 1, x_2, x_2^2, x_1, x_1 x_2, x_1^2. Lengthening speed and moment arms
/// are its derivatives, so all three are consistent:
///
///     dL/dt = sum_j dL/dq_j dq_j/dt,   r_j = -dL/dq_j.
///
/// It holds where every x_j is in [-1, 1]; a polynomial says nothing of other poses.
struct FittedPath {
    static constexpr std::size_t MaxNumCoordinates = 8;
    static constexpr std::size_t MaxDegree = 12;
    static constexpr std::size_t MaxNumTerms = 5000;

    std::vector<std::string> coordinates; ///< names
    std::vector<double> center;           ///< rad or m
    std::vector<double> halfRange;        ///< rad or m, above 0
    std::size_t degree = 0;
    std::vector<double> coefficients; ///< m

    /// Check that the parts fit together, that the limits are kept and all numbers are finite.
    /// @param what what the path is, for messages: "Fitted path of 'soleus_r'"
    /// @throws Error naming what was expected and what was found.
    void check(const std::string& what) const;
};

/// The number of terms of a polynomial: (degree + p)!/(degree! p!).
std::size_t countTerms(std::size_t numCoordinates, std::size_t degree);

/// The length of a path (m) and its derivatives by the coordinates (m/rad, m/m).
/// @param values of the path's coordinates, in its order
/// @param gradient as many numbers as coordinates
double computeLength(const FittedPath& path, const double* values, double* gradient);

/// Check that a motion stays where the fitted paths hold.
/// @param coordinates names of the columns of `values`
/// @param values times x coordinates, rad or m
/// @param what what the motion is, for messages: "Coordinates file '/data/walk.mot'"
/// @throws Error naming the coordinate, the time, the range and the value.
void checkDomain(const std::vector<FittedPath>& paths, const std::vector<std::string>& coordinates,
        const std::vector<double>& times, const Matrix& values, const std::string& what);

} // namespace nmm
