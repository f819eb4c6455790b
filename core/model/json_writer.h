#pragma once

#include "core/model/job_id.h"
#include "core/model/json_text.h"
#include "core/model/timestamp.h"

#include <QMap>
#include <QString>
#include <QStringList>

#include <chrono>
#include <optional>

namespace signalbox {

/// Writes one JSON object, member by member, on one line. Not QJsonObject, which sorts keys, turns integers
/// beyond 2^53 into doubles and cannot take a payload as it is. REQUIRES that no key is written twice.
/// Threads  a value; any.
class JsonWriter {
public:
    JsonWriter &json(QLatin1StringView key, QByteArrayView document); ///< as it is, byte for byte
    JsonWriter &member(const JsonMember &member);                     ///< as it is, byte for byte
    JsonWriter &null(QLatin1StringView key);
    JsonWriter &text(QLatin1StringView key, QStringView value);
    JsonWriter &textOrNull(QLatin1StringView key, QStringView value); ///< null when empty
    JsonWriter &boolean(QLatin1StringView key, bool value);
    JsonWriter &integer(QLatin1StringView key, qint64 value);
    JsonWriter &number(QLatin1StringView key,
                       double value); ///< NaN and infinity, which JSON has not, as null
    JsonWriter &numberOrNull(QLatin1StringView key, std::optional<double> value);
    JsonWriter &seconds(QLatin1StringView key, std::chrono::microseconds value); ///< exact: 0.25
    JsonWriter &secondsOrNull(QLatin1StringView key, std::optional<std::chrono::microseconds> value);
    JsonWriter &time(QLatin1StringView key, Timestamp value);
    JsonWriter &timeOrNull(QLatin1StringView key, std::optional<Timestamp> value);
    JsonWriter &jobId(QLatin1StringView key, const JobId &value); ///< null when null
    JsonWriter &textMap(QLatin1StringView key, const QMap<QString, QString> &value);
    JsonWriter &textList(QLatin1StringView key, const QStringList &value);
    /// The object. The writer is empty afterwards.
    [[nodiscard]] QByteArray take();

private:
    void begin(QLatin1StringView key);
    QByteArray m_text = QByteArrayLiteral("{");
};

/// The shortest text that reads back as the same number; `null` for NaN and infinity.
[[nodiscard]] QByteArray jsonNumber(double value);
/// Seconds as a decimal number, exact to the microsecond, without trailing zeros.
[[nodiscard]] QByteArray jsonSeconds(std::chrono::microseconds value);
/// `documents` as one array, each as it is.
[[nodiscard]] QByteArray jsonArray(const QList<QByteArray> &documents);

} // namespace signalbox
