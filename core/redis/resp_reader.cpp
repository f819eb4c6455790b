#include "core/redis/resp_reader.h"

#include <QCoreApplication>

#include <hiredis/read.h>

#include <algorithm>
#include <cstring>

namespace signalbox::redis {

namespace {

constexpr size_t lineBytesMax
    = 64 * 1024; // a status, an error, a number; nothing that Redis sends comes near
constexpr size_t bulkHeaderBytesMax = 32;
constexpr size_t keptBufferBytes = 1024 * 1024; // hiredis gives back a larger buffer once it is empty
constexpr int reservedElementsMax
    = 1024; // an announced length is a claim, not a fact: memory follows what arrives

QString tr(const char *text)
{
    return QCoreApplication::translate("redis", text);
}

} // namespace

/// The reply under construction; hiredis calls these for each item, depth first.
struct RespReader::Building {
    RespFrame frame;
    qsizetype elements = 0;
    qsizetype elementsMax = 0;
    bool tooMany = false;

    static Building &of(const redisReadTask *task) { return *static_cast<Building *>(task->privdata); }

    /// Where the item goes. A parent's vector grows only while none of its earlier elements is being filled,
    /// so the pointers that hiredis keeps to enclosing arrays stay valid.
    static Reply *slot(const redisReadTask *task)
    {
        Building &building = of(task);
        if (++building.elements > building.elementsMax) {
            building.tooMany = true;
            return nullptr; // hiredis stops, and calls it out of memory
        }
        if (task->parent == nullptr) return &building.frame.reply;
        return &static_cast<Reply *>(task->parent->obj)->elements.emplace_back();
    }

    static void *text(const redisReadTask *task, char *bytes, size_t size)
    {
        Building &building = of(task);
        Reply *reply = slot(task);
        if (reply == nullptr) return nullptr;
        if (task->type == REDIS_REPLY_ERROR && !building.frame.isError) {
            building.frame.isError = true;
            building.firstError = QByteArray(bytes, static_cast<qsizetype>(size));
        }
        reply->type = task->type == REDIS_REPLY_STRING ? Reply::Type::Text : Reply::Type::Status;
        reply->text = QByteArray(bytes, static_cast<qsizetype>(size));
        return reply;
    }
    static void *array(const redisReadTask *task, int size)
    {
        Reply *reply = slot(task);
        if (reply == nullptr) return nullptr;
        reply->type = Reply::Type::Array;
        reply->elements.reserve(static_cast<size_t>(std::clamp(size, 0, reservedElementsMax)));
        return reply;
    }
    static void *integer(const redisReadTask *task, long long value)
    {
        Reply *reply = slot(task);
        if (reply == nullptr) return nullptr;
        reply->type = Reply::Type::Integer;
        reply->integer = value;
        return reply;
    }
    static void *nil(const redisReadTask *task) { return slot(task); }
    static void free(void *) { } // the frame owns every item

    QByteArray firstError;
};

void RespReader::Free::operator()(redisReader *reader) const
{
    redisReaderFree(reader);
}

RespReader::RespReader(RespLimits limits) : m_limits(limits), m_building(std::make_unique<Building>())
{
    static redisReplyObjectFunctions functions{.createString = Building::text,
                                               .createArray = Building::array,
                                               .createInteger = Building::integer,
                                               .createNil = Building::nil,
                                               .freeObject = Building::free};
    m_building->elementsMax = limits.elementsMax;
    m_reader.reset(redisReaderCreateWithFunctions(&functions));
    if (!m_reader) qFatal("Out of memory.");
    m_reader->privdata = m_building.get();
    m_reader->maxbuf = keptBufferBytes;
}

RespReader::~RespReader() = default;

void RespReader::feed(QByteArrayView bytes)
{
    if (!m_failure.isEmpty() || bytes.isEmpty()) return;
    m_fed += bytes.size();
    if (redisReaderFeed(m_reader.get(), bytes.data(), static_cast<size_t>(bytes.size())) != REDIS_OK)
        m_failure = tr("There is no memory left for it.");
}

std::optional<RespFrame> RespReader::next()
{
    if (!m_failure.isEmpty()) return std::nullopt;
    void *done = nullptr;
    if (redisReaderGetReply(m_reader.get(), &done) != REDIS_OK) {
        m_failure = m_building->tooMany ? tr("It has more than %1 elements.").arg(m_limits.elementsMax)
                                        : QString::fromUtf8(m_reader->errstr);
        return std::nullopt;
    }
    if (done == nullptr) {
        checkUnfinished();
        return std::nullopt;
    }
    const qint64 frameEnd = m_fed - static_cast<qint64>(m_reader->len - m_reader->pos);
    if (frameEnd - std::exchange(m_frameStart, frameEnd) > m_limits.frameBytesMax) {
        m_failure = tr("It is larger than %1 bytes.").arg(m_limits.frameBytesMax);
        return std::nullopt;
    }
    m_building->elements = 0;
    RespFrame frame = std::exchange(m_building->frame, {});
    if (frame.isError) {
        frame.reply = {};
        frame.reply.text = std::exchange(m_building->firstError, {});
    }
    return frame;
}

void RespReader::checkUnfinished()
{
    if (m_fed - m_frameStart > m_limits.frameBytesMax)
        m_failure = tr("It is larger than %1 bytes.").arg(m_limits.frameBytesMax);
    else if (hasEndlessLine())
        m_failure = tr("It contains a line without an end.");
}

/// hiredis looks for a line's end from its beginning with every feed: without a bound, a peer that sends a
/// line for ever costs the square of what it sent.
bool RespReader::hasEndlessLine() const
{
    const redisReader &reader = *m_reader;
    if (reader.ridx < 0) return false;
    const int type = reader.rstack[reader.ridx].type;
    const size_t unread = reader.len - reader.pos;
    if (type != REDIS_REPLY_STRING) return unread > lineBytesMax;
    return unread > bulkHeaderBytesMax
        && std::memchr(reader.buf + reader.pos, '\n', bulkHeaderBytesMax) == nullptr;
}

} // namespace signalbox::redis
