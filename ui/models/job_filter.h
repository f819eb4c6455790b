#pragma once

#include "core/model/error.h"
#include "core/service/job_service.h"

#include <QSet>
#include <QString>
#include <QStringList>

namespace signalbox::ui {

/// What a filter box asks for, in one line:
///   words without a key      text in id, name, handler or error
///   state:dead_letter        one or more states (completed, failed, …), each given once
///   queue:mail               one or more queues
///   handler:mail.*           exact, or a prefix with `*`
///   priority:high   tag:tenant=acme
/// Values with spaces stand in double quotes.   Errors  Invalid: `what` quotes the place.
struct JobFilter {
    QSet<JobStatus> states; ///< empty: all
    QStringList queues;     ///< empty: all
    queue::ListFilter list; ///< the part that the queue itself applies

    [[nodiscard]] static Result<JobFilter> fromText(const QString &text);
    [[nodiscard]] QString toText() const; ///< fromText(toText()) gives the same
    [[nodiscard]] bool accepts(const JobSummary &row) const;
    bool operator==(const JobFilter &) const = default;
};

} // namespace signalbox::ui
