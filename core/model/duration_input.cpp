#include "core/model/duration_input.h"

#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

namespace signalbox {

std::optional<std::chrono::milliseconds> durationFromInput(QStringView text)
{
    struct Unit {
        QStringView suffix;
        double milliseconds;
    };
    static constexpr std::array units{Unit{u"ms", 1},        Unit{u"s", 1000},       Unit{u"m", 60'000},
                                      Unit{u"h", 3'600'000}, Unit{u"d", 86'400'000}, Unit{u"", 1000}};
    constexpr double millisecondsMax = 1e12;
    const auto unit
        = std::find_if(units.begin(), units.end(), [&](const Unit &u) { return text.endsWith(u.suffix); });
    bool isNumber = false;
    const double number = QLocale::c().toDouble(text.chopped(unit->suffix.size()).trimmed(), &isNumber);
    const double milliseconds = number * unit->milliseconds;
    if (!isNumber || !std::isfinite(milliseconds) || milliseconds < 0 || milliseconds > millisecondsMax)
        return std::nullopt;
    return std::chrono::milliseconds(static_cast<qint64>(std::ceil(milliseconds)));
}

} // namespace signalbox
