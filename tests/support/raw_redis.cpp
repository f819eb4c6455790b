#include "tests/support/raw_redis.h"

#include <QFile>

#include <hiredis/hiredis.h>

namespace signalbox::test {

using redis::Reply;

namespace {

using ReplyPointer = std::unique_ptr<redisReply, void (*)(void *)>;

timeval toTimeval(std::chrono::milliseconds time)
{
    return {.tv_sec = time.count() / 1000, .tv_usec = (time.count() % 1000) * 1000};
}

redisContext *connectTo(const QString &socketPath, std::chrono::milliseconds deadline)
{
    redisContext *context
        = redisConnectUnixWithTimeout(QFile::encodeName(socketPath).constData(), toTimeval(deadline));
    if (context != nullptr && context->err == 0) redisSetTimeout(context, toTimeval(deadline));
    return context;
}

ReplyPointer ask(redisContext *context, const QByteArrayList &arguments)
{
    std::vector<const char *> texts;
    std::vector<size_t> sizes;
    for (const QByteArray &argument : arguments) {
        texts.push_back(argument.constData());
        sizes.push_back(static_cast<size_t>(argument.size()));
    }
    void *reply = redisCommandArgv(context, static_cast<int>(texts.size()), texts.data(), sizes.data());
    return {static_cast<redisReply *>(reply), freeReplyObject};
}

Reply toReply(const redisReply &raw)
{
    Reply reply;
    switch (raw.type) {
    case REDIS_REPLY_INTEGER:
        reply.type = Reply::Type::Integer;
        reply.integer = raw.integer;
        break;
    case REDIS_REPLY_NIL:
        break;
    case REDIS_REPLY_ARRAY:
        reply.type = Reply::Type::Array;
        for (size_t i = 0; i < raw.elements; ++i) reply.elements.push_back(toReply(*raw.element[i]));
        break;
    default:
        reply.type = raw.type == REDIS_REPLY_STATUS ? Reply::Type::Status : Reply::Type::Text;
        reply.text = QByteArray(raw.str, static_cast<qsizetype>(raw.len));
    }
    return reply;
}

} // namespace

void RawRedis::Close::operator()(redisContext *context) const
{
    redisFree(context);
}

RawRedis::RawRedis(const QString &socketPath) : m_context(connectTo(socketPath, std::chrono::seconds(20)))
{
    if (m_context == nullptr || m_context->err != 0)
        qFatal("RawRedis cannot connect to %s: %s", qPrintable(socketPath),
               m_context ? m_context->errstr : "out of memory");
}

RawRedis::~RawRedis() = default;
RawRedis::RawRedis(RawRedis &&) noexcept = default;
RawRedis &RawRedis::operator=(RawRedis &&) noexcept = default;

Result<Reply> RawRedis::tryCommand(const QByteArrayList &arguments)
{
    const QString what = QStringLiteral("%1 failed.").arg(QString::fromUtf8(arguments.join(' ').left(200)));
    const ReplyPointer raw = ask(m_context.get(), arguments);
    if (!raw) return fail(Error::Kind::ConnectionLost, what, QString::fromUtf8(m_context->errstr), {});
    if (raw->type == REDIS_REPLY_ERROR)
        return fail(Error::Kind::Invalid, what, QString::fromUtf8(raw->str, static_cast<qsizetype>(raw->len)),
                    {});
    return toReply(*raw);
}

Reply RawRedis::command(const QByteArrayList &arguments)
{
    Result<Reply> reply = tryCommand(arguments);
    if (!reply) qFatal("RawRedis: %s %s", qPrintable(reply.error().what), qPrintable(reply.error().why));
    return std::move(*reply);
}

bool RawRedis::answers(const QString &socketPath, std::chrono::milliseconds deadline)
{
    const std::unique_ptr<redisContext, Close> context(connectTo(socketPath, deadline));
    if (context == nullptr || context->err != 0) return false;
    const ReplyPointer reply = ask(context.get(), {"PING"});
    // LOADING is not yet an answer; NOAUTH and NOPERM are: the server is up and only wants a name.
    return reply && (reply->type == REDIS_REPLY_STATUS || strncmp(reply->str, "NO", 2) == 0);
}

} // namespace signalbox::test
