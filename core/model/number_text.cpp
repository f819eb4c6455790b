#include "core/model/number_text.h"

#include "core/model/words.h"

#include <algorithm>
#include <cmath>

namespace signalbox {

using namespace std::chrono;
using namespace std::chrono_literals;

namespace {

/// Below ten with one digit after the point, above without: what an eye can use.
QString shortNumber(double value, const QLocale &locale)
{
    const bool hasFraction = std::abs(value) < 9.95 && value != 0;
    return locale.toString(value, 'f', hasFraction ? 1 : 0);
}

QString twoUnits(const QString &pattern, qint64 large, qint64 small, const QLocale &locale)
{
    const QString padded = small < 10 ? locale.toString(0) + locale.toString(small) : locale.toString(small);
    return pattern.arg(locale.toString(large), padded);
}

} // namespace

QString durationText(microseconds duration, const QLocale &locale)
{
    if (duration < 0us)
        return locale.negativeSign() + durationText(-std::max(duration, -microseconds::max()), locale);
    if (duration < 1ms) return Words::tr("%1 µs").arg(locale.toString(static_cast<qint64>(duration.count())));
    if (duration < 999'500us)
        return Words::tr("%1 ms").arg(
            shortNumber(duration_cast<std::chrono::duration<double, std::milli>>(duration).count(), locale));
    if (duration < 59'500ms)
        return Words::tr("%1 s").arg(
            shortNumber(duration_cast<std::chrono::duration<double>>(duration).count(), locale));
    const seconds whole = round<seconds>(duration);
    if (whole < 1h) return twoUnits(Words::tr("%1m %2s"), whole / 1min, (whole % 1min).count(), locale);
    if (whole < days{1}) return twoUnits(Words::tr("%1h %2m"), whole / 1h, (whole % 1h) / 1min, locale);
    return twoUnits(Words::tr("%1d %2h"), whole / days{1}, (whole % days{1}) / 1h, locale);
}

QString ageText(microseconds age, const QLocale &locale)
{
    const seconds whole = std::max(floor<seconds>(age), 0s); // clocks of two machines may differ a little
    if (whole < 1min) return Words::tr("%1 s").arg(locale.toString(static_cast<qint64>(whole.count())));
    if (whole < 1h) return Words::tr("%1 min").arg(locale.toString(static_cast<qint64>(whole / 1min)));
    if (whole < days{1}) return Words::tr("%1 h").arg(locale.toString(static_cast<qint64>(whole / 1h)));
    return Words::tr("%1 d").arg(locale.toString(static_cast<qint64>(whole / days{1})));
}

QString jobsText(qint64 count, const QLocale &locale)
{
    return count == 1 ? Words::tr("%1 job").arg(locale.toString(count))
                      : Words::tr("%1 jobs").arg(locale.toString(count));
}

QString countText(qint64 count, const QLocale &locale)
{
    return locale.toString(count);
}

QString bytesText(qint64 bytes, const QLocale &locale)
{
    return locale.formattedDataSize(bytes, 1);
}

QString percentText(double percent, const QLocale &locale)
{
    return Words::tr("%1 %").arg(shortNumber(percent, locale));
}

QString rateText(double perSecond, const QLocale &locale)
{
    return Words::tr("%1 / s").arg(shortNumber(perSecond, locale));
}

} // namespace signalbox
