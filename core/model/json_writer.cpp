#include "core/model/json_writer.h"

#include <QLocale>

#include <cmath>

namespace signalbox {

void JsonWriter::begin(QLatin1StringView key)
{
    if (m_text.size() > 1) m_text.append(',');
    m_text.append('"').append(key.data(), key.size()).append("\":"); // our own keys need no escaping
}

JsonWriter &JsonWriter::json(QLatin1StringView key, QByteArrayView document)
{
    begin(key);
    m_text.append(document);
    return *this;
}

JsonWriter &JsonWriter::member(const JsonMember &member)
{
    if (m_text.size() > 1) m_text.append(',');
    m_text.append(jsonString(member.key)).append(':').append(member.value);
    return *this;
}

JsonWriter &JsonWriter::null(QLatin1StringView key)
{
    return json(key, "null");
}

JsonWriter &JsonWriter::text(QLatin1StringView key, QStringView value)
{
    return json(key, jsonString(value));
}

JsonWriter &JsonWriter::textOrNull(QLatin1StringView key, QStringView value)
{
    return value.isEmpty() ? null(key) : text(key, value);
}

JsonWriter &JsonWriter::boolean(QLatin1StringView key, bool value)
{
    return json(key, value ? "true" : "false");
}

JsonWriter &JsonWriter::integer(QLatin1StringView key, qint64 value)
{
    return json(key, QByteArray::number(value));
}

JsonWriter &JsonWriter::number(QLatin1StringView key, double value)
{
    return json(key, jsonNumber(value));
}

JsonWriter &JsonWriter::numberOrNull(QLatin1StringView key, std::optional<double> value)
{
    return value ? number(key, *value) : null(key);
}

JsonWriter &JsonWriter::seconds(QLatin1StringView key, std::chrono::microseconds value)
{
    return json(key, jsonSeconds(value));
}

JsonWriter &JsonWriter::secondsOrNull(QLatin1StringView key, std::optional<std::chrono::microseconds> value)
{
    return value ? seconds(key, *value) : null(key);
}

JsonWriter &JsonWriter::time(QLatin1StringView key, Timestamp value)
{
    begin(key);
    m_text.append('"').append(toText(value).toLatin1()).append('"');
    return *this;
}

JsonWriter &JsonWriter::timeOrNull(QLatin1StringView key, std::optional<Timestamp> value)
{
    return value ? time(key, *value) : null(key);
}

JsonWriter &JsonWriter::jobId(QLatin1StringView key, const JobId &value)
{
    if (value.isNull()) return null(key);
    begin(key);
    m_text.append('"').append(value.bytes()).append('"');
    return *this;
}

JsonWriter &JsonWriter::textMap(QLatin1StringView key, const QMap<QString, QString> &value)
{
    QByteArray object = QByteArrayLiteral("{");
    for (auto item = value.cbegin(); item != value.cend(); ++item) {
        if (object.size() > 1) object.append(',');
        object.append(jsonString(item.key())).append(':').append(jsonString(item.value()));
    }
    return json(key, object.append('}'));
}

JsonWriter &JsonWriter::textList(QLatin1StringView key, const QStringList &value)
{
    QList<QByteArray> texts;
    texts.reserve(value.size());
    for (const QString &text : value) texts.append(jsonString(text));
    return json(key, jsonArray(texts));
}

QByteArray JsonWriter::take()
{
    m_text.append('}');
    return std::exchange(m_text, QByteArrayLiteral("{"));
}

QByteArray jsonNumber(double value)
{
    if (!std::isfinite(value)) return QByteArrayLiteral("null");
    return QByteArray::number(value, 'g', QLocale::FloatingPointShortest);
}

QByteArray jsonSeconds(std::chrono::microseconds value)
{
    const qint64 micros = value.count();
    const quint64 size = micros < 0 ? 0 - static_cast<quint64>(micros) : static_cast<quint64>(micros);
    QByteArray text = (micros < 0 ? "-" : "") + QByteArray::number(size / 1'000'000);
    if (const quint64 fraction = size % 1'000'000; fraction != 0) {
        text.append('.').append(QByteArray::number(fraction).rightJustified(6, '0'));
        while (text.endsWith('0')) text.chop(1);
    }
    return text;
}

QByteArray jsonArray(const QList<QByteArray> &documents)
{
    return '[' + documents.join(',') + ']';
}

} // namespace signalbox
