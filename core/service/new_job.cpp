#include "core/service/new_job.h"

#include <algorithm>

namespace signalbox::service {

Result<JobDefinition> jobFromJson(const QByteArray &json, const RetryPolicy &standard, const QString &queue)
{
    Result<JobDefinition> job = JobDefinition::fromJson(json);
    if (!job) return job;
    const Result<QList<JsonMember>> members = jsonMembers(json);
    if (!members) return tl::unexpected(members.error());
    const auto says = [&](QStringView key) {
        return std::any_of(members->begin(), members->end(),
                           [&](const JsonMember &m) { return m.key == key; });
    };
    if (!says(u"max_retries")) job->retry.maxRetries = standard.maxRetries;
    if (!says(u"retry_delay")) job->retry.base = standard.base;
    if (!says(u"retry_backoff")) job->retry.factor = standard.factor;
    if (!says(u"queue")) job->queue = queue;
    return job;
}

} // namespace signalbox::service
