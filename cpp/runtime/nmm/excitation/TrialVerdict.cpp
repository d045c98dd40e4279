#include "TrialVerdict.h"

#include <cmath>

namespace nmm {

TrialVerdict findTrialVerdict(const Judgement& judgement, double outsideShare) {
    auto trust = judgement.trust;
    if (outsideShare > UselessShare) {
        trust = Trust::DoNotUse;
    } else if (outsideShare > CareShare && trust == Trust::Trust) {
        trust = Trust::UseWithCare;
    }
    if (trust == judgement.trust) {
        return {trust, judgement.reason};
    }
    const auto percent = static_cast<int>(std::floor(100.0 * outsideShare + 0.5));
    return {trust, std::to_string(percent) + " % of frames lie outside what training saw"};
}

} // namespace nmm
