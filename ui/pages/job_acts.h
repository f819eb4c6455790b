#pragma once

#include "ui/pages/page.h"

#include <QObject>

namespace signalbox::ui {

/// What can be done to the jobs under the operator's eyes: cancel, retry, requeue, delete, copy. It acts on
/// ids that were seen, queue by queue, and says afterwards how many were done, how many were skipped and why.
/// What may be done to which state is core's rule, asked here for texts and reasons only.   Threads  GUI.
class JobActs : public QObject {
    Q_OBJECT
public:
    using Seen = std::function<QList<JobSummary>()>;
    /// Binds the actions for as long as `scope` is visible.
    JobActs(const PageContext &context, QWidget *scope, Seen selected);

    void cancel();
    void retry();
    void requeue();
    void confirmRemove();
    void copyIds() const;
    void copyCommand() const;

Q_SIGNALS:
    void done(); ///< an act was answered

private:
    using Allowed = bool (*)(JobStatus);
    [[nodiscard]] QMap<QString, QList<JobId>> byQueue(Allowed allowed) const;
    [[nodiscard]] qsizetype count(Allowed allowed) const;
    [[nodiscard]] ActionState state(Allowed allowed, const QString &textWithCount,
                                    const QString &reason) const;
    void bindAll(QWidget *scope);
    void remove(const QMap<QString, QList<JobId>> &jobs);
    /// Collects the answers of one act over all its queues.
    template <typename T>
    void collect(
        const QString &outcome, const QMap<QString, QList<JobId>> &jobs,
        const std::function<QFuture<Result<QList<Result<T>>>>(const QString &, const QList<JobId> &)> &ask);

    PageContext m_context;
    QWidget *m_scope;
    Seen m_selected;
};

} // namespace signalbox::ui
