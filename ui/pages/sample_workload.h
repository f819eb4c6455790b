#pragma once

#include "core/model/job_definition.h"

#include <QStringList>

namespace signalbox::ui {

/// Real work on this machine's own files, and some that fails on purpose, so that every page has something to
/// show: hashing folders, compressing and backing up files below `folder`, jobs that succeed on their second
/// try, jobs that die, jobs for later.
struct SampleWorkload {
    QStringList handlers; ///< registered here; jobs for others are left out
    QStringList queues;   ///< that the local workers serve; jobs are spread over them
    QString folder;       ///< what is written goes here
    Timestamp now{};

    [[nodiscard]] QList<JobDefinition> jobs() const;

    /// What the offer says it will do.
    struct Part {
        QString handler;
        QString what;
        int jobs = 0;
        QString ends; ///< how they end
    };
    [[nodiscard]] static QList<Part> parts(const QList<JobDefinition> &jobs);
};

} // namespace signalbox::ui
