#pragma once

#include "core/model/alert.h"
#include "core/model/error.h"

#include <QProcess>

#include <deque>

namespace signalbox::ctl {

/// {"state":"raised",…}, then the alert's own keys.
[[nodiscard]] QByteArray alertJson(const Alert &alert, bool isRaised);

/// Runs a program for one alert after the other, never two at once, so that "cleared" never overtakes
/// "raised". It is no shell's line: what an alert says reaches it as data. One that does not end within a
/// minute is killed. Threads  the one it lives in, which has an event loop.
class AlertProgram : public QObject {
    Q_OBJECT
public:
    static constexpr size_t waitingMax = 1'000;
    AlertProgram(QString program, QStringList arguments, QObject *parent = nullptr);
    ~AlertProgram() override;
    [[nodiscard]] static Result<> check(const QString &program); ///< NotFound: there is no such program

    void run(const Alert &alert, bool isRaised);
    [[nodiscard]] bool isIdle() const { return m_waiting.empty() && m_process == nullptr; }

Q_SIGNALS:
    void idle();
    void
    failed(const signalbox::Error &error); ///< it could not be started, ended with an error, or did not end

private:
    struct Call {
        Alert alert;
        bool isRaised = false;
    };
    void next();
    void ended(const QString &why);

    const QString m_program;
    const QStringList m_arguments;
    std::deque<Call> m_waiting;
    QProcess *m_process = nullptr; // owner: this
};

} // namespace signalbox::ctl
