#include "core/queue/job_errors.h"

#include "core/queue/words.h"

namespace signalbox::queue {

using Kind = Error::Kind;

namespace {

QString nextStep(JobStatus found)
{
    if (found == JobStatus::Running) return Words::tr("Cancel it first, or wait until it ends.");
    if (isTerminal(found)) return Words::tr("It has ended; look at its result.");
    return Words::tr("Look at it again: it may have changed meanwhile.");
}

} // namespace

Error jobNotFound(const JobId &id, const QString &queue)
{
    return {Kind::NotFound, Words::tr("There is no job %1 in queue \"%2\".").arg(id.text(), queue),
            Words::tr("It was never submitted there, or it was deleted or purged."),
            Words::tr("Check the id and the queue.")};
}

Error wrongState(const JobId &id, const QString &act, JobStatus found)
{
    return {Kind::WrongState, Words::tr("Could not %1 job %2.").arg(act, id.text()),
            Words::tr("It is %1.").arg(toText(found)), nextStep(found)};
}

Error leaseLost(const JobId &id)
{
    return {Kind::LeaseLost, Words::tr("The result of job %1 was refused.").arg(id.text()),
            Words::tr("The lease had ended, and another worker may have the job."),
            Words::tr("Stop working on it.")};
}

Error staleClaim()
{
    return {Kind::LeaseLost, Words::tr("The claim was refused."),
            Words::tr("A later claim of the same worker has been answered already."),
            Words::tr("Drop it; the jobs of the later claim count.")};
}

Error queueFull(const QString &queue, qint64 sizeMax)
{
    return {Kind::QueueFull, Words::tr("Queue \"%1\" is full.").arg(queue),
            Words::tr("It holds its maximum of %L1 jobs.").arg(sizeMax),
            Words::tr("Submit later, or raise the maximum.")};
}

Error notInitialized()
{
    return {Kind::WrongState, Words::tr("The queue does not work yet."),
            Words::tr("It was not initialised, or it was shut down."), Words::tr("Initialise it first.")};
}

Error shuttingDown()
{
    return {Kind::Unavailable, Words::tr("The queue takes no more calls."), Words::tr("It is shutting down."),
            Words::tr("Initialise it again when it has shut down.")};
}

Error dependenciesUnsupported()
{
    return {Kind::Unsupported, Words::tr("The field depends_on cannot be used."),
            Words::tr("This queue does not wait for other jobs."),
            Words::tr("Leave depends_on out, and submit the job when the others have ended.")};
}

Error cannotRequeueState(JobStatus from)
{
    return {Kind::WrongState, Words::tr("Could not requeue the %1 jobs.").arg(toText(from)),
            Words::tr("Only what ended without success can start anew."),
            Words::tr("Choose dead_letter, failed or cancelled.")};
}

Error notACursor()
{
    return {Kind::Invalid, Words::tr("The list cannot go on from there."),
            Words::tr("The cursor is not one that a list gave."),
            Words::tr("Begin the list anew, without one.")};
}

Error cannotPurgeRunning()
{
    return {Kind::WrongState, Words::tr("Could not purge the running jobs."),
            Words::tr("A handler works on each of them."), Words::tr("Cancel them first.")};
}

} // namespace signalbox::queue
