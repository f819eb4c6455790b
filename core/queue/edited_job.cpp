#include "core/queue/edited_job.h"

#include <bit>

namespace signalbox::queue {

using namespace Qt::StringLiterals;

JobId newJobId(runtime::Random &random)
{
    const quint64 first = random.bits(), second = random.bits();
    return JobId::fromRandom(std::bit_cast<std::array<quint8, 16>>(std::array{first, second}));
}

bool isEdit(const RequeueEdit &edit)
{
    return edit.args || edit.kwargs || edit.priority || edit.retry || edit.timeout;
}

JobDefinition editedJob(const JobDefinition &old, const RequeueEdit &edit, const JobId &id, Timestamp now)
{
    JobDefinition job = old;
    job.id = id;
    job.createdAt = now;
    job.scheduledAt.reset();
    job.idempotencyKey.clear(); // it belongs to the old one
    job.tags.insert(u"requeued_from"_s, old.id.text());
    if (edit.args) job.args = *edit.args;
    if (edit.kwargs) job.kwargs = *edit.kwargs;
    if (edit.priority) job.priority = *edit.priority;
    if (edit.retry) job.retry = *edit.retry;
    if (edit.timeout) job.timeout = *edit.timeout;
    return job;
}

} // namespace signalbox::queue
