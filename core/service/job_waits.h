#pragma once

#include "core/queue/job_queue.h"
#include "core/runtime/answer.h"
#include "core/runtime/clock.h"

#include <QMultiHash>
#include <QObject>

#include <memory>

namespace signalbox::service {

/// Those who wait for a job to end. An event about the job makes it look; so does a timer, rarely, since
/// events are hints: one may have come before we listened, or been cut from the stream.
/// Threads  the engine.
class JobWaits : public QObject {
    Q_OBJECT
public:
    JobWaits(queue::JobQueue &queue, const runtime::Seams &seams, QObject *parent = nullptr);
    ~JobWaits() override;
    void add(const JobId &id, const QString &queue, std::optional<std::chrono::milliseconds> atMost,
             const runtime::Answer<JobResult> &answer);
    void heed(const QList<Event> &events);

private:
    struct Wait;
    void look(const std::shared_ptr<Wait> &wait);
    void seen(const std::shared_ptr<Wait> &wait, const Result<Job> &job);
    void giveUp(const std::shared_ptr<Wait> &wait);
    void end(const std::shared_ptr<Wait> &wait, const Result<JobResult> &result);

    queue::JobQueue &m_queue;
    runtime::Seams m_seams;
    QMultiHash<JobId, std::shared_ptr<Wait>> m_waits; // owners: this, and a look that is under way
};

} // namespace signalbox::service
