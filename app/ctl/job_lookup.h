#pragma once

#include "app/ctl/command.h"

#include <functional>

namespace signalbox::ctl {

/// Ids with the queue each is in: as given by --queue, else looked for in every queue.
using Located = QList<std::pair<JobId, Result<QString>>>;
void locate(Context &context, const QList<JobId> &ids, QObject *receiver, std::function<void(Located)> done);

/// Does something to jobs by id, a call a queue, and says each job's outcome: a line, or an object with
/// --json. Ends the program with the first refusal's code.
struct Act {
    /// The verdicts in the order of the ids: a word for what happened ("cancelled").
    std::function<QFuture<Result<QList<Result<QString>>>>(const QString &queue, const QList<JobId> &ids)>
        call;
};
void actOnJobs(Context &context, const QList<JobId> &ids, QObject *receiver, Act act);

/// `Result<QList<Result<T>>>` of a service call as the words of an Act.
template <typename T, typename Word>
[[nodiscard]] QFuture<Result<QList<Result<QString>>>> wordsOf(const QFuture<Result<QList<Result<T>>>> &future,
                                                              QObject *receiver, Word word);

} // namespace signalbox::ctl

#include "app/ctl/job_lookup_words.h"
