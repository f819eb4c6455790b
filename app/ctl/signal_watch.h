#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace signalbox::ctl {

/// SIGINT and SIGTERM as a Qt signal, in the event loop; once in a process. SIGPIPE is ignored: a reader that
/// went away is seen where we write.
class SignalWatch : public QObject {
    Q_OBJECT
public:
    SignalWatch();

Q_SIGNALS:
    void asked();

private:
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace signalbox::ctl
