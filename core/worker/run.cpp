#include "core/worker/run.h"

#include <algorithm>
#include <cmath>

namespace signalbox::worker {

bool ProgressCell::putProgress(JobProgress progress)
{
    const std::lock_guard lock(m_mutex);
    m_progress = std::move(progress);
    return !std::exchange(m_isAnnounced, true);
}

bool ProgressCell::putLog(const QString &line)
{
    QByteArray bytes = line.toUtf8();
    if (bytes.size() >= logBytesMax) bytes = QByteArrayLiteral("…") + bytes.last(logBytesMax / 2);
    const std::lock_guard lock(m_mutex);
    m_logTail += bytes;
    m_logTail += '\n';
    if (m_logTail.size() > logBytesMax) {
        // A quarter more than needed goes, up to a line's end, so that not every line moves the whole tail.
        const qsizetype atLeast = m_logTail.size() - logBytesMax * 3 / 4;
        const qsizetype lineEnd = m_logTail.indexOf('\n', atLeast);
        m_logTail.remove(0, lineEnd < 0 || lineEnd + 1 == m_logTail.size() ? atLeast : lineEnd + 1);
    }
    m_logChanged = true;
    return !std::exchange(m_isAnnounced, true);
}

std::optional<ProgressCell::Change> ProgressCell::take()
{
    const std::lock_guard lock(m_mutex);
    m_isAnnounced = false;
    if (!m_progress && !m_logChanged) return std::nullopt;
    Change change{std::exchange(m_progress, std::nullopt), {}};
    if (std::exchange(m_logChanged, false)) change.logTail = m_logTail;
    return change;
}

Run::Run(queue::Claim claimed, int queue, const runtime::Clock &clock, std::shared_ptr<EngineDoor> door)
    : claim(std::move(claimed)), queueIndex(queue), token(clock), m_clock(clock), m_door(std::move(door))
{
}

void Run::reportProgress(double current, std::optional<double> total, const QString &message,
                         const JsonText &metadata)
{
    if (!std::isfinite(current)) return log(QStringLiteral("A progress that is not a number was left out."));
    if (total && !std::isfinite(*total)) total.reset();
    const bool isSmall = metadata.bytes().size() <= ProgressCell::metadataBytesMax;
    const bool wake = progress.putProgress({claim.definition.id, current, total,
                                            message.left(JobProgress::messageCharsMax),
                                            isSmall ? metadata : JsonText::emptyObject(), m_clock.wallNow()});
    if (wake) m_door->put({WorkerNews::Kind::Progress, workerNumber(), nullptr});
}

void Run::log(const QString &line)
{
    if (progress.putLog(line)) m_door->put({WorkerNews::Kind::Progress, workerNumber(), nullptr});
}

} // namespace signalbox::worker
