#pragma once

#include "core/model/error.h"

#include <QObject>
#include <QSocketNotifier>
#include <QStringList>

#include <sys/types.h>

#include <memory>

namespace signalbox::local {

/// Sees a process end, also one that is no child of ours.   Threads  the one that made it.
class ProcessWatch : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    ~ProcessWatch() override;
    /// From now on this one. Emits ended() from the event loop, also when it is gone already.
    void watch(pid_t pid);
    void stop();
    [[nodiscard]] pid_t pid() const { return m_pid; } ///< 0 when none is watched or it ended

Q_SIGNALS:
    void ended();

private:
    void finish();
    pid_t m_pid = 0;
    int m_descriptor = -1; // a pidfd: readable when the process has ended, and never another's
    std::unique_ptr<QSocketNotifier> m_notifier;
};

struct DetachedLaunch {
    QString program; ///< absolute
    QStringList arguments;
    QString outputFile;      ///< stdout and stderr are appended here
    int keptDescriptor = -1; ///< the one descriptor beside 0–2 that the program inherits
};
/// Starts a program in a session of its own with umask 077, so that it lives on whatever happens to us, and
/// answers its process id. Not QProcess: its detached start hands down no descriptor and sets no umask.
/// Errors   Unavailable, with the system's reason.
[[nodiscard]] Result<pid_t> launchDetached(const DetachedLaunch &launch);

} // namespace signalbox::local
