#pragma once

#include <nmm/Matrix.h>
#include <nmm/artefact/Artefact.h>

namespace nmm {

/// The prior of the deep muscles: for each the geometric mean of its witnesses, each a share of its
/// peak within [rest, 1], times the muscle's gain.
/// @param envelopes  frames x the artefact's channels
/// @param population frames x outputs: what other subjects say; looked at only where the muscle has
///                   a population peak
/// @returns frames x outputs, dimensionless excitations
Matrix computePrior(
        const ExcitationPrior& prior, const Matrix& envelopes, const Matrix& population);

} // namespace nmm
