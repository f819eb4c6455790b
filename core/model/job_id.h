#pragma once

#include "core/model/error.h"

#include <QByteArray>
#include <QHashFunctions>
#include <QString>

#include <array>
#include <compare>

namespace signalbox {

/// A job's UUID in canonical text (36 characters, lower case), as it stands in Redis, so that the hot path
/// copies it and never converts.   Threads  a value; any.
class JobId {
public:
    JobId() = default; ///< isNull()
    /// Accepts upper case and braces; refuses everything else.   Errors  Invalid, naming the text.
    [[nodiscard]] static Result<JobId> fromText(QStringView text);
    /// For ids that come from our own scripts. Not validated.
    [[nodiscard]] static JobId trusted(QByteArray canonical);
    /// A version 4 UUID of the 16 bytes given (version and variant bits are set here).
    [[nodiscard]] static JobId fromRandom(const std::array<quint8, 16> &bytes);

    [[nodiscard]] bool isNull() const { return m_text.isEmpty(); }
    [[nodiscard]] const QByteArray &bytes() const { return m_text; }
    [[nodiscard]] QString text() const { return QString::fromLatin1(m_text); }
    [[nodiscard]] QString shortText() const { return QString::fromLatin1(m_text.left(8)); } ///< for lists

    friend bool operator==(const JobId &, const JobId &) = default;
    friend std::strong_ordering operator<=>(const JobId &a, const JobId &b)
    {
        return a.m_text.compare(b.m_text) <=> 0; // by byte, as Redis orders members
    }
    friend size_t qHash(const JobId &id, size_t seed = 0) noexcept { return qHash(id.m_text, seed); }

private:
    QByteArray m_text;
};

} // namespace signalbox
