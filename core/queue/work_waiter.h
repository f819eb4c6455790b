#pragma once

#include "core/model/job_id.h"
#include "core/queue/failure_log.h"
#include "core/queue/key_names.h"
#include "core/redis/client.h"

#include <QObject>
#include <QStringList>

namespace signalbox::queue {

/// Waits for work on a connection of its own: one blocking read of the queues' wake lists and of the pool's
/// list of hints. A wake token carries no job, so one that is taken and lost costs nothing but time. After
/// every connect there is a wake, since tokens may have been taken while the old connection died. Threads
/// one; calls back in it. May be destroyed from its own callbacks with deleteLater() only.
class WorkWaiter : public QObject {
    Q_OBJECT
public:
    WorkWaiter(redis::ClientOptions options, const runtime::Seams &seams, const KeyNames &names,
               const QByteArray &worker, const QStringList &queues, std::function<void()> wake,
               std::function<void(QString, JobId)> cancelHint);

private:
    void watch(const redis::ConnectionState &state);
    void wait();
    void take(const redis::Reply &reply);

    QByteArrayList m_command;
    QByteArray m_control;
    std::function<void()> m_wake;
    std::function<void(QString, JobId)> m_cancelHint;
    quint64 m_epoch = 0;
    FailureLog m_failures;
    std::unique_ptr<runtime::Timer> m_again;
    redis::Client m_client; // last: it answers what is in flight before the rest goes
};

} // namespace signalbox::queue
