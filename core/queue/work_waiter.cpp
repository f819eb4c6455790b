#include "core/queue/work_waiter.h"

#include "core/model/job_id.h"
#include "core/queue/words.h"
#include "core/runtime/engine_thread.h"

namespace signalbox::queue {

namespace {

using std::chrono::seconds;

/// Long enough for an idle pool to send little, short enough for a proxy that drops quiet connections.
constexpr seconds blockFor{10};
constexpr seconds askAgainAfter{1};

} // namespace

WorkWaiter::WorkWaiter(redis::ClientOptions options, const runtime::Seams &seams, const KeyNames &names,
                       const QByteArray &worker, const QStringList &queues, std::function<void()> wake,
                       std::function<void(QString, JobId)> cancelHint)
    : m_command{"BLPOP", names.control(worker)},
      m_control(names.control(worker)),
      m_wake(std::move(wake)),
      m_cancelHint(std::move(cancelHint)),
      m_again(seams.timers->makeTimer([this] { wait(); })),
      m_client(std::move(options), seams)
{
    for (const QString &queue : queues) m_command.append(names.key(queue, Noun::Wake));
    m_command.append(QByteArray::number(qint64{blockFor.count()}));
    connect(&m_client, &redis::Client::stateChanged, this, &WorkWaiter::watch);
    m_client.start();
}

void WorkWaiter::watch(const redis::ConnectionState &state)
{
    if (state.phase != redis::ConnectionState::Phase::Ready || state.epoch == m_epoch) return;
    m_epoch = state.epoch;
    m_again->stop();
    wait();
    m_wake();
}

void WorkWaiter::wait()
{
    SIGNALBOX_IN_THREAD_OF(this);
    constexpr seconds answerWithin{5}; // beyond the time that it may block
    m_client.sendBlocking(
        m_command, blockFor + answerWithin, [this, epoch = m_epoch](Result<redis::Reply> reply) {
            if (epoch != m_epoch) return; // of a connection before this one, where watch() has begun anew
            if (reply || reply.error().kind != Error::Kind::ConnectionLost)
                m_failures.note(Words::tr("This pool is not woken when there is work."), reply);
            if (reply) {
                take(*reply);
                wait();
            } else if (reply.error().kind != Error::Kind::ConnectionLost) {
                // A failover, a server that is loading, a wake key of another type: asked
                // again at once, it might be refused at once, for ever.
                m_again->start(askAgainAfter);
            } // a lost connection comes back by watch()
        });
}

void WorkWaiter::take(const redis::Reply &reply)
{
    if (!reply.isArray() || reply.size() != 2) return; // nothing came in time
    if (reply.at(0).text != m_control) {
        m_wake();
        return;
    }
    const QByteArrayList hint = reply.at(1).text.split(' '); // cancel <queue, escaped> <id>
    if (hint.size() != 3 || hint.at(0) != "cancel") return;
    m_cancelHint(QString::fromUtf8(QByteArray::fromPercentEncoding(hint.at(1))), JobId::trusted(hint.at(2)));
}

} // namespace signalbox::queue
