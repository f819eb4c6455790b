#pragma once

#include <QLocale>
#include <QString>

#include <chrono>

namespace signalbox {

/// Numbers as a person reads them, in the locale's digits and marks; the same in window and command line.
/// Threads  any.

/// How long something took or has been running, as exact as is useful: "340 µs", "24 ms", "8.4 s" below ten
/// seconds, "48 s", then two units: "16m 04s", "1h 02m", "3d 04h".
[[nodiscard]] QString durationText(std::chrono::microseconds duration, const QLocale &locale = QLocale());
/// How old something is, in one unit: "48 s", "15 min", "3 h", "6 d". Rounded down.
[[nodiscard]] QString ageText(std::chrono::microseconds age, const QLocale &locale = QLocale());
/// "412 jobs", "1 job", "12,408 jobs".
[[nodiscard]] QString jobsText(qint64 count, const QLocale &locale = QLocale());
[[nodiscard]] QString countText(qint64 count, const QLocale &locale = QLocale()); ///< "12,408"
[[nodiscard]] QString bytesText(qint64 bytes, const QLocale &locale = QLocale()); ///< "512 bytes", "1.5 MiB"
[[nodiscard]] QString percentText(double percent, const QLocale &locale = QLocale()); ///< "0.5 %", "64 %"
[[nodiscard]] QString rateText(double perSecond,
                               const QLocale &locale = QLocale()); ///< "0.4 / s", "1,250 / s"

} // namespace signalbox
