#pragma once

#include "tests/faults/fault_proxy.h"
#include "tests/faults/worker_process.h"
#include "tests/support/test_server.h"

#include <QHash>
#include <QJsonObject>
#include <QSet>
#include <QTemporaryDir>

namespace signalbox::test {

/// A server, an outside ledger and the acknowledged jobs of one fault test, and what can be asked of them.
class Scene {
public:
    explicit Scene(TestServerOptions options = {});

    /// Submits through the command line; the ids that it acknowledged. `wishes` go to fault_handler.
    QStringList submit(int count, QJsonObject wishes = {}, QJsonObject options = {});
    [[nodiscard]] QString makeGate();                 ///< a fifo, closed
    void openGate(const QString &gate, int runs = 1); ///< lets that many runs through

    struct Line {
        QString word; ///< begin, end
        QString id;
        int attempt = 0;
        pid_t pid = 0;
    };
    [[nodiscard]] QList<Line> ledger() const;
    [[nodiscard]] int lines(const QString &word, const QString &id = {}) const;

    [[nodiscard]] char
    state(const QString &id) const; ///< its letter; P for what was never claimed; ? for none
    [[nodiscard]] int attempts(const QString &id) const;
    [[nodiscard]] QString text(const QString &id) const;         ///< result or error
    [[nodiscard]] qint64 counter(const QByteArray &field) const; ///< of the counts hash

    /// Every acknowledged job ended in one of the states; each extra run is paid for by a fault; invariants
    /// hold. Empty when all is well, else what is not.
    [[nodiscard]] QString audit(const QByteArray &states, int faults) const;

    [[nodiscard]] TestServer &server() { return m_server; }
    [[nodiscard]] QString url() const { return m_server.urlText(); }
    [[nodiscard]] const QStringList &acknowledged() const { return m_acknowledged; }

private:
    [[nodiscard]] QByteArray runRecord(const QString &id) const;
    TestServer m_server;
    QTemporaryDir m_folder;
    QStringList m_acknowledged;
    int m_gates = 0;
};

/// Which of the queue's scripts a command calls, by its SHA-1; empty for anything else.
[[nodiscard]] QByteArray scriptOf(const FaultProxy::Command &command);
/// settle_and_claim: how many jobs it asks for, and how many results it brings.
[[nodiscard]] int wantedBy(const FaultProxy::Command &command);
[[nodiscard]] int settlementsOf(const FaultProxy::Command &command);
[[nodiscard]] bool isAlive(pid_t pid); ///< a zombie is not

} // namespace signalbox::test
