#include "core/model/job_id.h"

#include "core/model/words.h"

namespace signalbox {

namespace {

constexpr qsizetype canonicalLength = 36;
constexpr bool isDashAt(qsizetype position)
{
    return position == 8 || position == 13 || position == 18 || position == 23;
}

QByteArray toCanonical(QStringView text) // empty when it is no UUID
{
    if (text.size() == canonicalLength + 2 && text.front() == u'{' && text.back() == u'}')
        text = text.sliced(1, canonicalLength);
    if (text.size() != canonicalLength) return {};
    QByteArray canonical(canonicalLength, Qt::Uninitialized);
    for (qsizetype i = 0; i < canonicalLength; ++i) {
        const char16_t c = text[i].unicode();
        const bool isLower = (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f');
        const bool isUpper = c >= u'A' && c <= u'F';
        if (isDashAt(i) ? c != u'-' : !isLower && !isUpper) return {};
        canonical[i] = static_cast<char>(isUpper ? c - u'A' + u'a' : c);
    }
    return canonical;
}

} // namespace

Result<JobId> JobId::fromText(QStringView text)
{
    QByteArray canonical = toCanonical(text);
    if (canonical.isEmpty())
        return fail(Error::Kind::Invalid, Words::tr("\"%1\" is not a job's id.").arg(text.left(80)),
                    Words::tr("An id is a UUID of 36 characters."),
                    Words::tr("Copy it whole, as in 0190b6a2-7c1e-4f0a-9d3b-5f2c41a8e7d6."));
    return trusted(std::move(canonical));
}

JobId JobId::trusted(QByteArray canonical)
{
    JobId id;
    id.m_text = std::move(canonical);
    return id;
}

JobId JobId::fromRandom(const std::array<quint8, 16> &bytes)
{
    std::array<quint8, 16> uuid = bytes;
    uuid[6] = static_cast<quint8>((uuid[6] & 0x0FU) | 0x40U); // version 4
    uuid[8] = static_cast<quint8>((uuid[8] & 0x3FU) | 0x80U); // the RFC's variant
    constexpr std::array<char, 17> hex{"0123456789abcdef"};
    QByteArray text(canonicalLength, Qt::Uninitialized);
    qsizetype at = 0;
    for (const quint8 byte : uuid) {
        if (isDashAt(at)) text[at++] = '-';
        text[at++] = hex[byte >> 4U];
        text[at++] = hex[byte & 0xFU];
    }
    return trusted(std::move(text));
}

} // namespace signalbox
