#include "MuscleVerdicts.h"

#include <OpenSim/Common/Logger.h>
#include <nmm/Text.h>

#include <utility>

namespace nmm::osim {

std::vector<MuscleVerdict> findMuscleVerdicts(
        const Artefact& artefact, const std::optional<Novelty>& novelty) {
    const double outside = novelty ? novelty->getOutsideShare() : 0.0;
    std::vector<MuscleVerdict> verdicts;
    for (const auto& muscle : artefact.muscles) {
        if (const auto& judgement = muscle.source.judgement) {
            verdicts.push_back(
                    {muscle.name, findTrialVerdict(*judgement, outside), judgement->expectation});
        }
    }
    return verdicts;
}

void logMuscleVerdicts(const std::vector<MuscleVerdict>& verdicts) {
    for (const auto& [muscle, verdict, expectation] : verdicts) {
        const auto line = [&](const auto& log) {
            log(fmt::format("{}: {}{}{}", muscle, toText(verdict.trust),
                    expectation
                            ? fmt::format(", expected r {:.2f} ({:.2f} to {:.2f})",
                                      expectation->r.value, expectation->r.low, expectation->r.high)
                            : "",
                    verdict.reason.empty() ? "" : ", because " + verdict.reason));
        };
        if (verdict.trust == Trust::DoNotUse) {
            line([](const std::string& text) { OpenSim::log_warn("{}", text); });
        } else {
            line([](const std::string& text) { OpenSim::log_info("{}", text); });
        }
    }
}

void addMuscleVerdicts(
        OpenSim::TimeSeriesTable& table, const std::vector<MuscleVerdict>& verdicts) {
    const auto add = [&](const char* key, const auto& describe) {
        std::string list;
        for (const auto& verdict : verdicts) {
            if (const std::string item = describe(verdict); !item.empty()) {
                list += (list.empty() ? "" : ",") + item;
            }
        }
        if (!list.empty()) {
            table.addTableMetaData(key, list);
        }
    };
    const std::pair<Trust, const char*> keys[] = {{Trust::Trust, "trust"},
            {Trust::UseWithCare, "use_with_care"}, {Trust::DoNotUse, "do_not_use"}};
    for (const auto& [trust, key] : keys) {
        add(key, [trust = trust](const MuscleVerdict& each) {
            return each.verdict.trust == trust ? each.muscle : "";
        });
    }
    add("expected_r", [](const MuscleVerdict& each) {
        if (!each.expectation) {
            return std::string();
        }
        const auto& [r, low, high] = each.expectation->r;
        return each.muscle + " " + toText(r) + " " + toText(low) + " " + toText(high);
    });
}

} // namespace nmm::osim
