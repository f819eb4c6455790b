#pragma once

#include "core/model/error.h"

#include <QHash>

namespace signalbox::queue {

/// Failures of what nobody waits for: each becomes a line of the log that says what did not come about, why,
/// and what to do. One that fails again and again for the same reason is said once, until it has gone well.
/// Threads  one at a time.
class FailureLog {
public:
    /// `what` is a whole sentence with its names, and always the same for the same duty.
    template <typename T> void note(const QString &what, const Result<T> &outcome)
    {
        if (outcome)
            m_said.remove(what);
        else
            say(what, outcome.error());
    }

private:
    void say(const QString &what, const Error &error);

    static constexpr qsizetype saidMax = 1000; ///< duties remembered; beyond, all may be said once more
    QHash<QString, QString> m_said;            ///< duty → reason
};

} // namespace signalbox::queue
