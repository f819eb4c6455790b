#include "core/queue/key_names.h"

namespace signalbox::queue {

namespace {

constexpr std::array nouns{"meta",      "counts",  "jobs",      "runs",      "big",      "progress",
                           "logs",      "pending", "blocked",   "scheduled", "retrying", "running",
                           "completed", "failed",  "cancelled", "dead",      "handlers", "keys",
                           "keyed",     "claims",  "wake",      "events"};
static_assert(nouns.size() == nounCount);

} // namespace

QByteArray toText(Noun noun)
{
    return nouns[static_cast<size_t>(noun)];
}

QByteArray typeOf(Noun noun)
{
    switch (noun) {
    case Noun::Pending:
    case Noun::Blocked:
    case Noun::Scheduled:
    case Noun::Retrying:
    case Noun::Running:
    case Noun::Completed:
    case Noun::Failed:
    case Noun::Cancelled:
    case Noun::Dead:
        return QByteArrayLiteral("zset");
    case Noun::Wake:
        return QByteArrayLiteral("list");
    case Noun::Events:
        return QByteArrayLiteral("stream");
    case Noun::Meta:
    case Noun::Counts:
    case Noun::Jobs:
    case Noun::Runs:
    case Noun::Big:
    case Noun::Progress:
    case Noun::Logs:
    case Noun::Handlers:
    case Noun::Keys:
    case Noun::Keyed:
    case Noun::Claims:
        return QByteArrayLiteral("hash");
    }
    return {};
}

KeyNames::KeyNames(const QString &prefix) : m_prefix(escaped(prefix)) { }

const QByteArrayList &KeyNames::of(const QString &queue) const
{
    const auto found = m_cached.constFind(queue);
    if (found != m_cached.cend()) return *found;
    if (m_cached.size() >= cachedMax) m_cached.clear();
    const QByteArray tag = '{' + m_prefix + ':' + escaped(queue) + "}:";
    QByteArrayList keys;
    keys.reserve(nounCount);
    for (const char *noun : nouns) keys.append(tag + noun);
    return *m_cached.insert(queue, std::move(keys));
}

QByteArray KeyNames::key(const QString &queue, Noun noun) const
{
    return of(queue).at(static_cast<qsizetype>(noun));
}

QByteArray KeyNames::metrics(const QString &queue, bool isFine) const
{
    return '{' + m_prefix + ':' + escaped(queue) + (isFine ? "}:seconds" : "}:minutes");
}

QByteArray KeyNames::recorded(const QString &queue, const QByteArray &worker) const
{
    return '{' + m_prefix + ':' + escaped(queue) + "}:recorded:" + worker;
}

QByteArray KeyNames::queues() const
{
    return '{' + m_prefix + "}:queues";
}

QByteArray KeyNames::news() const
{
    return '{' + m_prefix + "}:news";
}

QByteArray KeyNames::pools() const
{
    return '{' + m_prefix + "}:pools";
}

QByteArray KeyNames::beats() const
{
    return '{' + m_prefix + "}:beats";
}

QByteArray KeyNames::doctor() const
{
    return '{' + m_prefix + "}:doctor";
}

QByteArray KeyNames::control(const QByteArray &worker) const
{
    return '{' + m_prefix + "}:ctl:" + worker;
}

QByteArray KeyNames::escaped(const QString &name)
{
    return name.toUtf8().toPercentEncoding({}, "~"); // leaves letters, digits and - . _ alone
}

} // namespace signalbox::queue
