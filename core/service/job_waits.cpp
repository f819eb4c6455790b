#include "core/service/job_waits.h"

#include "core/model/number_text.h"
#include "core/service/words.h"

namespace signalbox::service {

using namespace std::chrono_literals;

namespace {

// The first looks are close together: events may only just be starting to flow. The last distance stays.
constexpr std::chrono::milliseconds lookFirst = 50ms;
constexpr std::chrono::milliseconds lookLast = 5s;

bool mayEndAJob(Event::Type type)
{
    switch (type) {
    case Event::Type::JobCompleted:
    case Event::Type::JobFailed:
    case Event::Type::JobDeadLetter:
    case Event::Type::JobCancelled:
    case Event::Type::JobDeleted:
    case Event::Type::QueueRepaired: // wherever that put it
        return true;
    case Event::Type::JobSubmitted:
    case Event::Type::JobStarted:
    case Event::Type::JobProgress:
    case Event::Type::JobRequeued:
    case Event::Type::JobReleased:
    case Event::Type::JobLeaseLost:
    case Event::Type::JobSettleRefused:
    case Event::Type::JobPromoted:
    case Event::Type::JobsPurged:
    case Event::Type::QueuePaused:
    case Event::Type::QueueResumed:
    case Event::Type::ServiceStarted:
    case Event::Type::ServiceStopped:
    case Event::Type::WorkersStarted:
    case Event::Type::WorkersStopped:
    case Event::Type::WorkersScaled:
    case Event::Type::EventsMissed:
        break;
    }
    return false;
}

} // namespace

struct JobWaits::Wait {
    JobId id;
    QString queue;
    std::optional<std::chrono::milliseconds> atMost;
    runtime::Answer<JobResult> answer;
    std::unique_ptr<runtime::Timer> nextLook;
    std::unique_ptr<runtime::Timer> deadline;
    std::chrono::milliseconds distance = lookFirst;
    bool isLooking = false;
    bool lookAgain = false; // an event came while we looked: what we saw may be older
    bool isOver = false;
};

JobWaits::JobWaits(queue::JobQueue &queue, const runtime::Seams &seams, QObject *parent)
    : QObject(parent), m_queue(queue), m_seams(seams)
{
}

JobWaits::~JobWaits() = default;

void JobWaits::add(const JobId &id, const QString &queue, std::optional<std::chrono::milliseconds> atMost,
                   const runtime::Answer<JobResult> &answer)
{
    const auto wait = std::make_shared<Wait>();
    wait->id = id;
    wait->queue = queue;
    wait->atMost = atMost;
    wait->answer = answer;
    const std::weak_ptr<Wait> weak = wait; // its own timers must not keep it
    wait->nextLook = m_seams.timers->makeTimer([this, weak] {
        if (const auto strong = weak.lock()) look(strong);
    });
    if (atMost) {
        wait->deadline = m_seams.timers->makeTimer([this, weak] {
            if (const auto strong = weak.lock()) giveUp(strong);
        });
        wait->deadline->start(*atMost);
    }
    m_waits.insert(id, wait);
    look(wait);
}

void JobWaits::heed(const QList<Event> &events)
{
    if (m_waits.isEmpty()) return;
    for (const Event &event : events) {
        if (!mayEndAJob(event.type)) continue;
        const auto waits = m_waits.values(event.job); // a copy: a look may end one
        for (const std::shared_ptr<Wait> &wait : waits) look(wait);
    }
}

void JobWaits::look(const std::shared_ptr<Wait> &wait)
{
    if (wait->isLooking) {
        wait->lookAgain = true;
        return;
    }
    wait->isLooking = true;
    wait->lookAgain = false;
    runtime::whenDone(m_queue.job(wait->queue, wait->id), this,
                      [this, wait](const Result<Job> &job) { seen(wait, job); });
}

void JobWaits::seen(const std::shared_ptr<Wait> &wait, const Result<Job> &job)
{
    wait->isLooking = false;
    if (wait->isOver) return;
    if (!job) {
        const bool mayPass
            = job.error().kind == Error::Kind::ConnectionLost || job.error().kind == Error::Kind::Unavailable;
        if (!mayPass) return end(wait, tl::unexpected(job.error()));
    } else if (const std::optional<JobResult> result = job->toResult()) {
        return end(wait, *result);
    }
    if (wait->lookAgain) return look(wait);
    wait->nextLook->start(wait->distance);
    wait->distance = std::min(wait->distance * 2, lookLast);
}

void JobWaits::giveUp(const std::shared_ptr<Wait> &wait)
{
    end(wait,
        fail(Error::Kind::WrongState, Words::tr("Job %1 has not ended.").arg(wait->id.text()),
             Words::tr("It was waited for during %1.").arg(durationText(*wait->atMost)),
             Words::tr("It goes on; wait again, or cancel it.")));
}

void JobWaits::end(const std::shared_ptr<Wait> &wait, const Result<JobResult> &result)
{
    wait->isOver = true;
    wait->nextLook->stop();
    if (wait->deadline) wait->deadline->stop();
    m_waits.remove(wait->id, wait);
    wait->answer.give(result);
}

} // namespace signalbox::service
