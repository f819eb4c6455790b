#pragma once

#include "tests/core/service/service_rig.h"
#include "tests/support/test_server.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

namespace signalbox::test {

/// What one run of signalboxctl left behind.
struct CtlEnd {
    int code = -1;
    QByteArray out;
    QByteArray err;
    [[nodiscard]] QList<QByteArray> lines() const; ///< of out, without the last line feed
    [[nodiscard]] QJsonObject json() const;        ///< of out; ends the test program when it is no object
    [[nodiscard]] QJsonObject errorJson() const;   ///< of the last line of err: the "error" object
    /// For a failing comparison: everything.
    [[nodiscard]] QByteArray all() const;
};

/// Runs the real program, in an environment of its own: its own home, no setting of whoever runs the tests.
class Ctl {
public:
    explicit Ctl(const TestServer *server = nullptr); ///< REDIS_URL, when there is one
    [[nodiscard]] CtlEnd run(const QStringList &arguments, const QByteArray &input = {}) const;
    /// On a terminal of 120 columns; `out` is everything that reached it.
    [[nodiscard]] CtlEnd runOnTerminal(const QStringList &arguments) const;
    [[nodiscard]] std::unique_ptr<QProcess> make() const; ///< in this environment, not started
    /// Started and left running.
    [[nodiscard]] std::unique_ptr<QProcess> start(const QStringList &arguments) const;

    void set(const QString &name, const QString &value) { m_environment.insert(name, value); }
    [[nodiscard]] QString home() const { return m_home->path(); }
    [[nodiscard]] QString write(const QString &name, const QByteArray &text) const; ///< into home(); its path
    [[nodiscard]] static QString program();

private:
    std::unique_ptr<QTemporaryDir> m_home;
    QProcessEnvironment m_environment;
};

} // namespace signalbox::test
