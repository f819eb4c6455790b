#include "core/redis/resp_writer.h"

#include <charconv>
#include <cstring>

namespace signalbox::redis {

namespace {

constexpr qsizetype headerBytesMax = 24; // type, 19 digits, CR LF; a bulk's closing CR LF fits beside

char *putHeader(char *at, char type, qsizetype number)
{
    *at++ = type;
    at = std::to_chars(at, at + 20, number).ptr;
    *at++ = '\r';
    *at++ = '\n';
    return at;
}

char *putBulk(char *at, QByteArrayView text)
{
    at = putHeader(at, '$', text.size());
    if (!text.isEmpty()) std::memcpy(at, text.data(), static_cast<size_t>(text.size()));
    at += text.size();
    *at++ = '\r';
    *at++ = '\n';
    return at;
}

qsizetype bulksAtMost(const QByteArrayList &texts)
{
    qsizetype bytes = 0;
    for (const QByteArray &text : texts) bytes += headerBytesMax + 2 + text.size();
    return bytes;
}

char *putBulks(char *at, const QByteArrayList &texts)
{
    for (const QByteArray &text : texts) at = putBulk(at, text);
    return at;
}

} // namespace

void RespWriter::append(const QByteArrayList &command)
{
    char *at = grow(headerBytesMax + bulksAtMost(command));
    at = putHeader(at, '*', command.size());
    shrinkTo(putBulks(at, command));
}

void RespWriter::appendScript(QByteArrayView verb, QByteArrayView script, const QByteArrayList &keys,
                              const QByteArrayList &arguments)
{
    const QByteArray keyCount = QByteArray::number(keys.size());
    char *at = grow(4 * headerBytesMax + 8 + verb.size() + script.size() + keyCount.size() + bulksAtMost(keys)
                    + bulksAtMost(arguments));
    at = putHeader(at, '*', 3 + keys.size() + arguments.size());
    at = putBulk(at, verb);
    at = putBulk(at, script);
    at = putBulk(at, keyCount);
    at = putBulks(at, keys);
    shrinkTo(putBulks(at, arguments));
}

char *RespWriter::grow(qsizetype atMost)
{
    const qsizetype before = m_bytes.size();
    m_bytes.resize(before + atMost); // grows its buffer geometrically
    return m_bytes.data() + before;
}

void RespWriter::shrinkTo(const char *end)
{
    m_bytes.resize(end - m_bytes.constData());
}

} // namespace signalbox::redis
